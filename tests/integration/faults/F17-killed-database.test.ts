import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { eventsEach, type Ledger, measuredSteps, sendUntilCut, valueAt } from "../../support/builders/ledger.ts";
import { getExperiment, grid, launch } from "../../support/builders/studies.ts";
import { leaseOf, makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

/** Of the embedded database with its server; an external one outlives it. */
const kills = { embedded: 20, external: 4 };

describe.each(["embedded", "external"] as const)("F17: a server that is killed again and again (%s database)", (kind) => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  let postgres: TestPostgres | null = null;
  let server: TestServer;
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("loses and doubles nothing that was acknowledged, and lets no second one in", async () => {
    if (kind === "external") postgres = await startPostgres();
    const options = { dataDir, databaseUrl: postgres?.url ?? null };
    server = await TestServer.start(options);
    await expect(TestServer.start(options)).rejects.toThrow(`The data folder ${dataDir} is in use by process ${server.pid}`);

    const token = await makeToken(server);
    const { id, runs } = await launch(server, grid({ seeds: [0, 1] }));
    let worker = await RawWorker.connect(server, { slots: 2, token });
    const ledgers: Ledger[] = [];
    for (const run of runs) ledgers.push({ lease: leaseOf(await worker.nextAssignment(run.id)), acknowledged: 0 });

    const most = kills[kind];
    for (let kill = 0; kill <= most; kill++) {
      const sending = ledgers.map((ledger, run) => sendUntilCut(worker, ledger, run));
      if (kill < most) {
        const enough = (eventsEach * (kill + 1)) / (most + 2);
        while (ledgers.some((ledger) => ledger.acknowledged < enough)) await new Promise((resolve) => setTimeout(resolve, 2));
        await server.kill();
      }
      await Promise.all(sending);
      if (kill === most) break;
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
    for (const [ordinal, run] of runs.entries()) {
      const series = await server.call("runs.series", { id: run.id, maxPoints: 5_000 });
      for (const [key, sign] of [
        ["train/loss", 1],
        ["train/nc1.ratio@1", -1],
      ] as const) {
        const { steps, values } = series.find((item) => item.key === key)!;
        const lost = measuredSteps.filter((seq) => !steps.includes(seq));
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
