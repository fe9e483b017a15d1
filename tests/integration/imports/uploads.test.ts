import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { askApi } from "../../support/client/api.ts";
import { addMember } from "../../support/client/members.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { startPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";
import { download } from "../archives/archiveFiles.ts";
import { carryOut, planOf, refusalOf, send, sendFile } from "./sendImport.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
let server: TestServer;
let archive: { name: string; content: Uint8Array<ArrayBuffer> };
let id: string;

beforeAll(async () => {
  server = await TestServer.start({ dataDir });
  const worker = await RawWorker.connect(server);
  const study = await launch(server, grid({ depths: [2], seeds: [0, 1] }), { name: "Kept" });
  id = study.id;
  for (const _ of study.runs) {
    const lease = await worker.nextAssignment();
    await worker.events(lease, numbered([started(), measured(1, { "train/loss": 0.5 }), finished()]));
  }
  for (const run of study.runs) await untilStatus(server, run.id, "finished");
  worker.close();
  archive = { name: "kept.zip", content: new Uint8Array(await download(server, id)) };
});
afterAll(async () => {
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const waiting = () => readdirSync(join(dataDir, "artefacts")).filter((name) => /^[0-9a-f-]{36}$/.test(name));
const names = async () => (await server.call("experiments.list", { search: "Kept" })).rows.map((row) => row.name);

test("an archive is shown, then made, and its file is gone with that", async () => {
  const sent = await send(server, [archive]);
  expect(sent).toMatchObject({
    files: [{ name: "kept.zip", bytes: archive.content.length }],
    plan: {
      kind: "archive",
      study: { name: "Kept", existing: null },
      counts: { runs: 2, present: 0, points: 2 },
      problems: [],
      archive: { duplicates: [{ id, same: "experiment" }] },
    },
  });
  expect(await names()).toEqual(["Kept"]);
  expect(waiting()).toEqual([sent.id]);
  const made = await carryOut(server, sent.id);
  expect(made).toMatchObject({ status: 201, body: { name: "Kept", made: 2, present: 0 } });
  expect(made.body.url).toBe(`${server.url}/e/${made.body.experimentId}`);
  expect(await names()).toEqual(["Kept", "Kept"]);
  expect(waiting()).toEqual([]);
  expect(await carryOut(server, sent.id)).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
});

test("what is no file of any kind is refused by its name, and what an import cannot take", async () => {
  expect(await refusalOf(server, [{ name: "notes.html", content: "<p>" }])).toMatch(
    /^notes\.html cannot be imported\. These can: .*archive of Collapsar/,
  );
  expect(await refusalOf(server, [{ name: "kept.zip", content: "" }])).toBe("kept.zip is empty.");
  expect(await refusalOf(server, [{ name: "\u200b", content: "x" }])).toBe("A file needs a name: send it as ?name=runs.csv.");
  expect(await refusalOf(server, [archive, archive])).toBe("A file named kept.zip was sent to this import already.");
  const unnamed = await askApi<ApiError>(server, "POST", "/imports", {
    headers: { "content-type": "application/zip" },
    bytes: "x",
  });
  expect(unnamed).toMatchObject({ status: 400, body: { error: { issues: [{ path: ["query", "name"] }] } } });
  expect((await sendFile(server, archive, {}, { headers: { "content-type": "text/html" } })).status).toBe(415);
  expect((await sendFile(server, archive, { import: id })).status).toBe(404);
});

test("names of files lead nowhere: they are names", async () => {
  const sent = await send(server, [{ ...archive, name: "../../../../etc/kept.zip" }]);
  expect(sent.files).toEqual([{ name: "../../../../etc/kept.zip", bytes: archive.content.length }]);
  expect(await carryOut(server, sent.id)).toMatchObject({ status: 201 });
});

test("files wait for an hour, also while the server restarts, and go when they are not wanted", async () => {
  for (const old of waiting()) await askApi(server, "DELETE", `/imports/${old}`);
  expect(waiting()).toEqual([]);
  const [young, old] = [await send(server, [archive]), await send(server, [archive])];
  await server.stop();
  const folder = join(dataDir, "artefacts", old.id);
  const past = Date.now() / 1_000 - 3_700;
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), past, past);
  // Short leases make short ticks: it tidies after some seconds.
  server = await TestServer.start({ dataDir, env: { COLLAPSAR_HEARTBEAT_MS: "100", COLLAPSAR_LEASE_MS: "500" } });
  await until("the old ones are gone", () => !waiting().includes(old.id), 60_000);
  expect(waiting()).toEqual([young.id]);
  expect(await planOf(server, young.id, {})).toMatchObject({ status: 200, body: { archive: { runs: 2 } } });
  expect(await askApi(server, "DELETE", `/imports/${young.id}`)).toMatchObject({ status: 200, body: { id: young.id } });
  expect(waiting()).toEqual([]);
});

describe("for several people, and several servers of one database", () => {
  let [a, b]: TestServer[] = [];
  const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  let stopDatabase: () => Promise<void>;
  beforeAll(async () => {
    const postgres = await startPostgres();
    stopDatabase = () => postgres.stop();
    const env = { COLLAPSAR_ACCESS_KEY: key, COLLAPSAR_ARTEFACTS_DIR: folder };
    a = await TestServer.start({ databaseUrl: postgres.url, env });
    b = await TestServer.start({ databaseUrl: postgres.url, env });
    await a.signIn();
  });
  afterAll(async () => {
    await Promise.all([a, b].map((one) => one?.stop()));
    await stopDatabase?.();
    rmSync(folder, { recursive: true, force: true });
  });

  test("an import that waits is its sender's alone, at whichever server", async () => {
    const [mine, other] = [await addMember(a, "editor"), await addMember(a, "editor")];
    const [own, foreign] = [mine, other].map(({ cookie }) => ({ headers: { cookie } }));
    const { body: sent } = await sendFile(a, archive, {}, own);
    for (const options of [foreign, { headers: { cookie: await b.signIn() } }]) {
      expect((await planOf(b, sent.id, {}, options)).status).toBe(404);
      expect((await carryOut(b, sent.id, {}, options)).status).toBe(404);
      expect((await askApi(b, "DELETE", `/imports/${sent.id}`, options)).status).toBe(404);
      expect((await sendFile(b, { ...archive, name: "more.zip" }, { import: sent.id }, options)).status).toBe(404);
    }
    expect(await planOf(b, sent.id, {}, own)).toMatchObject({ status: 200, body: { archive: { name: "Kept" } } });
    expect(await carryOut(b, sent.id, {}, own)).toMatchObject({ status: 201, body: { made: 2 } });
    expect((await carryOut(a, sent.id, {}, own)).status).toBe(404);
  });
});
