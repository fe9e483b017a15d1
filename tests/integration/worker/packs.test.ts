import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import { joinAttempts } from "../../support/builders/joinAttempts.ts";
import { knowPacks } from "../../support/builders/knownPacks.ts";
import { ProtocolServer, runConfigOf } from "../../support/processes/protocolServer.ts";
import {
  isRunning,
  makeFolder,
  realWorker,
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

const startWorker = async (program: string, flags: string[] = [], environment: Record<string, string> = {}) => {
  const all = ["--slots", "1", ...flags];
  const worker = new WorkerProcess(program, folder, `http://127.0.0.1:${server.port}`, "right", all, environment);
  workers.push(worker);
  const before = server.hellos.length;
  await until("the worker is connected", () => server.hellos.length > before);
  return worker;
};
const steps = (run: Lease) => server.events(run).flatMap(({ event }) => (event.kind === "measurement" ? [event.step] : []));
const upTo = (last: number) => Array.from({ length: last + 1 }, (_, step) => step);
const isOver = (run: Lease) => ["ended", "finished"].includes(server.last(run)?.kind ?? "");
const allOver = (runs: Lease[]) => until("all attempts have ended", () => runs.every(isOver), 90_000);
const manners = (...names: string[]) => names.map((manner) => ({ manner }));
const again = (run: Lease) => ({ runId: run.runId, attempt: run.attempt + 1 });
/** Number of the process that trains a first attempt. */
const processOf = ({ runId }: Lease) => {
  const state = readFileSync(join(folder, "worker", "spool", `${runId}.1.json`), "utf8");
  return Number.parseInt((JSON.parse(state) as { process: string }).process, 10);
};
/** What the worker has told of packs last. */
const told = () =>
  [...server.hellos.map(({ packs }) => packs), ...server.heartbeats.map(({ packs }) => packs)].findLast((packs) => packs)!;

beforeEach(async () => {
  server = await new ProtocolServer().listen();
  folder = makeFolder();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await server.close();
  removeFolder(folder);
});

describe("runs that are given to a slot together", () => {
  test("train in one process, take one slot, and reach the server whole, each in its own order", async () => {
    const worker = await startWorker(scriptedWorker, ["--pack", "16"]);
    expect(told()).toEqual({ most: 16, known: [] });
    const runs = await server.assignPack(manners("steady", "steady", "steady"), 60);
    expect(runs.map(({ accepted }) => accepted)).toEqual([true, true, true]);
    await until("they train", () => runs.every((run) => steps(run).length > 3));
    expect(new Set(runs.map(processOf)).size).toBe(1);
    expect(await server.assign("steady", 5)).toMatchObject({ accepted: false, reason: "its slot is in use" });
    const heartbeat = () => server.heartbeats.at(-1)?.runs ?? [];
    await until(
      "each run's progress is told",
      () => heartbeat().length === 3 && heartbeat().every(({ step }) => (step ?? 0) > 0),
    );
    await allOver(runs);
    for (const run of runs) {
      expect(steps(run)).toEqual(upTo(60));
      expect(server.events(run).map(({ seq }) => seq)).toEqual(upTo(server.events(run).length).slice(1));
    }
    await until("the spool is empty", () => spoolFiles(folder).length === 0);
    expect((await server.assign("steady", 5)).accepted).toBe(true);
    expect(worker.output).not.toMatch(/CRASHED|damaged/);
  });

  test("one is cancelled and one has lost its lease: both stop, and the others go on", async () => {
    await startWorker(scriptedWorker);
    const runs = await server.assignPack(manners("steady", "steady", "steady", "steady"), 300);
    await until("they train", () => runs.every((run) => steps(run).length > 3));
    const asked = Date.now();
    server.cancel(runs[1]);
    const { runId, attempt, lease } = runs[2];
    server.lost = [{ runId, attempt, lease }];
    await until("the attempt has ended", () => isOver(runs[1]));
    expect(Date.now() - asked).toBeLessThan(2_000 * slowness());
    expect(server.last(runs[1])).toMatchObject({ kind: "ended", code: "CANCELLED" });
    await until("the spool is set aside", () => spoolFiles(folder).includes(`${runId}.1.jsonl.refused`));
    const stored = server.events(runs[2]).length;
    const next = await server.assign("steady", 5, again(runs[2]));
    expect(next).toMatchObject({ accepted: false, reason: "its slot is in use" });
    await allOver([runs[0], runs[3]]);
    for (const run of [runs[0], runs[3]]) expect(steps(run)).toEqual(upTo(300));
    expect(server.events(runs[2])).toHaveLength(stored);
  });

  test("a crash of their process blames none of them, and half as many are tried; alone, it counts", async () => {
    await startWorker(scriptedWorker);
    const crashed = async (names: string[]) => {
      const runs = await server.assignPack(manners(...names), 50);
      await allOver(runs);
      return runs.map((run) => server.last(run) as Extract<RunEvent, { kind: "ended" }>);
    };
    const ends = await crashed(["steady", "steady", "crash", "steady", "steady"]);
    for (const end of ends) {
      expect(end).toMatchObject({ kind: "ended", code: "CRASHED", excused: true });
      expect(end.message).toMatch(
        /exit code 7, while it trained a pack of 5 runs\nLast output:\nError: the scripted run falls over/,
      );
    }
    await until("the worker has told of it", () => told().known.length > 0);
    expect(told().known).toEqual([{ key: expect.stringMatching(/^[0-9a-f]{32}$/), runs: 2 }]);
    for (const end of await crashed(["crash", "steady"])) expect(end).toMatchObject({ code: "CRASHED", excused: true });
    await until("the worker has told of it", () => told().known[0].runs === 1);
    const [alone] = await crashed(["crash"]);
    expect(alone).toMatchObject({ kind: "ended", code: "CRASHED" });
    expect(alone.excused).toBeUndefined();
  });

  test("a process that stands still blames none of its pack, and half as many are tried; alone, it counts", async () => {
    await startWorker(scriptedWorker, [], { COLLAPSAR_STALL_MS: "2000" });
    const stopped = async (count: number) => {
      const runs = await server.assignPack(manners(...Array.from({ length: count }, () => "steady")), 50_000);
      await until("they train", () => runs.every((run) => steps(run).length > 3));
      process.kill(processOf(runs[0]), "SIGSTOP");
      await allOver(runs);
      return runs.map((run) => server.last(run) as Extract<RunEvent, { kind: "ended" }>);
    };
    for (const end of await stopped(4)) {
      expect(end).toMatchObject({ kind: "ended", code: "WORKER_LOST", excused: true });
      expect(end.message).toMatch(/it showed no sign of life for \d+ s and was stopped, while it trained a pack of 4 runs/);
    }
    await until("the worker has told of it", () => told().known.length > 0);
    expect(told().known).toEqual([{ key: expect.stringMatching(/^[0-9a-f]{32}$/), runs: 2 }]);
    for (const end of await stopped(2)) expect(end).toMatchObject({ code: "WORKER_LOST", excused: true });
    await until("the worker has told of it", () => told().known[0].runs === 1);
    const [alone] = await stopped(1);
    expect(alone).toMatchObject({ kind: "ended", code: "WORKER_LOST" });
    expect(alone.excused).toBeUndefined();
  });

  test("SIGTERM of the worker: each ends as one to resume, within 10 s, also beside one that hears nothing", async () => {
    const worker = await startWorker(scriptedWorker);
    const runs = await server.assignPack(manners("steady", "deaf", "steady"), 1_000);
    await until("they train", () => runs.every((run) => steps(run).length > 2));
    const [pid] = runProcesses(worker);
    const asked = Date.now();
    worker.kill("SIGTERM");
    await worker.exited;
    expect(Date.now() - asked).toBeLessThan(10_000 * slowness());
    expect(isRunning(pid)).toBe(false);
    for (const run of runs)
      expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", message: "worker stopped", stop: "asked" });
  });
});

describe("real runs", () => {
  const every: Partial<RunConfig> = { measuring: { name: "every", steps: 1 } };
  const real = (count: number) => Array.from({ length: count }, () => ({ manner: "real", changes: every }));
  const total = 60;
  const last = (run: Lease) => Math.max(-1, ...steps(run));

  test("of an unknown key: the best size is timed once, kept, and told; each run has all of its points", async () => {
    const worker = await startWorker(realWorker, ["--pack", "8"]);
    const runs = await server.assignPack(real(4), total);
    await allOver(runs);
    for (const run of runs) {
      expect(server.last(run)).toMatchObject({ kind: "finished", step: total });
      expect(steps(run)).toEqual(upTo(total));
    }
    await until("the worker has told of it", () => told().known.length === 1);
    const [{ key, runs: best }] = told().known;
    expect([1, 2, 4, 8]).toContain(best);
    const book = JSON.parse(readFileSync(join(folder, "worker", "packs.json"), "utf8"));
    expect(book.entries).toEqual([
      { key, best: { runs: best, provider: "onnxruntime cpu", until: expect.any(Number) }, limit: null },
    ]);
    const started = server.events(runs[0])[0].event;
    expect(started).toMatchObject(
      best === 1 ? { kind: "started" } : { kind: "started", pack: { runs: Math.min(best, 4), place: 0 } },
    );
    await worker.stop();
    await startWorker(realWorker, ["--pack", "8"]);
    expect(told()).toEqual({ most: 8, known: [{ key, runs: best }] });
  });

  test("SIGTERM, SIGKILL and resumption: every run's curve has each step once, from its own checkpoints", async () => {
    knowPacks(folder, [{ config: { ...runConfigOf(total), ...every }, runs: 4 }]);
    const first = await startWorker(realWorker);
    const runs: Lease[] = await server.assignPack(real(3), total);
    const attempts = runs.map((run) => [run]);
    const continued = async () => {
      const next = await server.assignPack(
        attempts.map((all) => ({ manner: "real", changes: every, again: again(all.at(-1)!) })),
        total,
      );
      for (const [at, run] of next.entries()) attempts[at].push(run);
      return next;
    };
    await until("they train", () => runs.every((run) => last(run) > 10), 90_000);
    const asked = Date.now();
    first.kill("SIGTERM");
    await first.exited;
    expect(Date.now() - asked).toBeLessThan(10_000 * slowness());
    for (const run of runs) {
      expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", message: "worker stopped" });
      expect(server.events(run).at(-2)?.event.kind).toBe("checkpoint");
    }
    const second = await startWorker(realWorker);
    const resumed = await continued();
    await until("they train again", () => resumed.every((run, at) => last(run) > last(runs[at]) + 10), 90_000);
    for (const pid of runProcesses(second)) process.kill(pid, "SIGKILL");
    await allOver(resumed);
    for (const run of resumed) expect(server.last(run)).toMatchObject({ kind: "ended", code: "CRASHED" });
    const third = await continued();
    await allOver(third);
    for (const all of attempts) {
      expect(server.last(all.at(-1)!)).toMatchObject({ kind: "finished", step: total });
      const { points, doubled } = joinAttempts(all.map((attempt) => server.events(attempt)));
      expect(doubled).toEqual([]);
      expect([...points.keys()]).toEqual(upTo(total));
    }
    const [{ event }] = server.events(resumed[0]);
    expect(event).toMatchObject({ kind: "started", resumedFromStep: last(runs[0]), pack: { runs: 3, place: 0 } });
  });
});
