import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { scriptedName } from "../../chaos/scriptedRun.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { makeToken } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";
import { makeFolder, removeFolder, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

/** Workers on copies of one folder, as of a virtual machine or a home that was copied: each is one of its own. */
const program = new URL("../../chaos/worker.ts", import.meta.url).pathname;
let server: TestServer;
let token: string;
const folders: string[] = [];
const workers: WorkerProcess[] = [];

const start = async (folder: string, name: string) => {
  const worker = new WorkerProcess(program, folder, server.url, token, ["--slots", "1", "--name", name]);
  workers.push(worker);
  await until(`${name} is connected`, () => worker.output.includes("Connected to"), 90_000);
  return worker;
};
const folderOf = () => {
  const folder = makeFolder();
  folders.push(folder);
  return folder;
};
/** On another machine the lock in it is of no living process. */
const copyOf = (folder: string) => {
  const copy = folderOf();
  cpSync(folder, copy, { recursive: true });
  rmSync(join(copy, "worker", "agent.lock"), { force: true });
  return copy;
};
const idOf = (folder: string) => readFileSync(join(folder, "worker", "worker-id"), "utf8").trim();
/** Waits until the only worker's next heartbeat has shown its greeting: each tells anew how its machine is used. */
const aHeartbeat = async () => {
  const used = async () => JSON.stringify((await server.call("workers.list")).map(({ system }) => system));
  const before = await used();
  await until("a heartbeat came", async () => (await used()) !== before);
};
const study = async (steps: number) => {
  const config = grid({ seeds: [1], measuring: { name: "every", steps: 1 } });
  const { runs } = await launch(server, { ...config, training: { ...config.training, steps } }, { name: scriptedName });
  return runs[0];
};
const detail = (id: string) => server.call("runs.get", { id });

beforeEach(async () => {
  server = await TestServer.start({ env: { COLLAPSAR_HEARTBEAT_MS: "500", COLLAPSAR_LEASE_MS: "5000" } });
  token = await makeToken(server);
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail") for (const { output } of [...workers, server]) console.log(`--- what it said\n${output}`);
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await server.stop();
  for (const folder of folders.splice(0)) removeFolder(folder);
});

describe("two workers on copies of one folder", () => {
  test("at the same time are two: the copy takes nothing from the one that is there", async () => {
    const original = folderOf();
    const first = await start(original, "original");
    const run = await study(12_000);
    await until("it is measured", async () => (await detail(run.id)).series.length > 0, 60_000);
    const copy = copyOf(original);
    const second = await start(copy, "copy");
    expect(second.output).toMatch(/two workers use copies of one folder/);
    expect(idOf(copy)).not.toBe(idOf(original));
    const listed = await server.call("workers.list");
    expect(
      listed
        .filter(({ connected }) => connected)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["copy", "original"]);
    const next = await study(50);
    await untilStatus(server, next.id, "finished", 90_000);
    await untilStatus(server, run.id, "finished", 150_000);
    const { attempts, series, row } = await detail(run.id);
    expect(attempts.map(({ workerName, outcome }) => [workerName, outcome?.code])).toEqual([["original", "FINISHED"]]);
    expect(series.find(({ key }) => key === "train/loss")?.points).toBe(12_001);
    expect(row.workerName).toBe("original");
    expect(first.output).not.toMatch(/no longer this worker's/);
  });

  test("one after the other are two as well: the older state is noticed by its greeting", async () => {
    const original = folderOf();
    const first = await start(original, "original");
    await aHeartbeat();
    await first.stop();
    const copy = copyOf(original);
    const again = await start(original, "original");
    await aHeartbeat();
    await again.stop();
    const id = idOf(copy);
    const second = await start(copy, "copy");
    expect(second.output).toMatch(
      /This worker's folder is a copy of one that another worker has used since, or an older state of it/,
    );
    expect(idOf(copy)).not.toBe(id);
    expect(idOf(original)).toBe(id);
    const last = await start(original, "original");
    expect(last.output).not.toMatch(/copy/);
    expect(idOf(original)).toBe(id);
  });
});
