import { afterEach, describe, expect, test } from "vitest";
import { connect, ledgerPoints, smallStudy, storedPoints } from "../../support/builders/study.ts";
import { PollingProxy, type Upgrade } from "../../support/processes/pollingProxy.ts";
import { ServerProcess } from "../../support/processes/serverProcess.ts";
import { makeFolder, realWorker, removeFolder, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

describe("A worker behind a proxy that lets no WebSocket through", () => {
  test.each<Upgrade>(["refuse", "hang"])("trains a study to its end by requests, and says so (%s)", async (manner) => {
    const server = await ServerProcess.start();
    cleanUps.push(() => server.stop());
    const proxy = await PollingProxy.open(server.url, manner);
    cleanUps.push(() => proxy.close());
    const api = connect(server.url);
    const { token } = await api.workers.createToken.mutate({ name: "polling" });
    const folder = makeFolder();
    cleanUps.push(() => removeFolder(folder));
    const worker = new WorkerProcess(realWorker, folder, proxy.url, token, ["--keep-spool"]);
    cleanUps.push(() => worker.stop());
    await until("connected", () => worker.output.includes("Connected to"), 60_000);
    const { id } = await api.experiments.launch.mutate({ name: "by polling", config: smallStudy({ depths: [2], steps: 200 }) });
    await until("finished", async () => (await api.experiments.get.query({ id })).status === "finished", 90_000);
    const [run] = (await api.experiments.get.query({ id })).runs;
    expect(run.attempt).toBe(1);
    expect(await storedPoints(server.url, run.id)).toEqual(ledgerPoints([folder], run.id));
    await until("said", () => worker.output.includes("does not let WebSocket through"));
    expect(proxy.upgrades).toBeGreaterThan(0);
  });
});
