import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { numbered, openRun, report, sumsOf } from "../../support/builders/externalRuns.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

let postgres: TestPostgres;
const servers: TestServer[] = [];
beforeAll(async () => {
  postgres = await startPostgres();
  for (let at = 0; at < 2; at++) servers.push(await TestServer.start({ databaseUrl: postgres.url }));
});
afterAll(async () => {
  for (const server of servers) await server.stop();
  await postgres?.stop();
});

test("Two servers of one database make one study of a name, and store each event of a run once", async () => {
  const [a, b] = servers as [TestServer, TestServer];
  const runs = await Promise.all(Array.from({ length: 8 }, (_, at) => openRun(at % 2 ? a : b, { config: { seed: at } })));
  expect(new Set(runs.map(({ body }) => body.experimentId)).size).toBe(1);
  const [runKey, session] = [randomUUID(), randomUUID()];
  const opened = await Promise.all([a, b, a, b].map((server) => openRun(server, { runKey, session })));
  expect(opened.map(({ status, body }) => [status, body.attempt])).toEqual([1, 2, 3, 4].map(() => [200, 1]));
  const { runId } = opened[0]!.body;
  const events = numbered([
    ...[1, 2, 3].map((step) => ({ kind: "scalars" as const, step, values: { loss: step } })),
    sumsOf(3),
    { kind: "finished", step: 3 },
  ]);
  const answers = await Promise.all([a, b, a, b].map((server) => report(server, runId, events)));
  expect(answers.map(({ body }) => body)).toEqual([1, 2, 3, 4].map(() => ({ storedThrough: 5 })));
  const series = await b.call("runs.series", { id: runId, keys: ["log/loss", "train/nc1.ratio@1"], maxPoints: 100 });
  expect(series.map(({ key, steps }) => [key, steps])).toEqual([
    ["log/loss", [1, 2, 3]],
    ["train/nc1.ratio@1", [3]],
  ]);
});
