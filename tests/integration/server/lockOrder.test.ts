import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { launchInput } from "../../../contract/config/experimentConfig.ts";
import { countStatuses } from "../../../contract/status.ts";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { endAttempt } from "../../../db/queries/attempts.ts";
import { insertExperiment } from "../../../db/queries/experiments.ts";
import {
  extendAllLeases,
  holdLeases,
  leaseRanOut,
  reclaimLeases,
  renewLeases,
  unholdLeases,
} from "../../../db/queries/leases.ts";
import { settleRun } from "../../../db/queries/runProgress.ts";
import { requestCancel, requestPause, requestResume, requeueRuns } from "../../../db/queries/runRequests.ts";
import { insertRuns } from "../../../db/queries/runs.ts";
import { makeRuns } from "../../../server/services/experiments/makeRuns.ts";
import { claimRun } from "../../support/builders/claimRun.ts";
import { grid } from "../../support/builders/studies.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { until } from "../../support/until.ts";

/**
 * Whatever changes several runs locks them in one order, that of their ids: two such statements wait for each other's end, and never
 * each for the other.
 */
const leaseMs = 600_000;
const worker = { id: randomUUID(), name: "a worker" };
/** In the table, and in what workers hold, the one with the greater id is the first. */
const [low, high] = ["00000000-0000-4000-8000-000000000001", "f0000000-0000-4000-8000-000000000002"] as const;
const { config } = launchInput.parse({ name: "locks", config: grid({ seeds: [0, 1] }) });

let postgres: TestPostgres;
let folder: string;
let database: Database;
/** Another program with a lock on the run of the lower id, and a third that looks which are locked. */
let other: pg.Client;
let third: pg.Client;
let experimentId: string;
let held: Lease[];

beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  database = await openDatabase({ dataDir: folder, url: postgres.url }, (error) => {
    throw error;
  });
  [other, third] = [0, 1].map(() => new pg.Client({ connectionString: postgres.url })) as [pg.Client, pg.Client];
  await Promise.all([other.connect(), third.connect()]);
});
afterAll(async () => {
  await other?.end();
  await third?.end();
  await database?.close();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await third.query("delete from experiments");
  experimentId = randomUUID();
  await insertExperiment(database.orm, {
    ...{ id: experimentId, name: "locks", note: "", tags: [], config, counts: countStatuses([]) },
  });
  const [first, second] = makeRuns(experimentId, config);
  await insertRuns(database.orm, [
    { ...first!, id: high },
    { ...second!, id: low },
  ]);
  held = [];
  for (const runId of [high, low]) {
    const lease = randomUUID();
    const { attempt } = (await claimRun(database.orm, runId, worker, lease, leaseMs))!;
    held.push({ runId, attempt, lease });
  }
});

const settle = async (to: "queued" | "cancelled") => {
  for (const { runId, attempt } of held) {
    await endAttempt(database.orm, runId, attempt, { code: "WORKER_LOST", message: leaseRanOut });
    await settleRun(database.orm, runId, to, {});
  }
};
const db = () => database.orm;
const beats = () => held.map((lease) => ({ ...lease, step: 7, stepMs: 1 }));
const ofAll = () => ({ experimentId });

test.each<[string, () => Promise<unknown>, (() => Promise<unknown>)?]>([
  ["renewing leases", () => renewLeases(db(), beats(), leaseMs)],
  ["giving attempts back", () => reclaimLeases(db(), worker.id, held, leaseMs), () => settle("queued")],
  ["holding leases", () => holdLeases(db(), held, leaseMs)],
  ["letting held leases go", () => unholdLeases(db(), held), () => holdLeases(db(), held, leaseMs)],
  ["extending all leases", () => extendAllLeases(db(), leaseMs)],
  ["cancelling a study", () => requestCancel(db(), ofAll())],
  ["pausing a study", () => requestPause(db(), ofAll())],
  ["resuming a study", () => requestResume(db(), ofAll()), () => requestPause(db(), ofAll())],
  [
    "queueing ended runs again",
    () => requeueRuns(db(), ofAll(), ["cancelled"]),
    () => requestCancel(db(), ofAll()).then(() => settle("cancelled")),
  ],
])("%s waits for the run of the lowest id before it locks another", async (_, change, prepare) => {
  await prepare?.();
  await other.query("begin");
  await other.query("select from runs where id = $1 for no key update", [low]);
  const changed = change();
  const waits = "select from pg_locks where not granted";
  await until("it waits", async () => (await third.query(waits)).rowCount! > 0);
  const isFree = await third.query("select from runs where id = $1 for no key update nowait", [high]).then(
    () => true,
    () => false,
  );
  await other.query("commit");
  expect(isFree).toBe(true);
  const result = await changed;
  expect(Array.isArray(result) ? result.length : 2).toBe(2);
});

test("what changed meanwhile is not overwritten: a lease that another has by then is not renewed", async () => {
  await other.query("begin");
  await other.query("update runs set lease = 'of another' where id = $1", [low]);
  const renewed = renewLeases(database.orm, beats(), leaseMs);
  await until("it waits", async () => (await third.query("select from pg_locks where not granted")).rowCount! > 0);
  await other.query("commit");
  expect((await renewed).map(({ runId }) => runId)).toEqual([high]);
  expect((await third.query("select id, step from runs order by id")).rows).toEqual([
    { id: low, step: 0 },
    { id: high, step: 7 },
  ]);
});

test("renewals of the same runs in both orders, studies that are paused and resumed and leases that are extended all come to an end", async () => {
  const rounds = 60;
  const repeat = async (work: () => Promise<unknown>) => {
    for (let round = 0; round < rounds; round++) await work();
  };
  await Promise.all([
    repeat(() => renewLeases(database.orm, beats(), leaseMs)),
    repeat(() => renewLeases(database.orm, beats().reverse(), leaseMs)),
    repeat(() => requestPause(database.orm, ofAll())),
    repeat(() => requestResume(database.orm, ofAll())),
    repeat(() => extendAllLeases(database.orm, leaseMs)),
  ]);
  const { rows } = await third.query("select step from runs");
  expect(rows).toEqual([{ step: 7 }, { step: 7 }]);
});
