import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriesKey } from "../../../contract/metrics/seriesKey.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import type { Executor } from "../../../db/database.ts";
import type { Reader } from "../../../server/access/reader.ts";
import { AnswerAllowance } from "../../../server/context/answerAllowance.ts";
import type { ServiceContext } from "../../../server/context/serviceContext.ts";
import { readLayerProfile } from "../../../server/services/series/readLayerProfile.ts";
import { readRunGeometry } from "../../../server/services/series/readRunGeometry.ts";
import { readThinned } from "../../../server/services/series/readThinned.ts";
import { ended, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

const everyone: Reader = { experimentId: null, hideNames: false, readOnly: false };
const tens = (count: number) => Array.from({ length: count }, (_, index) => 10 * index);
const key = "train/loss";

let postgres: TestPostgres;
let server: TestServer;
let worker: RawWorker;
let pool: pg.Pool;

beforeAll(async () => {
  postgres = await startPostgres();
  server = await TestServer.start({ databaseUrl: postgres.url });
  worker = await RawWorker.connect(server, { slots: 60 });
  pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
});
afterAll(async () => {
  await pool?.end();
  worker?.close();
  await server?.stop();
  await postgres?.stop();
});

/** Stores events of a run. */
async function store(lease: Lease, events: RunEvent[], first = 1): Promise<void> {
  expect(await worker.events(lease, numbered(events, first))).toMatchObject({ ok: true });
}

/** The database, as a reading meets it after whose statement of this number something was stored; 0 = never. */
function storingAfter(statement: number, act: () => Promise<void>): { orm: Executor; statements: () => number } {
  let count = 0;
  const query = async (...asked: Parameters<pg.Pool["query"]>) => {
    const answer = await pool.query(...asked);
    if (++count === statement) await act();
    return answer;
  };
  return {
    orm: drizzle(new Proxy(pool, { get: (of, name) => (name === "query" ? query : Reflect.get(of, name)) })),
    statements: () => count,
  };
}

async function begin(points: number): Promise<{ study: string; lease: Lease }> {
  const { id, runs } = await launch(server);
  const lease = await worker.nextAssignment(runs[0].id);
  await store(lease, [started(), ...tens(points).map((step) => measured(step, values(step)))]);
  return { study: id, lease };
}
const values = (step: number) => ({ [key]: 1 / (step + 1), [seriesKey("train", "nc1.ratio", 1)]: step });

describe("Points that are stored while they are read", () => {
  test.each([1, 2, 3])("take none of the others out of the answer: nine more, after the statement %i", async (statement) => {
    const { lease } = await begin(60);
    const more = tens(69)
      .slice(60)
      .map((step) => measured(step, values(step)));
    const { orm, statements } = storingAfter(statement, () => store(lease, more, 62));
    const [series] = await readThinned(orm, { runIds: [lease.runId], keys: [key], maxPoints: 5_000 }, 1e9);
    expect(statements()).toBe(3);
    expect(series.steps).toEqual(tens(statement === 1 ? 69 : 60));
    expect(series.total).toBe(series.steps.length);
  });

  test("take none of a layer profile's steps out of the answer", async () => {
    const { study, lease } = await begin(60);
    const more = tens(69)
      .slice(60)
      .map((step) => measured(step, values(step)));
    // The runs are listed, and the points counted.
    const { orm } = storingAfter(2, () => store(lease, more, 62));
    const query = { id: study, metric: "nc1.ratio" as const, split: "train" as const };
    const context = { database: { orm } } as ServiceContext;
    const profiles = await readLayerProfile(context, everyone, query, new AnswerAllowance(1e9));
    expect(profiles.find(({ runId }) => runId === lease.runId)?.steps).toEqual(tens(69));
  });

  test.each([
    [1, [0, 10, 20]],
    [2, [0, 10]],
    [3, [0, 10, 20, 30]],
  ])("never show a later attempt's beside those that it voids: it starts after the statement %i", async (statement, steps) => {
    const { lease, takeOver } = await beginTwice();
    const { orm } = storingAfter(statement, takeOver);
    const [series] = await readThinned(orm, { runIds: [lease.runId], keys: [key], maxPoints: 5_000 }, 1e9);
    expect(series.steps).toEqual(steps);
  });

  test.each([
    [1, [0, 10, 20]],
    [2, [0, 10]],
    [3, [0, 10, 20, 30]],
  ])("nor its pictures beside those: it starts after the statement %i", async (statement, steps) => {
    const { lease, takeOver } = await beginTwice();
    const { orm, statements } = storingAfter(statement, takeOver);
    const context = { database: { orm } } as ServiceContext;
    const pictures = await readRunGeometry(context, everyone, lease.runId, false, new AnswerAllowance(1e9));
    expect(statements()).toBe(3);
    expect(pictures.map(({ step }) => step)).toEqual(steps);
  });
});

/** A run whose first attempt has points and pictures to step 30; the second one goes on from step 10, and has those of step 20. */
async function beginTwice(): Promise<{ lease: Lease; takeOver: () => Promise<void> }> {
  const { runs } = await launch(server);
  const lease = await worker.nextAssignment(runs[0].id);
  const events = [0, 10, 20, 30].flatMap((step) => [measured(step, values(step)), snapshot(step)]);
  await store(lease, [started(), ...events]);
  const takeOver = async () => {
    await store(lease, [ended("WORKER_LOST", "worker stopped")], 10);
    const second = await worker.nextAssignment(lease.runId);
    await store(second, [started(10), measured(20, values(20)), snapshot(20)]);
  };
  return { lease, takeOver };
}
