import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExternalExperimentDetail, ExternalRunDetail } from "../../../contract/wire/externalViews.ts";
import { numbered, openRun, report } from "../../support/builders/externalRuns.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { addMember } from "../../support/client/members.ts";
import { TestServer } from "../../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { COLLAPSAR_ACCESS_KEY: key } });
  await server.signIn();
});
afterAll(() => server?.stop());

const loss = numbered([{ kind: "scalars", step: 1, values: { loss: 1 } }]);

test("A token of scope log reports its maker's runs, and reads nothing", async () => {
  const { token } = await makeApiToken(server, "log");
  const opened = await openRun(server, {}, { token });
  expect(opened.status).toBe(200);
  expect((await report(server, opened.body.runId, loss, { token })).body).toEqual({ storedThrough: 1 });
  for (const path of [
    "/experiments",
    `/runs/${opened.body.runId}`,
    `/experiments/${opened.body.experimentId}/series?keys=log/loss`,
  ])
    expect((await askApi(server, "GET", path, { token })).status, path).toBe(403);
  expect((await openRun(server, {}, { token: "wrong" })).status).toBe(401);
  const { token: reading } = await makeApiToken(server, "read");
  expect((await openRun(server, {}, { token: reading })).status).toBe(403);
});

test("Nobody adds to the run of another person, whose key is another run", async () => {
  const runKey = randomUUID();
  const { token } = await makeApiToken(server, "log");
  const { body: mine } = await openRun(server, { runKey }, { token });
  const { cookie } = await addMember(server, "editor");
  const headers = { cookie, origin: server.url };
  const { status, body } = await report(server, mine.runId, loss, { headers });
  expect([status, body.error?.code]).toEqual([403, "NOT_ALLOWED"]);
  const theirs = await openRun(server, { runKey }, { headers });
  expect(theirs.status).toBe(200);
  expect(theirs.body.runId).not.toBe(mine.runId);
  // A name is a study of each person's own; by its id they share one.
  expect(theirs.body.experimentId).not.toBe(mine.experimentId);
  const shared = await openRun(server, { study: mine.experimentId }, { headers });
  expect(shared.body.experimentId).toBe(mine.experimentId);
  const viewer = await addMember(server, "viewer");
  expect((await openRun(server, {}, { headers: { cookie: viewer.cookie, origin: server.url } })).status).toBe(403);
});

test("A link that hides names shows no text of a config, and which runs have the same one", async () => {
  const { token } = await makeApiToken(server, "log");
  const open = (path: string, seed: number) =>
    openRun(server, { study: "Secrets", config: { path, seed, mixed: path }, classNames: ["anna", "bob", "eve"] }, { token });
  const first = await open("/home/anna/data", 0);
  await open("/home/bob/data", 1);
  await open("/home/anna/data", 2);
  const { id } = { id: first.body.experimentId };
  const share = await server.call("shares.create", { experimentId: id, hideNames: true });
  const study = (await server.callAny("experiments.get", { id }, { share: share.token })) as ExternalExperimentDetail;
  expect(study.runs.map(({ config }) => config.values)).toEqual([
    { path: "path-1", seed: 0, mixed: "mixed-1" },
    { path: "path-2", seed: 1, mixed: "mixed-2" },
    { path: "path-1", seed: 2, mixed: "mixed-1" },
  ]);
  const run = (await server.callAny("runs.get", { id: first.body.runId }, { share: share.token })) as ExternalRunDetail;
  expect(run.row.config.values).toEqual({ path: "path-1", seed: 0, mixed: "mixed-1" });
  expect(JSON.stringify([study, run])).not.toMatch(/anna|bob|eve/);
});
