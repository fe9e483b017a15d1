import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProtocolServer } from "../../support/processes/protocolServer.ts";
import {
  makeFolder,
  removeFolder,
  runProcesses,
  scriptedWorker,
  slowness,
  WorkerProcess,
} from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

let server: ProtocolServer;
let folder: string;
const workers: WorkerProcess[] = [];

const start = (flags: string[] = [], environment: Record<string, string> = {}) => {
  const url = `http://127.0.0.1:${server.port}`;
  const worker = new WorkerProcess(scriptedWorker, folder, url, "right", ["--slots", "1", ...flags], environment);
  workers.push(worker);
  return worker;
};
const connected = async (flags: string[] = [], environment: Record<string, string> = {}) => {
  const greeted = server.hellos.length;
  const worker = start(flags, environment);
  await until("the worker is connected", () => server.hellos.length > greeted && server.isConnected);
  return worker;
};
const measuredTo = (run: Parameters<ProtocolServer["last"]>[0], step: number) =>
  until("the run gets on", () => server.events(run).some(({ event }) => event.kind === "measurement" && event.step >= step));
const own = () => readdirSync(folder).filter((name) => name.startsWith(`collapsar-${hostname()}-`));

beforeEach(async () => {
  server = await new ProtocolServer().listen();
  folder = makeFolder();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await server.close();
  removeFolder(folder);
});

describe("a signal to stop", () => {
  test.each([
    ["SIGTERM", "asked"],
    ["SIGUSR1", "time"],
  ] as const)("%s to the worker alone: the run is suspended and handed back within 10 s", async (signal, stop) => {
    const worker = await connected();
    const run = await server.assign("slow", 500);
    await measuredTo(run, 3);
    const asked = Date.now();
    worker.kill(signal);
    await worker.exited;
    expect(Date.now() - asked).toBeLessThan(10_000 * slowness());
    expect(worker.exit).toEqual({ code: 0, signal: null });
    expect(server.leavings).toBe(1);
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", excused: true, stop });
    expect(worker.output).not.toContain("Debugger");
  });

  test.each([
    ["SIGTERM", "asked"],
    ["SIGUSR1", "time"],
  ] as const)("%s to all processes at once, as batch systems send it: the same", async (signal, stop) => {
    const worker = await connected(["--slots", "2"]);
    const run = await server.assign("slow", 500);
    await measuredTo(run, 3);
    await until("another process is prepared", () => runProcesses(worker).length === 2);
    for (const pid of [worker.child.pid!, ...runProcesses(worker)]) process.kill(pid, signal);
    await worker.exited;
    expect(worker.exit).toEqual({ code: 0, signal: null });
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", excused: true, stop });
    expect(worker.output).not.toContain("Debugger");
  });

  test("reaches a run's process before it listens: that is no crash", async () => {
    const worker = await connected();
    const run = await server.assign("slow-start", 500);
    for (const pid of [...runProcesses(worker), worker.child.pid!]) process.kill(pid, "SIGUSR1");
    await worker.exited;
    expect(worker.exit).toEqual({ code: 0, signal: null });
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", excused: true, stop: "time" });
  });

  test("before the first connection ends it well too", async () => {
    await server.close();
    const worker = start();
    await until("it has begun", () => worker.output.includes("Worker "));
    worker.kill("SIGUSR1");
    await worker.exited;
    expect(worker.exit).toEqual({ code: 0, signal: null });
  });

  test("takes effect once, however often it comes", async () => {
    const worker = await connected();
    const run = await server.assign("slow", 500);
    await measuredTo(run, 3);
    for (const signal of ["SIGUSR1", "SIGTERM", "SIGUSR1", "SIGTERM"] as const) worker.kill(signal);
    await worker.exited;
    expect(worker.exit).toEqual({ code: 0, signal: null });
    expect(server.events(run).filter(({ event }) => event.kind === "ended")).toHaveLength(1);
  });
});

describe("--unfinished-code tells a batch job whether there is more to do", () => {
  const code = ["--unfinished-code", "42"];

  test.each([
    ["SIGUSR1", 42],
    ["SIGTERM", 0],
  ] as const)("%s with a run ends it with %i", async (signal, exit) => {
    const worker = await connected(code);
    const run = await server.assign("slow", 500);
    await measuredTo(run, 3);
    worker.kill(signal);
    await worker.exited;
    expect(worker.exit).toEqual({ code: exit, signal: null });
  });

  test("without a run there is nothing more", async () => {
    const worker = await connected(code);
    worker.kill("SIGUSR1");
    await worker.exited;
    expect(worker.exit).toEqual({ code: 0, signal: null });
    const idle = await connected([...code, "--until-idle", "1s"]);
    await idle.exited;
    expect(idle.exit).toEqual({ code: 0, signal: null });
  });

  test("at the end of --minutes with a run there is more", async () => {
    const worker = await connected([...code, "--minutes", "0.5"]);
    const run = await server.assign("slow", 500);
    await worker.exited;
    expect(worker.exit).toEqual({ code: 42, signal: null });
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", excused: true, stop: "time" });
  });
});

describe("a worker that ends by itself", () => {
  test("--until-idle: after so long without a run, when all is sent", async () => {
    const worker = await connected(["--until-idle", "5s"]);
    const run = await server.assign("steady", 300);
    await worker.exited;
    expect(worker.exit).toEqual({ code: 0, signal: null });
    expect(server.last(run)).toMatchObject({ kind: "finished", step: 300 });
  });

  test("--minutes: its run is suspended in time, and it ends before its time is over", async () => {
    const began = Date.now();
    const worker = await connected(["--minutes", "0.25"]);
    const { minutesLeft } = server.hellos[0];
    expect(minutesLeft).toBeGreaterThan(0);
    expect(minutesLeft).toBeLessThan(0.2);
    const run = await server.assign("slow", 500);
    await until("it takes no more", () => server.leavings > 0);
    expect(["measurement", "checkpoint"]).toContain(server.last(run)?.kind);
    expect(await server.assign("steady", 5)).toMatchObject({ accepted: false });
    await worker.exited;
    expect(Date.now() - began).toBeLessThan(15_000 * slowness());
    expect(worker.exit).toEqual({ code: 0, signal: null });
    expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", excused: true, stop: "time" });
  });

  test("one that never reached a server does not end as if all were well", async () => {
    await server.close();
    const worker = start(["--until-idle", "1s"]);
    await worker.exited;
    expect(worker.exit).toEqual({ code: 1, signal: null });
  });
});

describe("an ephemeral worker", () => {
  test("has an identity and a folder of its own, and leaves nothing but the data sets", async () => {
    const first = await connected(["--ephemeral"]);
    const second = await connected(["--ephemeral"]);
    expect(own()).toEqual([first, second].map(({ child }) => `collapsar-${hostname()}-${child.pid}`).sort());
    expect(new Set(server.hellos.map(({ workerId }) => workerId)).size).toBe(2);
    expect(server.hellos.map(({ ephemeral }) => ephemeral)).toEqual([true, true]);
    const run = await server.assign("steady", 20);
    await until("the run has finished", () => server.last(run)?.kind === "finished");
    for (const worker of [first, second]) worker.kill("SIGTERM");
    await Promise.all([first.exited, second.exited]);
    expect([first.exit?.code, second.exit?.code]).toEqual([0, 0]);
    expect(readdirSync(folder)).toEqual(["datasets"]);
  });

  test("what a killed one could not send is sent by the next one of its host", async () => {
    const killed = await connected(["--ephemeral"]);
    const run = await server.assign("slow", 500);
    await measuredTo(run, 2);
    server.fault = () => "silence";
    const before = server.events(run).length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    killed.kill("SIGKILL");
    await killed.exited;
    const [left] = own();
    server.fault = () => null;
    const next = await connected(["--ephemeral", "--until-idle", "5s"]);
    await until("the rest is sent", () => server.last(run)?.kind === "ended");
    expect(server.events(run).length).toBeGreaterThan(before + 2);
    expect(own()).toEqual([left]);
    await next.exited;
    // A checkpoint of an unfinished run is there: a worker may resume from it.
    expect(existsSync(join(folder, left, "checkpoints", run.runId))).toBe(true);
  });

  test("another host's and another user's folders are not its", async () => {
    for (const name of [`collapsar-${hostname()}-x-12`, `collapsar-${hostname()}x-12`, "collapsar-elsewhere-12"])
      mkdirSync(join(folder, name));
    const worker = await connected(["--ephemeral", "--until-idle", "5s"]);
    expect(own()).toContain(`collapsar-${hostname()}-${worker.child.pid}`);
    await worker.exited;
    expect(readdirSync(join(folder, `collapsar-${hostname()}-x-12`))).toEqual([]);
  });

  test("in a batch job it is called by that", async () => {
    await connected(["--ephemeral"], { SLURM_JOB_ID: "77", SLURM_PROCID: "0" });
    await connected(["--ephemeral"], { SLURM_JOB_ID: "77", SLURM_PROCID: "0" });
    expect(own()).toEqual([`collapsar-${hostname()}-job77`, `collapsar-${hostname()}-job77.2`]);
  });

  test("what somebody else, or a link, has under its names it leaves alone, and works beside it", async () => {
    const mine = makeFolder();
    try {
      const name = `collapsar-${hostname()}-job77`;
      writeFileSync(join(mine, "thesis.txt"), "written");
      chmodSync(mine, 0o755);
      symlinkSync(mine, join(folder, `collapsar-${hostname()}-12`));
      symlinkSync(mine, join(folder, name));
      mkdirSync(join(folder, `${name}.2`), { mode: 0o777 });
      // As root alone can a test make a folder that is another user's.
      if (process.getuid?.() === 0) chownSync(join(folder, `${name}.2`), 65_534, 65_534);
      const flags = ["--ephemeral", "--until-idle", "5s"];
      const worker = await connected(flags, { SLURM_JOB_ID: "77", SLURM_PROCID: "0" });
      if (process.getuid?.() === 0) {
        expect(own()).toContain(`${name}.3`);
        await worker.exited;
        expect(readdirSync(join(folder, `${name}.2`))).toEqual([]);
      }
      expect(readdirSync(mine)).toEqual(["thesis.txt"]);
      expect(statSync(mine).mode & 0o777).toBe(0o755);
    } finally {
      removeFolder(mine);
    }
  });

  test("data sets that somebody else put where all can write are refused, and so is a link to them", async () => {
    if (process.getuid?.() !== 0) return;
    chmodSync(folder, 0o1777);
    const datasets = join(folder, "datasets");
    const theirs = makeFolder();
    try {
      mkdirSync(datasets);
      chownSync(datasets, 65_534, 65_534);
      const first = start(["--ephemeral"]);
      await first.exited;
      expect(first.exit).toEqual({ code: 1, signal: null });
      expect(first.output).toContain(`${datasets} belongs to another user (65534)`);
      rmSync(datasets, { recursive: true });
      symlinkSync(theirs, datasets);
      lchownSync(datasets, 65_534, 65_534);
      const second = start(["--ephemeral"]);
      await second.exited;
      expect(second.output).toContain(`${datasets} belongs to another user (65534)`);
      expect(readdirSync(theirs)).toEqual([]);
    } finally {
      removeFolder(theirs);
    }
  });

  test("what one that was killed while it removed its folder left goes with the next", async () => {
    const left = `collapsar-${hostname()}-12.removed`;
    mkdirSync(join(folder, left, "spool"), { recursive: true });
    const worker = await connected(["--ephemeral", "--until-idle", "5s"]);
    expect(own()).toEqual([`collapsar-${hostname()}-${worker.child.pid}`]);
    await worker.exited;
    expect(own()).toEqual([]);
  });
});

test("a token in a file is read again when the server refuses it", async () => {
  const file = join(folder, "token");
  writeFileSync(file, "right\n", { mode: 0o600 });
  const worker = await connected(["--token-file", file], { COLLAPSAR_WORKER_TOKEN: "" });
  server.token = "rotated";
  await server.close();
  await until("it has noticed", () => worker.output.includes("Server not reachable"));
  writeFileSync(`${file}.new`, "rotated", { mode: 0o600 });
  renameSync(`${file}.new`, file);
  await server.listen();
  await until("it is back", () => server.isConnected);
  expect(readFileSync(file, "utf8")).toBe("rotated");
  expect(worker.exit).toBeNull();
});
