import pg from "pg";
import { io } from "socket.io-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type WatchBatch, watchNamespace } from "../../../contract/wire/watchProtocol.ts";
import { eventsEach, type Ledger, measuredSteps, sendUntilCut, valueAt } from "../../support/builders/ledger.ts";
import { getExperiment, getRun, grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../../support/client/rawWorker.ts";
import { DatabaseLine } from "../../support/processes/databaseLine.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

/** More than the server keeps connections: if each loss costs one, none is left. */
const losses = 20;

describe("F6: a database that loses its connections", () => {
  let postgres: TestPostgres;
  let line: DatabaseLine;
  let server: TestServer;
  let worker: RawWorker;
  beforeAll(async () => {
    postgres = await startPostgres();
    line = await DatabaseLine.open(postgres.url);
    server = await TestServer.start({ databaseUrl: line.url });
  });
  beforeEach(async () => {
    worker = await RawWorker.connect(server);
  });
  afterEach(async () => {
    line.rule = () => null;
    worker.close();
    // What one test left running must not come to the next one's worker.
    const { rows } = await server.call("experiments.list", { limit: 200 });
    for (const { id } of rows) await server.call("experiments.cancel", { id });
  });
  afterAll(async () => {
    await server?.stop();
    await line?.close();
    await postgres?.stop();
  });

  /** Cuts every `every`th message that contains a text, until it has cut `count`. */
  const cut = (text: string, at: "before" | "after", count: number, every = 1) => {
    let seen = 0;
    let left = count;
    line.rule = (sent) => {
      if (left === 0 || !sent.includes(text) || ++seen % every !== 0) return null;
      left--;
      return at;
    };
    return () => left;
  };

  const expectAllStored = async (runId: string) => {
    const series = await server.call("runs.series", { id: runId, keys: ["train/loss"], maxPoints: 5_000 });
    expect(series[0].steps).toEqual(measuredSteps);
    expect(series[0].values).toEqual(measuredSteps.map((step) => valueAt(0, step)));
  };

  test.each([
    ["begin", "before"],
    ["begin", "after"],
    ["commit", "before"],
    ["insert into", "before"],
  ] as const)("goes on after losing them at %s (%s it is done)", async (statement, at) => {
    const left = cut(statement, at, losses);
    for (let calls = 0; left() > 0; calls++) {
      if (calls === 10 * losses) throw new Error(`${left()} cuts are left after ${calls} calls`);
      await server.call("experiments.launch", { name: "lost", config: grid() }).catch(() => undefined);
    }
    const { runs } = await launch(server, grid());
    expect((await getRun(server, runs[0].id)).id).toBe(runs[0].id);
  });

  test("stores once and tells all that was committed unheard, and gives the worker's slot free", async () => {
    const { id, runs } = await launch(server, grid({ seeds: [0, 1] }));
    const ledger: Ledger = { lease: leaseOf(await worker.nextAssignment(runs[0].id)), acknowledged: 0 };
    const heard = new Set<number>();
    const statuses: string[] = [];
    const watcher = io(server.url + watchNamespace, { transports: ["websocket"], forceNew: true });
    watcher.on("batch", ({ items }: WatchBatch) => {
      for (const item of items) {
        if (item.kind === "points" && item.runId === runs[0].id) heard.add(item.step);
        if (item.kind === "run" && item.row.id === runs[0].id) statuses.push(item.row.status);
      }
    });
    expect(await watcher.timeout(10_000).emitWithAck("watch", { room: "experiment", id })).toEqual({ ok: true });

    // Every second commit is done and unheard: the first batch, with the start, and the last, with the end, among them.
    cut("commit", "after", Number.POSITIVE_INFINITY, 2);
    await sendUntilCut(worker, ledger, 0, eventsEach - 20);
    cut("commit", "after", 1);
    await sendUntilCut(worker, ledger, 0);
    expect(ledger.acknowledged).toBe(eventsEach);
    await expectAllStored(runs[0].id);
    await expect.poll(() => measuredSteps.filter((step) => !heard.has(step))).toEqual([]);
    await expect.poll(() => statuses.at(-1)).toBe("finished");
    // The worker's one slot: the second run comes only if the first one's end was noticed.
    expect((await worker.nextAssignment(runs[1].id)).runId).toBe(runs[1].id);
    watcher.disconnect();
  });

  test.each([
    ["the delivery", "SKIP LOCKED"],
    ["the claim", "), claimed as ("],
  ])("gives a run out although the answer to %s was lost, without counting an attempt as failed", async (_what, text) => {
    const left = cut(text, "after", 1);
    const { runs } = await launch(server);
    const assigned = await worker.nextAssignment(runs[0].id);
    expect(left()).toBe(0);
    expect((await getRun(server, runs[0].id)).attempt).toBe(assigned.attempt);
    const ledger: Ledger = { lease: leaseOf(assigned), acknowledged: 0 };
    await sendUntilCut(worker, ledger, 0);
    await untilStatus(server, runs[0].id, "finished");
    await expectAllStored(runs[0].id);
  });

  test("carries on when all of them are cut again and again", async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { id, runs } = await launch(server);
    const ledger: Ledger = { lease: leaseOf(await worker.nextAssignment(runs[0].id)), acknowledged: 0 };
    let cuts = 0;
    let sending = true;
    const cutting = (async () => {
      for (; sending; cuts++) {
        await client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
        );
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    })();
    await sendUntilCut(worker, ledger, 0, eventsEach - 100);
    sending = false;
    await cutting;
    await sendUntilCut(worker, ledger, 0);
    expect(cuts).toBeGreaterThan(2);
    await expectAllStored(runs[0].id);
    await expect.poll(async () => (await getExperiment(server, id)).status).toBe("finished");
    await client.end();
  });
});
