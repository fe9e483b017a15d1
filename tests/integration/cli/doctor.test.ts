import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttp, type Server } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collapsar, documents, hasControls } from "../../support/processes/commandLine.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { freePort, startPostgres } from "../../support/processes/postgres.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";

interface Check {
  name: string;
  state: "ok" | "warning" | "fault";
  found: string;
  wayOut: string | null;
}

let folder: string;
/** A data folder with a database that no server has. */
let data: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-doctor-"));
  data = join(folder, "data");
  mkdirSync(data);
  await copyFreshDatabase(data);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What doctor finds, by the checks' names, and what it ends with. */
async function doctor(
  env: Record<string, string | undefined>,
  ...flags: string[]
): Promise<{ code: number | null; checks: Map<string, Check> }> {
  const port = String(await freePort());
  const { code, out, err } = await collapsar(["doctor", "--json", ...flags], {
    env: { COLLAPSAR_DATA_DIR: data, COLLAPSAR_PORT: port, ...env },
  });
  expect(err).toBe("");
  const [{ ok, checks }] = documents(out) as unknown as [{ ok: boolean; checks: Check[] }];
  expect(ok).toBe(checks.every(({ state }) => state !== "fault"));
  expect(code).toBe(ok ? 0 : 9);
  for (const { state, wayOut } of checks) if (state !== "ok") expect(wayOut).toMatch(/\S/);
  return { code, checks: new Map(checks.map((check) => [check.name, check])) };
}
const faults = (checks: Map<string, Check>) =>
  [...checks.values()].filter(({ state }) => state === "fault").map(({ name }) => name);

/** Everything in a folder with what would tell of a change. */
const listing = (of: string): string[] =>
  readdirSync(of, { recursive: true })
    .map(String)
    .sort()
    .map((name) => {
      const { size, mtimeMs, mode } = statSync(join(of, name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    });

test("finds nothing wrong where nothing is, and changes nothing", async () => {
  const before = listing(data);
  const { code, checks } = await doctor({});
  expect(code).toBe(0);
  expect(faults(checks)).toEqual([]);
  expect(listing(data)).toEqual(before);
  expect([...checks.keys()]).toEqual([
    ...["Node", "packages", "pages", "settings", "data folder", "disk of the data folder", "disk of temporary files", "database"],
    ...["clock", "port", "server", "devices", "data sets"],
  ]);
  expect(checks.get("Node")!.found).toBe(`${process.version}, the program's own`);
  expect(checks.get("devices")!.found).toMatch(/^cpu \(onnxruntime cpu\).*; \d+ slots? of \d+ threads?$/);
  expect(checks.get("data sets")!.found).toMatch(/^here: .*fashion-mnist-mini/);
  expect(checks.get("server")).toMatchObject({ state: "warning", wayOut: "start one with “npx collapsar start”" });
}, 400_000);

test("is plain text for people, without colours", async () => {
  const { code, out } = await collapsar(["doctor"], { env: { COLLAPSAR_DATA_DIR: data, COLLAPSAR_PORT: "x" } });
  expect(code).toBe(9);
  expect(hasControls(out)).toBe(false);
  expect(out).toContain(
    'fault   settings: COLLAPSAR_PORT is "x": it must be a whole number from 0 to 65535 (0 = any free one)\n        → correct or unset that variable',
  );
  expect(out).toMatch(/\n\d+ checks: 1 fault(, \d+ warnings?)?\.\n$/);
}, 400_000);

describe("says what is wrong, and goes on", () => {
  test("a data folder that is a file", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    const { checks } = await doctor({ COLLAPSAR_DATA_DIR: path });
    expect(checks.get("data folder")).toEqual({
      name: "data folder",
      state: "fault",
      found: `${path} is a file`,
      wayOut: "move it away, or choose another with COLLAPSAR_DATA_DIR",
    });
    expect(checks.has("devices")).toBe(true);
  }, 400_000);

  test("a data folder that is not there is no fault, and is not made", async () => {
    const path = join(folder, "not", "there");
    const { code, checks } = await doctor({ COLLAPSAR_DATA_DIR: path });
    expect(code).toBe(0);
    expect(checks.get("data folder")!.found).toBe(`${path} is not there yet; the first start makes it`);
    expect(() => statSync(join(folder, "not"))).toThrow(/ENOENT/);
  }, 400_000);

  test("a data folder below a file", async () => {
    writeFileSync(join(folder, "above"), "");
    const path = join(folder, "above", "data");
    const { checks } = await doctor({ COLLAPSAR_DATA_DIR: path });
    expect(checks.get("data folder")).toMatchObject({ state: "fault", found: `${path} cannot be looked at (ENOTDIR)` });
  }, 400_000);

  // The superuser may write everywhere.
  test.runIf(process.getuid?.() !== 0)(
    "a data folder that is not this user's",
    async () => {
      const path = join(folder, "closed");
      mkdirSync(path, { mode: 0o500 });
      const { checks } = await doctor({ COLLAPSAR_DATA_DIR: path });
      expect(checks.get("data folder")).toMatchObject({ state: "fault", found: `${path} is not this user's to read and write` });
    },
    400_000,
  );

  test("an address of a server that is none", async () => {
    const { checks } = await doctor({ COLLAPSAR_URL: "localhost" });
    expect(checks.get("server")).toMatchObject({
      state: "fault",
      found: expect.stringMatching(/^COLLAPSAR_URL is "localhost": it must begin with http/),
    });
  }, 400_000);

  test("a database whose files are damaged", async () => {
    const damaged = join(folder, "damaged");
    cpSync(data, damaged, { recursive: true });
    writeFileSync(join(damaged, "database/PG_VERSION"), "");
    const { checks } = await doctor({ COLLAPSAR_DATA_DIR: damaged });
    expect(faults(checks)).toEqual(["database"]);
    expect(checks.get("database")!.wayOut).toMatch(/^restore a backup with “npx collapsar restore --from FILE --replace”/);
    rmSync(join(damaged, "database"), { recursive: true });
    writeFileSync(join(damaged, "database"), "");
    expect(faults((await doctor({ COLLAPSAR_DATA_DIR: damaged })).checks)).toEqual(["data folder", "database"]);
  }, 400_000);

  test("a full disk", async () => {
    const { checks } = await doctor({ COLLAPSAR_DATABASE_RESERVE_MB: "900000000" });
    expect(checks.get("disk of the data folder")).toMatchObject({
      state: "fault",
      found: expect.stringMatching(/free at .*, and with less than 900,000 GB nothing new is stored$/),
    });
  }, 400_000);

  test("a port that another program has, whatever it speaks", async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const taken = (silent.address() as AddressInfo).port;
    const { checks } = await doctor({ COLLAPSAR_PORT: String(taken) });
    expect(checks.get("port")).toEqual({
      name: "port",
      state: "fault",
      found: `another program has 127.0.0.1:${taken}`,
      wayOut: `stop it, or choose another port: COLLAPSAR_PORT=${taken + 1}`,
    });
    expect(checks.get("server")!.state).toBe("fault");
    await new Promise((resolve) => silent.close(resolve));

    const web = createHttp((_request, response) => void response.end("<html>hello</html>"));
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    const port = (web.address() as AddressInfo).port;
    const other = (await doctor({ COLLAPSAR_PORT: String(port) })).checks;
    expect([other.get("port")!.state, other.get("server")!.found]).toEqual([
      "fault",
      `http://localhost:${port} answers, and is not a Collapsar server`,
    ]);
    await new Promise((resolve) => web.close(resolve));
  }, 400_000);

  test("a Postgres that is away, refuses the user, or lacks the database; the password is not repeated", async () => {
    const away = await doctor({ DATABASE_URL: `postgres://u:secret-word@127.0.0.1:${await freePort()}/x` });
    expect(away.checks.get("database")).toMatchObject({
      state: "fault",
      found: "the Postgres at DATABASE_URL cannot be used: connection refused",
    });
    const odd = await doctor({ DATABASE_URL: "nonsense secret-word" });
    expect(odd.checks.get("database")!.state).toBe("fault");
    for (const { checks } of [away, odd]) expect(JSON.stringify([...checks.values()])).not.toContain("secret-word");
  }, 400_000);

  test("a clock that differs from the server's", async () => {
    // Its Date header counts whole seconds: it answers where one has just begun.
    const readyIn = (ms: number): Server =>
      createHttp(async (_request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 1_020 - (Date.now() % 1_000)));
        response.setHeader("date", new Date(Date.now() + ms).toUTCString()).end("ok");
      });
    const server = readyIn(3_600_000);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { checks } = await doctor({}, "--server", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(checks.get("clock of the server")).toMatchObject({ state: "warning", found: "3600 s ahead of this machine's" });
    await new Promise((resolve) => server.close(resolve));
  }, 400_000);

  test("a folder of data sets that is not there", async () => {
    const { checks } = await doctor({ COLLAPSAR_DATASETS_DIR: join(folder, "no-sets") });
    expect(checks.get("folder of data sets")).toMatchObject({
      state: "fault",
      found: `${join(folder, "no-sets")} cannot be read (ENOENT)`,
    });
  }, 400_000);

  test("packages that are missing, before anything of them is needed", async () => {
    const clone = join(folder, "clone");
    mkdirSync(join(clone, "server"), { recursive: true });
    for (const part of ["cli", "install"])
      cpSync(join(projectRoot, "server", part), join(clone, "server", part), { recursive: true });
    cpSync(join(projectRoot, "package.json"), join(clone, "package.json"));
    chmodSync(join(clone, "server/cli/collapsar.mjs"), 0o755);
    const { spawnSync } = await import("node:child_process");
    const ended = spawnSync(process.execPath, [join(clone, "server/cli/collapsar.mjs"), "doctor"], { encoding: "utf8" });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toBe(`The packages are not installed yet: run "npm ci --omit=dev" in ${clone} first.\n`);
  }, 400_000);
});

test("knows a running server, and who has its data folder", async () => {
  const server = await TestServer.start();
  try {
    const { code, checks } = await doctor({ COLLAPSAR_DATA_DIR: server.dataDir, COLLAPSAR_PORT: String(server.port) });
    expect(code).toBe(0);
    expect(checks.get("port")!.found).toBe(`a Collapsar server has 127.0.0.1:${server.port}`);
    expect(checks.get("server")!.found).toBe(`http://localhost:${server.port} is ready`);
    expect(checks.get("database")!.found).toContain(`in use by process ${server.pid} on `);
    expect(checks.get("clock of the server")!.state).toBe("ok");
  } finally {
    await server.stop();
  }
}, 400_000);

test("asks an external Postgres, and writes nothing into it", async () => {
  const postgres = await startPostgres();
  try {
    const { checks } = await doctor({ DATABASE_URL: postgres.url, COLLAPSAR_LOCAL_WORKER: "off" });
    expect(checks.get("database")).toMatchObject({
      state: "ok",
      found: expect.stringMatching(/^Postgres [\d.]+.* at DATABASE_URL answers; the next start brings its tables up to date$/),
    });
    expect(checks.get("clock of the database")!.state).toBe("ok");
    const missing = new URL(postgres.url);
    missing.pathname = "/not_there";
    expect((await doctor({ DATABASE_URL: missing.toString() })).checks.get("database")!.found).toBe(
      "the Postgres at DATABASE_URL cannot be used: it has no database of this name",
    );
  } finally {
    await postgres.stop();
  }
}, 400_000);
