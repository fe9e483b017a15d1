import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import { ProtocolServer } from "../../support/processes/protocolServer.ts";
import {
  isRunning,
  makeFolder,
  realWorker,
  removeFolder,
  runProcesses,
  WorkerProcess,
} from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

/** What may lie where a file of the worker was. */
const damages: Record<string, (path: string) => void> = {
  "a folder": (path) => {
    rmSync(path);
    mkdirSync(join(path, "within"), { recursive: true });
  },
  "an empty file": (path) => writeFileSync(path, ""),
  "a damaged byte": (path) => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 0xa5;
    writeFileSync(path, bytes);
  },
  "a link to nowhere": (path) => {
    rmSync(path);
    symlinkSync(join(path, "..", "nowhere"), path);
  },
  "a link to itself": (path) => {
    rmSync(path);
    symlinkSync(path, path);
  },
};

let server: ProtocolServer;
let folder: string;
let worker: WorkerProcess;

const start = async () => {
  const flags = ["--slots", "1", "--device", "cpu"];
  worker = new WorkerProcess(realWorker, folder, `http://127.0.0.1:${server.port}`, "right", flags, {
    COLLAPSAR_CHECKPOINT_MS: "100",
  });
  await until("the worker is connected", () => server.isConnected);
};
const isOver = (lease: Lease) => ["finished", "ended"].includes(server.last(lease)?.kind ?? "");
const checkpointsOf = (lease: Lease) => {
  const path = join(folder, "worker", "checkpoints", lease.runId);
  return readdirSync(path)
    .flatMap((name) => /^(\d+)\.ckpt$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
};
const setAsideIn = (...path: string[]) =>
  readdirSync(join(folder, "worker", ...path)).filter((name) => name.includes(".set-aside-"));

beforeEach(async () => {
  server = await new ProtocolServer().listen();
  folder = makeFolder();
});
afterEach(async () => {
  await worker.stop();
  await server.close();
  removeFolder(folder);
});

describe("F25: in place of files of the worker", () => {
  test.each(Object.keys(damages))("%s: each is set aside by name, said, and the next best is used", async (kind) => {
    const damage = damages[kind];
    await start();
    const run = await server.assign("real", 200_000, undefined, { measuring: { name: "every", steps: 50 } });
    const made = () => server.events(run).filter(({ event }) => event.kind === "checkpoint").length;
    await until("it has checkpoints", () => made() > 3, 60_000);
    const { workerId } = server.hellos[0];
    const pids = runProcesses(worker);
    worker.kill("SIGKILL");
    await worker.exited;
    await until("its processes are gone", () => !pids.some(isRunning));
    const at = (...path: string[]) => join(folder, "worker", ...path);
    const [newest, second] = checkpointsOf(run);
    for (const path of [
      at("worker-id"),
      at("agent.lock"),
      at("spool", `${run.runId}.1.json`),
      at("checkpoints", run.runId, "last-attempt"),
      at("checkpoints", run.runId, `${newest}.ckpt`),
    ])
      damage(path);

    await start();
    expect(server.hellos.at(-1)!.workerId).toBe(workerId);
    expect(lstatSync(at("worker-id")).isFile()).toBe(true);
    expect(readFileSync(at("agent.lock"), "utf8")).toMatch(new RegExp(`^${worker.child.pid}:`));
    expect(worker.output).toMatch(/worker-id cannot be used \(.*\): it is set aside as worker-id\.set-aside-\d{8}T\d{6}Z/);
    expect(setAsideIn()).toEqual([expect.stringMatching(/^worker-id\.set-aside-/)]);
    // Whether a damaged byte makes the file unreadable depends on where it falls.
    const ofSpool = setAsideIn("spool").filter((name) => /\.1\.json\.set-aside-/.test(name));
    expect(ofSpool.length).toBeGreaterThanOrEqual(kind === "a damaged byte" ? 0 : 1);

    const next = await server.assign(
      "real",
      200_000,
      { runId: run.runId, attempt: 2, measuredThrough: newest },
      { measuring: { name: "every", steps: 50 } },
    );
    await until("the next attempt has begun", () => server.events(next).length > 3, 60_000);
    expect(server.events(next)[0].event).toMatchObject({ kind: "started", resumedFromStep: second });
    const said = server.events(next).flatMap(({ event }) => (event.kind === "log" ? [event.text] : []));
    expect(said).toContainEqual(
      expect.stringMatching(
        new RegExp(`^The checkpoint of step ${newest} is not used: .*It is set aside as ${newest}\\.ckpt\\.set-aside-`),
      ),
    );
    server.cancel(next);
    await until("it is cancelled", () => isOver(next));
  });

  test("files in place of its folders: they are set aside, and the worker works", async () => {
    mkdirSync(join(folder, "worker"), { recursive: true });
    for (const name of ["spool", "checkpoints", "artefacts"]) writeFileSync(join(folder, "worker", name), "no folder");
    symlinkSync(join(folder, "nowhere"), join(folder, "datasets"));
    await start();
    for (const name of ["spool", "checkpoints", "artefacts"])
      expect(worker.output).toMatch(new RegExp(`${name} was not a folder: it is set aside as ${name}\\.set-aside-`));
    const run = await server.assign("real", 20);
    await until("the run has finished", () => isOver(run), 60_000);
    expect(server.last(run)).toMatchObject({ kind: "finished" });
  });
});
