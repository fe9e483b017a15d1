import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SpooledEvent } from "../../../contract/wire/runEvents.ts";
import type { EventAnswer } from "../../../contract/wire/workerProtocol.ts";
import { readSpool } from "../../../workers/spool/spool.ts";
import { ProtocolServer } from "../../support/processes/protocolServer.ts";
import {
  isRunning,
  makeFolder,
  removeFolder,
  runProcesses,
  scriptedWorker,
  slowness,
  spoolFiles,
  WorkerProcess,
} from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

let server: ProtocolServer;
let folder: string;
const workers: WorkerProcess[] = [];

const startWorker = (flags: string[] = [], token = "right", environment: Record<string, string> = {}) => {
  const worker = new WorkerProcess(scriptedWorker, folder, `http://127.0.0.1:${server.port}`, token, flags, environment);
  workers.push(worker);
  return worker;
};
const connected = async (flags: string[] = [], environment: Record<string, string> = {}) => {
  const worker = startWorker(["--slots", "1", ...flags], "right", environment);
  await until("the worker is connected", () => server.isConnected);
  return worker;
};
const steps = (events: SpooledEvent[]) => events.flatMap(({ event }) => (event.kind === "measurement" ? [event.step] : []));
const upTo = (last: number) => Array.from({ length: last + 1 }, (_, step) => step);
const ended = (lease: Parameters<ProtocolServer["last"]>[0]) => () =>
  ["ended", "finished"].includes(server.last(lease)?.kind ?? "");

beforeEach(async () => {
  server = await new ProtocolServer().listen();
  folder = makeFolder();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await server.close();
  removeFolder(folder);
});

describe("an undisturbed run", () => {
  test("reaches the server whole and in order, and leaves an empty spool", async () => {
    await connected(["--name", "lab"]);
    expect(server.hellos[0]).toMatchObject({ name: "lab", slots: 1, holding: [] });
    const run = await server.assign("steady", 30);
    expect(run.accepted).toBe(true);
    await until("the run has finished", ended(run));
    expect(steps(server.events(run))).toEqual(upTo(30));
    expect(server.events(run).map(({ seq }) => seq)).toEqual(upTo(server.events(run).length).slice(1));
    await until("the spool is empty", () => spoolFiles(folder).length === 0);
    expect(existsSync(join(folder, "worker", "checkpoints", run.runId))).toBe(false);
    expect(
      server.heartbeats.some(({ runs }) => runs.some(({ runId, step }) => runId === run.runId && step !== null && step > 0)),
    ).toBe(true);
  });

  test("is refused while all slots are in use, and the same assignment again is not", async () => {
    await connected();
    const run = await server.assign("steady", 50);
    expect(await server.assign("steady", 10)).toMatchObject({ accepted: false, reason: "its slot is in use" });
    expect((await server.assign("steady", 50, run)).accepted).toBe(true);
    await until("the run has finished", ended(run));
    expect(steps(server.events(run))).toEqual(upTo(50));
  });

  test("is kept as a ledger where that is asked for", async () => {
    await connected(["--keep-spool"]);
    const run = await server.assign("steady", 5);
    await until("the ledger is there", () => spoolFiles(folder).includes(`${run.runId}.1.jsonl.sent`));
    const ledger = readSpool(join(folder, "worker", "spool", `${run.runId}.1.jsonl.sent`));
    expect(ledger.events).toEqual(server.events(run));
  });
});

describe("a server with faults", () => {
  test("gone and back: the run continues, the rest follows within 2 s, nothing is lost or doubled", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 300);
    await until("some points arrived", () => steps(server.events(run)).length > 20);
    await server.close();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const before = server.events(run).length;
    await server.listen();
    const back = Date.now();
    await until("more points arrived", () => server.events(run).length > before + 50);
    expect(Date.now() - back).toBeLessThan(2_500 * slowness());
    await until("the run has finished", ended(run));
    expect(steps(server.events(run))).toEqual(upTo(300));
    expect(worker.output).toMatch(/Server not reachable .*training continues with 1 run/);
    expect(worker.output).toMatch(/Connected again after \d/);
    expect(server.hellos.at(-1)!.holding).toEqual([{ runId: run.runId, attempt: 1, lease: run.lease }]);
  });

  test("silent after a batch: it is sent again over a new connection", async () => {
    await connected();
    let silences = 0;
    server.fault = () => (silences++ === 0 ? "silence" : null);
    const run = await server.assign("steady", 20);
    await until("the run has finished", ended(run));
    expect(steps(server.events(run))).toEqual(upTo(20));
    expect(server.hellos.length).toBe(2);
  });

  test("that lacks events gets them again, also those acknowledged before", async () => {
    await connected();
    let forgot = false;
    server.fault = (batch) => {
      const events = server.events(batch);
      if (!forgot && events.length > 20) {
        forgot = true;
        events.length = 4;
      }
      return null;
    };
    const run = await server.assign("steady", 60);
    await until("the run has finished", ended(run));
    expect(forgot).toBe(true);
    expect(steps(server.events(run))).toEqual(upTo(60));
  });

  test("that cannot store now is tried again", async () => {
    await connected();
    let refusals = 0;
    server.fault = (): EventAnswer | null => (refusals++ < 3 ? { ok: false, code: "INTERNAL", message: "disk full" } : null);
    const run = await server.assign("steady", 10);
    await until("the run has finished", ended(run));
    expect(steps(server.events(run))).toEqual(upTo(10));
  });

  test.each(["unknown-event", "huge-event"])(
    "that takes no %s gets a line of the log in its place, and all the rest",
    async (manner) => {
      await connected();
      const run = await server.assign(manner, 20);
      await until("the run has finished", ended(run));
      expect(steps(server.events(run))).toEqual(upTo(20));
      const line = server.events(run).find(({ event }) => event.kind === "log" && event.level === "error");
      expect(line?.event).toMatchObject({ text: expect.stringMatching(/could not be stored and was kept by the worker/) });
      expect(spoolFiles(folder)).toContain(`${run.runId}.1.refused-events.jsonl`);
    },
  );
});

test("F9: sends on when its clock is set back by a day, also to a server that was away", async () => {
  const shiftedClock = new URL("../../support/processes/shiftedClock.ts", import.meta.url).pathname;
  const worker = await connected([], { NODE_OPTIONS: `--import ${shiftedClock}` });
  const run = await server.assign("slow", 15);
  await until("some points arrived", () => steps(server.events(run)).length > 2);
  const today = worker.output.slice(0, 10);
  worker.kill("SIGUSR2");
  const before = server.events(run).length;
  await until("more points arrived", () => server.events(run).length > before + 2);
  await server.close();
  await until("the worker says that the server is away", () => worker.output.includes("Server not reachable"));
  await server.listen();
  await until("the run has finished", ended(run));
  expect(steps(server.events(run))).toEqual(upTo(15));
  expect(/(\d{4}-\d\d-\d\d) \S+ {2}Server not reachable/.exec(worker.output)![1] < today).toBe(true);
});

describe("F25: a spool that is not what was written", () => {
  const spoolOf = (runId: string) => join(folder, "worker", "spool", `${runId}.1.jsonl`);
  /** Turns one byte of the first line after what the server has. */
  const damage = (path: string, run: Parameters<ProtocolServer["events"]>[0]) => {
    const bytes = readFileSync(path);
    const { ends } = readSpool(path, 0, 10_000_000);
    const at = (ends[server.events(run).length - 1] ?? 0) + 40;
    bytes[at] ^= 1;
    writeFileSync(path, bytes);
  };

  test.each([
    { how: "a damaged byte", setAside: 1 },
    { how: "cut off", setAside: 1 },
    { how: "deleted", setAside: 0 },
    { how: "emptied", setAside: 1 },
  ])(
    "($how) while it runs: the attempt ends with the reason where it can be read, and leaves no hole",
    async ({ how, setAside }) => {
      const worker = await connected();
      const run = await server.assign("steady", 1000);
      await until("it is under way", () => steps(server.events(run)).length > 15);
      // Only what is not sent yet can be harmed.
      server.fault = () => ({ ok: false, code: "INTERNAL", message: "not now" });
      const path = spoolOf(run.runId);
      const size = readFileSync(path).length;
      await until("more waits in the spool", () => readFileSync(path).length > size + 3_000);
      if (how === "a damaged byte") damage(path, run);
      else if (how === "cut off") truncateSync(path, readSpool(path).ends[5]);
      else if (how === "deleted") rmSync(path);
      else truncateSync(path, 0);
      server.fault = () => null;
      await until("the attempt has ended", ended(run));
      expect(server.last(run)).toMatchObject({
        ...{ kind: "ended", code: "WORKER_LOST" },
        message: expect.stringMatching(/^The worker's spool of this attempt was damaged: .*The next attempt resumes/),
      });
      expect(server.events(run).at(-2)?.event).toMatchObject({ kind: "log", level: "error" });
      const seen = steps(server.events(run));
      expect(seen).toEqual(upTo(seen.length - 1));
      expect(server.events(run).map(({ seq }) => seq)).toEqual(upTo(server.events(run).length).slice(1));
      expect(worker.output).toMatch(/The spool of run \w+ \(attempt 1\) is damaged: /);
      expect(spoolFiles(folder).filter((name) => name === `${run.runId}.1.jsonl.damaged`)).toHaveLength(setAside);
      // The slot is free.
      const next = await server.assign("steady", 5);
      await until("the next run has finished", ended(next));
    },
  );

  test("found by the worker's next life ends there too", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 1000);
    await until("it is under way", () => steps(server.events(run)).length > 15);
    server.fault = () => ({ ok: false, code: "INTERNAL", message: "not now" });
    const size = readFileSync(spoolOf(run.runId)).length;
    await until("more waits in the spool", () => readFileSync(spoolOf(run.runId)).length > size + 3_000);
    const pids = runProcesses(worker);
    worker.kill("SIGKILL");
    await until("its processes are gone", () => !pids.some(isRunning));
    const before = server.events(run).length;
    damage(spoolOf(run.runId), run);
    server.fault = () => null;
    await connected();
    await until("the attempt has ended", ended(run));
    expect(server.events(run).length).toBeGreaterThanOrEqual(before + 2);
    expect(server.last(run)).toMatchObject({ message: expect.stringMatching(/does not have its checksum|is not JSON/) });
    const seen = steps(server.events(run));
    expect(seen).toEqual(upTo(seen.length - 1));
  });

  test("is an older copy of what the server has: the attempt ends after that, once", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 1000);
    await until("it is under way", () => steps(server.events(run)).length > 10);
    const state = spoolOf(run.runId).replace(/jsonl$/, "json");
    const old = [spoolOf(run.runId), state].map((path) => [path, readFileSync(path)] as const);
    await until("it has gone on", () => steps(server.events(run)).length > 40);
    const pids = runProcesses(worker);
    worker.kill("SIGKILL");
    await until("its processes are gone", () => !pids.some(isRunning));
    const before = steps(server.events(run));
    for (const [path, content] of old) writeFileSync(path, content);
    await connected();
    await until("the attempt has ended", ended(run));
    expect(steps(server.events(run))).toEqual(before);
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST" });
    await until("the spool is empty", () => !spoolFiles(folder).some((name) => /\.jsonl?$/.test(name)));
  });
});

test("a batch that was damaged on the way is sent again", async () => {
  await connected();
  let damaged = 0;
  server.fault = () => (damaged++ < 2 ? { ok: false, code: "DAMAGED", message: "no checksum" } : null);
  const run = await server.assign("steady", 20);
  await until("the run has finished", ended(run));
  expect(steps(server.events(run))).toEqual(upTo(20));
});

test("F19: a server whose database was restored gets again what it lacks, also of attempts that it had to their end", async () => {
  const worker = await connected();
  const run = await server.assign("steady", 30);
  await until("the run has finished", ended(run));
  const whole = [...server.events(run)];
  await until("the spool is empty", () => spoolFiles(folder).length === 0);
  await server.close();
  server.stored.set(`${run.runId}.1`, whole.slice(0, 12));
  server.sendAgain = [{ runId: run.runId, attempt: 1, lease: run.lease }];
  await server.listen();
  await until("the run has finished again", ended(run));
  expect(server.hellos.at(-1)?.kept).toEqual(server.sendAgain);
  expect(server.events(run)).toEqual(whole);
  expect(worker.output).toMatch(/is sent again: the server's database has lost its end/);
  await until("the spool is empty", () => spoolFiles(folder).length === 0);
});

describe("a lease that is lost", () => {
  test("stops the run's process at once, and checkpoints the server knows nothing of are dropped", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 1000);
    let stored = 0;
    server.fault = (batch): EventAnswer | null => {
      stored = server.events(batch).length;
      if (steps(server.events(batch)).length < 15) return null;
      const kept = server.events(batch).some(({ event }) => event.kind === "checkpoint" && event.step === 10);
      return kept && batch.events.some(({ event }) => event.kind === "checkpoint")
        ? { ok: false, code: "LEASE_LOST", message: "superseded" }
        : null;
    };
    await until("the spool is set aside", () => spoolFiles(folder).includes(`${run.runId}.1.jsonl.refused`));
    expect(stored).toBeGreaterThan(0);
    expect(worker.output).toMatch(/no longer this worker's: superseded/);
    const kept = readdirSync(join(folder, "worker", "checkpoints", run.runId)).filter((name) => name.endsWith(".ckpt"));
    expect(kept).toEqual(["10.ckpt"]);
    expect((await server.assign("steady", 5, { runId: run.runId, attempt: 2 })).accepted).toBe(true);
  });

  test("is learnt from a heartbeat after the worker was frozen", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 2000);
    await until("some points arrived", () => steps(server.events(run)).length > 5);
    const pids = runProcesses(worker);
    worker.kill("SIGSTOP");
    server.lost = [{ runId: run.runId, attempt: 1, lease: run.lease }];
    await new Promise((resolve) => setTimeout(resolve, 500));
    worker.kill("SIGCONT");
    await until("the spool is set aside", () => spoolFiles(folder).includes(`${run.runId}.1.jsonl.refused`));
    await until("the run's process is gone", () => pids.some((pid) => !isRunning(pid)));
  });
});

describe("a run's process that ends", () => {
  test("with an exit code: CRASHED with its last output", async () => {
    await connected();
    const run = await server.assign("crash", 50);
    await until("the attempt has ended", ended(run));
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "CRASHED", step: 5 });
    expect((server.last(run) as { message: string }).message).toMatch(
      /exit code 7\nLast output:\nError: the scripted run falls over/,
    );
  });

  test("by SIGKILL: CRASHED, with memory as a possibility, and the next run is taken", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 1000);
    await until("some points arrived", () => steps(server.events(run)).length > 5);
    for (const pid of runProcesses(worker)) process.kill(pid, "SIGKILL");
    await until("the attempt has ended", ended(run));
    expect(server.last(run)).toMatchObject({
      code: "CRASHED",
      message: expect.stringMatching(/SIGKILL: was the machine out of memory/),
    });
    const next = await server.assign("steady", 5);
    await until("the next run has finished", ended(next));
  });
});

describe("cancelling", () => {
  test.each([
    ["steady", 20],
    ["deaf", 3],
  ])("stops a %s run within 2 s", async (manner, points) => {
    await connected();
    const run = await server.assign(manner, 1000);
    await until("it is under way", () => steps(server.events(run)).length > points);
    const asked = Date.now();
    server.cancel(run);
    await until("the attempt has ended", ended(run));
    expect(Date.now() - asked).toBeLessThan(2_000 * slowness());
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "CANCELLED" });
  });

  test("right after the assignment, before the process is ready", async () => {
    await connected();
    await server.assign("steady", 5); // takes the prepared process
    const [run] = await Promise.all([waitForSlot(), new Promise((resolve) => setTimeout(resolve, 0))]);
    server.cancel(run);
    const asked = Date.now();
    await until("the attempt has ended", ended(run));
    expect(Date.now() - asked).toBeLessThan(2_000 * slowness());
    expect(server.last(run)).toMatchObject({ code: "CANCELLED" });
  });

  async function waitForSlot() {
    for (;;) {
      const run = await server.assign("steady", 1000);
      if (run.accepted) return run;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
});

describe("the agent's own end", () => {
  test("by SIGKILL: runs make a checkpoint and end; the next life sends the rest", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 1000);
    await until("some points arrived", () => steps(server.events(run)).length > 20);
    const pids = runProcesses(worker);
    worker.kill("SIGKILL");
    await until("its processes are gone", () => !pids.some(isRunning));
    const again = await connected();
    await until("the attempt has ended", ended(run));
    expect(server.last(run)).toMatchObject({ code: "WORKER_LOST" });
    const seen = steps(server.events(run));
    expect(seen).toEqual(upTo(seen.length - 1));
    expect(again.output).toMatch(/events of 1 earlier attempt/);
    expect(server.hellos[0].workerId).toBe(server.hellos.at(-1)!.workerId);
  });

  test("by SIGTERM: checkpoint, WORKER_LOST, exit within 10 s", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 1000);
    await until("some points arrived", () => steps(server.events(run)).length > 5);
    const asked = Date.now();
    worker.kill("SIGTERM");
    await worker.exited;
    expect(Date.now() - asked).toBeLessThan(10_000 * slowness());
    expect(worker.exit).toEqual({ code: 0, signal: null });
    expect(server.last(run)).toMatchObject({ code: "WORKER_LOST", message: "worker stopped" });
    expect(spoolFiles(folder)).toEqual([]);
  });

  test("by SIGTERM to its whole group, twice, as service managers do: still a checkpoint and WORKER_LOST", async () => {
    const worker = await connected();
    const run = await server.assign("steady", 1000);
    await until("some points arrived", () => steps(server.events(run)).length > 5);
    for (let echo = 0; echo < 2; echo++) worker.kill("SIGTERM");
    await worker.exited;
    expect(worker.exit).toEqual({ code: 0, signal: null });
    expect(server.last(run)).toMatchObject({ code: "WORKER_LOST", message: "worker stopped" });
    expect(server.events(run).at(-2)?.event.kind).toBe("checkpoint");
  });

  test("by SIGTERM with a deaf run: still within 10 s", async () => {
    const worker = await connected();
    const run = await server.assign("deaf", 1000);
    await until("it is under way", () => steps(server.events(run)).length > 3);
    const asked = Date.now();
    worker.kill("SIGTERM");
    await worker.exited;
    expect(Date.now() - asked).toBeLessThan(10_000 * slowness());
    expect(server.last(run)).toMatchObject({ code: "WORKER_LOST", message: "worker stopped" });
  });
});

describe("refusals", () => {
  test("a second worker in the same folder says which process has it, and leaves with code 3", async () => {
    const first = await connected();
    const second = startWorker();
    await second.exited;
    expect(second.exit?.code).toBe(3);
    expect(second.output).toContain(`another worker (process ${first.child.pid})`);
  });

  test("a token the server does not know ends a new worker with code 2", async () => {
    const worker = startWorker([], "wrong");
    await worker.exited;
    expect(worker.exit?.code).toBe(2);
    expect(worker.output).toMatch(/The server refuses this worker: unknown or revoked token \(NOT_ALLOWED\)/);
  });

  test("a server of another age ends a new worker with its words, and keeps the data", async () => {
    server.answerHello = { ok: false, code: "PROTOCOL_MISMATCH", message: "this server speaks protocol 3, the worker 2" };
    const worker = startWorker();
    await worker.exited;
    expect(worker.exit?.code).toBe(2);
    expect(worker.output).toContain("this server speaks protocol 3, the worker 2");
  });

  test.each([
    [["--slots", "0"], '--slots is "0"'],
    [["--device", "abacus"], '--device is "abacus": it must be one of auto, cpu, webgpu, cuda'],
    [["--server", "localhost:4040"], '--server is "localhost:4040"'],
    [["--speed", "11"], "Unknown option '--speed'"],
  ])("of flags %j", async (flags, words) => {
    const worker = startWorker(flags);
    await worker.exited;
    expect(worker.exit?.code).toBe(1);
    expect(worker.output).toContain(words);
  });
});
