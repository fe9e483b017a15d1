import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import type { SeriesView } from "../../../contract/views.ts";
import type { Lease } from "../../../contract/workerProtocol.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { TestServer } from "../../support/server.ts";
import { finished, measured, numbered, started } from "./events.ts";
import { leaseOf, makeToken, RawWorker } from "./rawWorker.ts";
import { getExperiment, grid, launch } from "./studies.ts";

const kills = 4;
const eventsEach = 1_500;

/** What one run's worker sent, by its own account: the value of every event follows from its number. */
interface Ledger {
  lease: Lease;
  acknowledged: number;
}
const valueAt = (runOrdinal: number, seq: number) => runOrdinal * 1e6 + seq;
const eventOf = (runOrdinal: number, seq: number) =>
  seq === 1
    ? started(0, eventsEach)
    : seq === eventsEach
      ? finished(eventsEach)
      : measured(seq, { "train/loss": valueAt(runOrdinal, seq), "train/nc1.ratio@1": -valueAt(runOrdinal, seq) });

describe.each(["embedded", "external"] as const)("A killed server (%s database)", (kind) => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  let postgres: TestPostgres | null = null;
  let server: TestServer;
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("loses and doubles nothing that was acknowledged, and lets no second one in", async () => {
    if (kind === "external") postgres = await startPostgres();
    const options = { dataDir, databaseUrl: postgres?.url ?? null };
    server = await TestServer.start(options);
    await expect(TestServer.start(options)).rejects.toThrow(`The data folder ${dataDir} is in use by process ${server.pid}`);

    const token = await makeToken(server);
    const { id, runs } = await launch(server, grid({ seeds: [0, 1] }));
    let worker = await RawWorker.connect(server, { slots: 2, token });
    const ledgers: Ledger[] = [];
    for (const run of runs) ledgers.push({ lease: leaseOf(await worker.nextAssignment(run.id)), acknowledged: 0 });

    for (let kill = 0; kill <= kills; kill++) {
      const sending = ledgers.map((ledger, run) => sendUntilCut(worker, ledger, run));
      if (kill < kills) {
        const enough = (eventsEach * (kill + 1)) / (kills + 2);
        while (ledgers.some((ledger) => ledger.acknowledged < enough)) await new Promise((resolve) => setTimeout(resolve, 2));
        await server.kill();
      }
      await Promise.all(sending);
      if (kill === kills) break;
      server = await TestServer.start(options);
      worker = new RawWorker(server.url, token, worker.id);
      await worker.connected();
      const holding = ledgers.map(({ lease }) => lease);
      worker.held = holding;
      expect(await worker.hello({ slots: 2, holding })).toMatchObject({ ok: true, lost: [] });
      // As a worker's spool does: some of what was stored comes again.
      for (const ledger of ledgers) ledger.acknowledged = Math.max(0, ledger.acknowledged - 40);
    }

    const { runs: rows, status } = await getExperiment(server, id);
    expect(status).toBe("finished");
    expect(rows.every((row) => row.attempt === 1)).toBe(true);
    const seqs = Array.from({ length: eventsEach - 2 }, (_, index) => index + 2);
    for (const [ordinal, run] of runs.entries()) {
      const series = await server.call<SeriesView[]>("runs.series", { id: run.id, maxPoints: 5_000 });
      for (const [key, sign] of [
        ["train/loss", 1],
        ["train/nc1.ratio@1", -1],
      ] as const) {
        const { steps, values } = series.find((item) => item.key === key)!;
        const lost = seqs.filter((seq) => !steps.includes(seq));
        const foreign = steps.filter((step, index) => values[index] !== sign * valueAt(ordinal, step));
        expect({ lost, doubled: steps.length - new Set(steps).size, foreign }).toEqual({ lost: [], doubled: 0, foreign: [] });
      }
    }
    worker.close();
    expect(existsSync(join(dataDir, "server.lock"))).toBe(true);
    await server.stop();
    expect(existsSync(join(dataDir, "server.lock"))).toBe(false);
  });
});

it("goes on when the database drops its connections", async () => {
  const postgres = await startPostgres();
  const server = await TestServer.start({ databaseUrl: postgres.url });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { id, runs } = await launch(server);
  const worker = await RawWorker.connect(server);
  const ledger: Ledger = { lease: leaseOf(await worker.nextAssignment(runs[0].id)), acknowledged: 0 };
  let cuts = 0;
  const cutting = setInterval(() => {
    cuts++;
    void client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
  }, 40);
  await sendUntilCut(worker, ledger, 0, eventsEach - 100);
  clearInterval(cutting);
  await sendUntilCut(worker, ledger, 0);
  expect(cuts).toBeGreaterThan(2);
  const series = await server.call<SeriesView[]>("runs.series", { id: runs[0].id, keys: ["train/loss"], maxPoints: 5_000 });
  expect(series[0].steps).toEqual(Array.from({ length: eventsEach - 2 }, (_, index) => index + 2));
  expect(await getExperiment(server, id)).toMatchObject({ status: "finished" });
  worker.close();
  await client.end();
  await server.stop();
  await postgres.stop();
});

/** Sends a run's events in small batches, one after the other, until all are acknowledged or the line is cut. */
async function sendUntilCut(worker: RawWorker, ledger: Ledger, run: number, through = eventsEach): Promise<void> {
  while (ledger.acknowledged < through) {
    const first = ledger.acknowledged + 1;
    const count = Math.min(20, eventsEach - ledger.acknowledged);
    const events = Array.from({ length: count }, (_, index) => eventOf(run, first + index));
    const cut = new Promise<null>((resolve) => worker.socket.once("disconnect", () => resolve(null)));
    const answer = await Promise.race([worker.events(ledger.lease, numbered(events, first)).catch(() => null), cut]);
    if (answer === null || !worker.socket.connected) return;
    if (!answer.ok && answer.code === "INTERNAL") continue; // not now: the same again
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    expect(answer.storedThrough).toBeGreaterThanOrEqual(first + count - 1);
    ledger.acknowledged = first + count - 1;
  }
}
