import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchInput } from "../../../contract/config/experimentConfig.ts";
import { countStatuses, mayBecome, type RunStatus } from "../../../contract/status.ts";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { endAttempt, lockRun } from "../../../db/queries/attempts.ts";
import { insertExperiment } from "../../../db/queries/experiments.ts";
import { extendAllLeases, leaseRanOut, listExpired, reclaimLeases, renewLeases } from "../../../db/queries/leases.ts";
import { settleRun } from "../../../db/queries/runProgress.ts";
import { insertRuns, readRunState } from "../../../db/queries/runs.ts";
import { makeRuns } from "../../../server/services/experiments/makeRuns.ts";
import { claimRun } from "../../support/builders/claimRun.ts";
import { grid } from "../../support/builders/studies.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";

const leaseMs = 600_000;
const workers = [randomUUID(), randomUUID()] as const;

/** What workers, the supervisor and a clock may do with one run, in any order; `which` picks an attempt among all so far. */
type Deed =
  | { do: "claim"; worker: 0 | 1 }
  | { do: "renew"; which: number }
  /** The leases run out, and the supervisor sees it. */
  | { do: "expire" }
  /** A worker comes back with an attempt that it holds, or that another one holds. */
  | { do: "reclaim"; which: number; worker: 0 | 1 }
  /** An attempt's end is told. */
  | { do: "end"; which: number; to: "failed" | "queued" };

const which = fc.nat(20);
const worker = fc.constantFrom(0 as const, 1 as const);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("claim" as const), worker }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("renew" as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("expire" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reclaim" as const), which, worker }) },
  fc.record({ do: fc.constant("end" as const), which, to: fc.constantFrom("failed" as const, "queued" as const) }),
);

/** The model of a run: who may write, by the attempts so far. */
class Model {
  status: RunStatus = "queued";
  /** The attempt that may write; null while nobody may. */
  holder: number | null = null;
  readonly attempts: { lease: Lease; worker: string; isLost: boolean }[] = [];

  pick(at: number) {
    return this.attempts.length === 0 ? null : at % this.attempts.length;
  }
}

let dataDir: string;
let database: Database;
let experimentId: string;
const { config } = launchInput.parse({ name: "leases", config: grid() });
let ordinal = 0;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "collapsar-leases-"));
  await copyFreshDatabase(dataDir);
  database = await openDatabase({ dataDir, url: null }, (error) => {
    throw error;
  });
  experimentId = randomUUID();
  await insertExperiment(database.orm, {
    id: experimentId,
    name: "leases",
    note: "",
    tags: [],
    config,
    counts: countStatuses([]),
  });
}, 120_000);
afterAll(async () => {
  await database?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("one attempt at most may write, whoever claims, renews, is lost, comes back or ends, in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 25 }), async (deeds) => {
      const { orm } = database;
      const model = new Model();
      const [row] = makeRuns(experimentId, config);
      const run = { ...(row as NonNullable<typeof row>), id: randomUUID(), ordinal, cell: `cell ${ordinal++}` };
      await insertRuns(orm, [run]);
      for (const one of deeds) {
        switch (one.do) {
          case "claim": {
            const lease = randomUUID();
            const id = workers[one.worker];
            const claimed = await claimRun(orm, run.id, { id, name: id }, lease, leaseMs);
            expect(claimed !== null).toBe(model.status === "queued");
            if (claimed === null) break;
            model.attempts.push({ lease: { runId: run.id, attempt: claimed.attempt, lease }, worker: id, isLost: false });
            expect(claimed.attempt).toBe(model.attempts.length);
            model.status = "leased";
            model.holder = model.attempts.length - 1;
            break;
          }
          case "renew": {
            const at = model.pick(one.which);
            if (at === null) break;
            const held = { ...(model.attempts[at] as Model["attempts"][number]).lease, step: null, stepMs: null };
            const renewed = await renewLeases(orm, [held, { ...held, lease: "z".repeat(32) }], leaseMs);
            expect(renewed.map(({ attempt }) => attempt)).toEqual(model.holder === at ? [held.attempt] : []);
            break;
          }
          case "expire": {
            await extendAllLeases(orm, -1_000);
            const expired = (await listExpired(orm, run.id)).map(({ attempt }) => attempt);
            expect(expired).toEqual(model.holder === null ? [] : [model.holder + 1]);
            if (model.holder === null) break;
            await database.transaction(async (tx) => {
              await endAttempt(tx, run.id, expired[0] as number, { code: "WORKER_LOST", message: leaseRanOut });
              expect(await settleRun(tx, run.id, "queued", {})).toBe(true);
            });
            (model.attempts[model.holder] as Model["attempts"][number]).isLost = true;
            model.status = "queued";
            model.holder = null;
            break;
          }
          case "reclaim": {
            const at = model.pick(one.which);
            if (at === null) break;
            const attempt = model.attempts[at] as Model["attempts"][number];
            const taken = await reclaimLeases(orm, workers[one.worker], [attempt.lease], leaseMs);
            const isLast = at === model.attempts.length - 1;
            const isDue = model.status === "queued" && isLast && attempt.isLost && attempt.worker === workers[one.worker];
            expect(taken.map((back) => back.attempt)).toEqual(isDue ? [attempt.lease.attempt] : []);
            if (!isDue) break;
            attempt.isLost = false;
            model.status = "leased";
            model.holder = at;
            break;
          }
          case "end": {
            const at = model.pick(one.which);
            if (at === null) break;
            const { lease } = model.attempts[at] as Model["attempts"][number];
            // As a batch of events is taken: under the run's lock, if the lease is still this one.
            const isTaken = await database.transaction(async (tx) => {
              const locked = await lockRun(tx, run.id, lease.attempt);
              if (locked?.attempt?.endedAt !== null || locked.run.lease !== lease.lease) return false;
              await endAttempt(tx, run.id, lease.attempt, { code: "CRASHED", message: "ended" });
              return settleRun(tx, run.id, one.to, {});
            });
            expect(isTaken).toBe(model.holder === at);
            if (!isTaken) break;
            expect(mayBecome(model.status, one.to)).toBe(true);
            model.status = one.to;
            model.holder = null;
          }
        }
        const state = await readRunState(orm, run.id);
        expect([state?.status, state?.attempt]).toEqual([model.status, model.attempts.length]);
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
