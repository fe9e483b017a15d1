import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import { mountDisk, type SmallDisk, unmountDisk } from "../../chaos/disk.ts";
import { ProtocolServer } from "../../support/processes/protocolServer.ts";
import {
  isRunning,
  makeFolder,
  realWorker,
  removeFolder,
  runProcesses,
  scriptedWorker,
  slowness,
  WorkerProcess,
} from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

let server: ProtocolServer;
let folder: string;
let disk: SmallDisk | null;
const workers: WorkerProcess[] = [];

const start = async (environment: Record<string, string> = {}, program = scriptedWorker, slots = 1) => {
  const flags = ["--slots", String(slots), "--device", "cpu"];
  const worker = new WorkerProcess(program, folder, `http://127.0.0.1:${server.port}`, "right", flags, environment);
  workers.push(worker);
  await until("the worker is connected", () => server.isConnected);
  return worker;
};
const points = (lease: Lease) => server.events(lease).filter(({ event }) => event.kind === "measurement").length;
const isOver = (lease: Lease) => ["finished", "ended"].includes(server.last(lease)?.kind ?? "");
const lastBeat = ({ runId }: Lease) => server.heartbeats.at(-1)?.runs.find((run) => run.runId === runId);

beforeEach(async () => {
  server = await new ProtocolServer().listen();
  folder = makeFolder();
  disk = null;
});
afterEach(async () => {
  disk?.free();
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await server.close();
  if (disk) unmountDisk(disk);
  removeFolder(folder);
});

describe("F20: a run's process that shows no sign of life", () => {
  test("stopped: it is named soon, killed past a bound, and its attempt ends as one to resume from the checkpoint", async () => {
    const worker = await start({ COLLAPSAR_STALL_MS: "3000" });
    const run = await server.assign("steady", 5_000);
    await until("some points arrived", () => points(run) > 15);
    expect(lastBeat(run)?.stalledMs).toBe(undefined);
    const pids = runProcesses(worker);
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    await until("it is named", () => lastBeat(run)?.stalledMs !== undefined);
    expect(lastBeat(run)).toMatchObject({ step: null, stepMs: null, stalledMs: expect.any(Number) });
    expect(worker.output).toMatch(/Run \S+ \(attempt 1\) has shown no sign of life for \d+ s/);
    await until("its attempt has ended", () => isOver(run));
    expect(server.last(run)).toMatchObject({
      code: "WORKER_LOST",
      message: expect.stringMatching(/it showed no sign of life for \d+ s and was stopped/),
    });
    // The prepared process, which stands still too, is ended on its own account: not by the same look as the run's.
    await until("both processes are gone", () => !pids.some(isRunning));
    // Another one takes the prepared one's place.
    const next = await server.assign("steady", 5, { runId: run.runId, attempt: 2 });
    await until("the next attempt has finished", () => isOver(next));
    expect(server.last(next)).toMatchObject({ kind: "finished" });
  });

  test("within one long call it computes, and is left alone", async () => {
    const open = (gate: string) => writeFileSync(join(folder, gate), "");
    await start({ COLLAPSAR_STALL_MS: "1000", COLLAPSAR_TEST_GATES: folder });
    const run = await server.assign("absorbed", 10);
    await until("it is named", () => lastBeat(run)?.stalledMs !== undefined);
    open("awake");
    await until("it is not any more", () => lastBeat(run) !== undefined && lastBeat(run)?.stalledMs === undefined);
    open("done");
    await until("the run has finished", () => isOver(run));
    expect(server.last(run)).toMatchObject({ kind: "finished" });
  });

  test("computing forever: it is killed after a longer limit", async () => {
    await start({ COLLAPSAR_STALL_MS: "500" });
    const run = await server.assign("deaf", 10);
    await until("its attempt has ended", () => isOver(run));
    expect(server.last(run)).toMatchObject({ code: "WORKER_LOST", message: expect.stringContaining("no sign of life for 1") });
  });

  test("while the worker itself was suspended too: nobody is to blame, and the run continues", async () => {
    const worker = await start({ COLLAPSAR_STALL_MS: "1000" });
    const run = await server.assign("steady", 400);
    await until("some points arrived", () => points(run) > 15);
    const pids = runProcesses(worker);
    for (const pid of [worker.child.pid!, ...pids]) process.kill(pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (const pid of [...pids, worker.child.pid!]) process.kill(pid, "SIGCONT");
    await until("the run has finished", () => isOver(run));
    expect(server.last(run)).toMatchObject({ kind: "finished" });
  });
});

describe("F15: a run that takes too much memory", () => {
  test("ends CRASHED, with the reason and its last output", async () => {
    await start({ NODE_OPTIONS: "--max-old-space-size=200" });
    const run = await server.assign("hungry", 10);
    await until("its attempt has ended", () => isOver(run), 60_000);
    expect(server.last(run)).toMatchObject({
      code: "CRASHED",
      message: expect.stringMatching(
        /^The run's process ended: it ran out of memory \(SIGABRT\)\nLast output:\n[\s\S]*JavaScript heap out of memory/,
      ),
    });
  });
});

describe("F22: a full disk of the worker", () => {
  test("ends the attempt as the worker's trouble, at once, though the end cannot be written", async ({ skip }) => {
    disk = mountDisk(folder, 3);
    if (disk === null) return skip("no file system can be mounted here");
    await start({}, realWorker);
    const run = await server.assign("real", 200_000, undefined, { measuring: { name: "every", steps: 1 } });
    await until("some points arrived", () => points(run) > 20, 60_000);
    disk.fill();
    await until("its attempt has ended", () => isOver(run));
    expect(server.last(run)).toMatchObject({
      code: "DISK_FULL",
      message: expect.stringMatching(/^The worker's disk is full: ENOSPC/),
    });
    // While it is full, the worker takes no runs, and says that the fault is its own.
    const refused = await server.assign("real", 10);
    if (refused.accepted) await until("the next attempt has ended", () => isOver(refused));
    expect(refused.accepted ? server.last(refused) : refused).toMatchObject(
      refused.accepted ? { code: "DISK_FULL" } : { fault: true, reason: expect.stringContaining("ENOSPC") },
    );
    disk.free();
    const next = await server.assign("real", 10, { runId: run.runId, attempt: 2 });
    await until("the next attempt has finished", () => isOver(next), 60_000);
    expect(server.last(next)).toMatchObject({ kind: "finished" });
  });

  test("a process that cannot begin is the worker's trouble", async () => {
    await start({ COLLAPSAR_TEST_BROKEN: "1" });
    const run = await server.assign("steady", 10);
    await until("its attempt has ended", () => isOver(run));
    expect(server.last(run)).toMatchObject({
      code: "WORKER_FAULT",
      message: expect.stringMatching(
        /^The worker could not start the run\. [\s\S]*libmissing\.so: cannot open shared object file/,
      ),
    });
  });
});

describe("F2: SIGTERM of a worker", () => {
  test("with several runs within long calls: gone within 10 s, and each attempt ends as one to resume", async () => {
    const worker = await start({}, scriptedWorker, 3);
    const runs = [await server.assign("deaf", 1_000), await server.assign("deaf", 1_000), await server.assign("steady", 1_000)];
    for (const run of runs) await until("it is under way", () => points(run) > 3);
    const asked = performance.now();
    worker.kill("SIGTERM");
    await worker.exited;
    expect(performance.now() - asked).toBeLessThan(10_000 * slowness());
    for (const run of runs) expect(server.last(run)).toMatchObject({ code: "WORKER_LOST", message: "worker stopped" });
    expect(server.events(runs[2]).at(-2)?.event.kind).toBe("checkpoint");
  });

  test("and of its runs' processes, as a service manager does, five times: a checkpoint each time, and no crash", async () => {
    let run: Lease = await (async () => {
      await start();
      return server.assign("steady", 5_000);
    })();
    for (let attempt = 1; attempt <= 5; attempt++) {
      await until("some points arrived", () => points(run) > 5);
      const worker = workers.at(-1)!;
      for (const pid of [...runProcesses(worker), worker.child.pid!]) process.kill(pid, "SIGTERM");
      await worker.exited;
      expect(server.last(run)).toMatchObject({ code: "WORKER_LOST", message: "worker stopped" });
      expect(server.events(run).at(-2)?.event.kind).toBe("checkpoint");
      await start();
      run = await server.assign("steady", 5_000, { runId: run.runId, attempt: attempt + 1 });
    }
  });
});
