import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { S3Store } from "../../support/processes/s3Store.ts";
import { type ServerOptions, TestServer } from "../../support/processes/server.ts";

const folders: string[] = [];
const makeFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "collapsar-own-"));
  folders.push(folder);
  return folder;
};
const servers: TestServer[] = [];
const start = async (options: ServerOptions) => {
  const env = { COLLAPSAR_ARTEFACTS_ADOPT: "0", ...options.env };
  const server = await TestServer.start({ dataDir: makeFolder(), ...options, env });
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("servers of one database", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  test("share the place of its files: another place is refused with the way out, until it is adopted", async () => {
    const shared = makeFolder();
    const databaseUrl = postgres.url;
    const env = { COLLAPSAR_ARTEFACTS_DIR: shared };
    await (await start({ databaseUrl, env })).interrupt();
    await (await start({ databaseUrl, env })).interrupt();
    const elsewhere = makeFolder();
    await expect(start({ databaseUrl, dataDir: elsewhere })).rejects.toThrow(
      `files of this database's runs are in the folder ${shared} on `,
    );
    await expect(start({ databaseUrl, dataDir: elsewhere })).rejects.toThrow(
      /set COLLAPSAR_ARTEFACTS_DIR to one shared folder, or COLLAPSAR_S3_… to one bucket.*COLLAPSAR_ARTEFACTS_ADOPT=1/s,
    );
    await (await start({ databaseUrl, dataDir: elsewhere, env: { COLLAPSAR_ARTEFACTS_ADOPT: "1" } })).interrupt();
    await (await start({ databaseUrl, dataDir: elsewhere })).interrupt();
    await expect(start({ databaseUrl, env })).rejects.toThrow(`runs are in the folder ${elsewhere}/artefacts on `);
  });
});

describe("an S3-compatible store", () => {
  let store: S3Store;
  beforeAll(async () => {
    store = await S3Store.start();
  });
  afterAll(() => store.stop());
  afterEach(() => store.fail(null));

  test("of one database is refused to another", async () => {
    await (await start({ env: store.env })).interrupt();
    expect(store.keys()).toEqual(["lab/belongs-to"]);
    await expect(start({ env: store.env })).rejects.toThrow(
      /the bucket studies\/lab\/ at http:\S+, which belongs to another database: each database needs a place of its own/,
    );
    await start({ env: { ...store.env, COLLAPSAR_S3_PREFIX: "lab2" } });
  });

  test("that refuses the settings keeps the server from starting, and says which one is wrong", async () => {
    await expect(start({ env: { ...store.env, COLLAPSAR_S3_BUCKET: "nowhere" } })).rejects.toThrow(
      /Files of runs cannot be kept in the bucket nowhere\/lab\/ at .*: it does not exist. Create it, or correct COLLAPSAR_S3_BUCKET/,
    );
    await expect(start({ env: { ...store.env, COLLAPSAR_S3_SECRET_ACCESS_KEY: "wrong" } })).rejects.toThrow(
      "the store refuses the secret: correct COLLAPSAR_S3_SECRET_ACCESS_KEY",
    );
  });

  test.each([
    ["hang", /The store of runs' files does not .* Runs train meanwhile/],
    ["503", /Files of runs cannot be stored or read now: .* answers with status 503 .*\. Runs train meanwhile/],
  ] as const)("that does not work yet (%s) does not, and is opened when it does", async (how, said) => {
    const env = { ...store.env, COLLAPSAR_S3_PREFIX: `later-${how}` };
    store.fail(how);
    const server = await start({ env });
    expect(server.output).toMatch(said);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});

test("a folder of a server's own is marked as its database's", async () => {
  const server = await start({});
  expect(readFileSync(join(server.dataDir, "artefacts", "belongs-to"), "utf8")).toMatch(/^[0-9a-f-]{36}\n$/);
  await server.interrupt();
  rmSync(join(server.dataDir, "artefacts"), { recursive: true });
  await start({ dataDir: server.dataDir });
});
