import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askApi } from "../../support/client/api.ts";
import { collapsar, documents, hasControls } from "../../support/processes/commandLine.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

const study = `name: "Two depths: 100 % ../x"
config:
  datasets: [{id: gaussian-clusters, classes: 4, dimension: 10, trainPerClass: 25}]
  architectures: [{name: rn1}]
  depths: [2, 4]
  widths: [16]
  losses: [ce]
  regularizers: [{family: weights, lambda: 0.005}]
  seeds: [0]
  training: {steps: 40, learningRate: 0.005}
`;

/** It has a sign-in: nobody gets in without a token. */
let server: TestServer;
let folder: string;
let id: string;
/** The command line of the server's own user. */
const own = () => ({ COLLAPSAR_URL: server.url, COLLAPSAR_DATA_DIR: server.dataDir });
/** That of somebody else, or of another machine. */
const stranger = () => ({ COLLAPSAR_URL: server.url, COLLAPSAR_DATA_DIR: join(folder, "none") });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-cli-"));
  server = await TestServer.start({ localWorker: true, singleUser: false });
  await server.signIn();
  const { code, out, err } = await collapsar(["launch", "-", "--follow", "--json"], { env: own(), input: study });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  id = (documents(out)[0] as { id: string }).id;
}, 400_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

test("the server's own user needs no token, anyone else does", async () => {
  const refused = await collapsar(["follow", id], { env: stranger() });
  expect(refused.code).toBe(6);
  expect(refused.err).toBe(
    `${server.url} needs a token. Make one under “Sessions and tokens” (${server.url}/access), with the scope “launch” to launch and import or “read” to follow and export, and set COLLAPSAR_TOKEN to it.\n`,
  );
  const wrong = await collapsar(["follow", id, "--token", "x".repeat(43)], { env: own() });
  expect([wrong.code, wrong.err]).toEqual([6, expect.stringMatching(/Make one under/)]);
  const { token } = await server.call("account.createToken", { name: "reads", scope: "read" });
  expect((await collapsar(["follow", id], { env: { ...stranger(), COLLAPSAR_TOKEN: token } })).code).toBe(0);
  const reader = await collapsar(["launch", "-"], { env: { ...stranger(), COLLAPSAR_TOKEN: token }, input: study });
  expect(reader.code).toBe(6);
  // It launches, and makes no other ways in.
  const [made] = (await server.call("account.tokens")).filter(({ name }) => name === "Command line on the server's machine");
  expect(made).toMatchObject({ scope: "launch", maker: "owner", revokedAt: null });
  expect(Date.parse(made!.expiresAt!) - Date.now()).toBeLessThanOrEqual(86_400_000);
}, 400_000);

test("another server at that port is not sent anything secret", async () => {
  const elsewhere = await collapsar(["follow", id, "--server", server.url.replace("127.0.0.1", "127.0.0.2")], {
    env: stranger(),
  });
  expect(elsewhere.code).toBe(5);
  const other = await TestServer.start({ singleUser: false });
  try {
    // The data folder's server has another port than the one that is asked.
    const { code } = await collapsar(["follow", id], { env: { ...own(), COLLAPSAR_URL: other.url } });
    expect(code).toBe(6);
  } finally {
    await other.stop();
  }
}, 400_000);

test("export writes archive and tables, whole, with their hashes", async () => {
  const to = join(folder, "exported");
  const { code, out, err } = await collapsar(["export", id, "--to", to, "--as", "archive,csv,parquet,json,ndjson", "--json"], {
    env: own(),
  });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const base = `two-depths-100-x-${id.slice(0, 8)}`;
  expect(readdirSync(to).sort()).toEqual(
    ["series.csv", "series.json", "series.ndjson", "series.parquet", "zip"].map((ending) => `${base}.${ending}`),
  );
  const [{ files }] = documents(out) as [{ files: { form: string; file: string; bytes: number; sha256: string }[] }];
  expect(files.map(({ form }) => form)).toEqual(["archive", "csv", "parquet", "json", "ndjson"]);
  for (const { file, bytes, sha256 } of files) {
    const content = readFileSync(file);
    expect({ bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") }).toEqual({ bytes, sha256 });
  }
  const text = (ending: string) => readFileSync(join(to, `${base}.series.${ending}`), "utf8");
  const points = text("ndjson")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { run: string; series: string; step: number; value: number });
  expect(text("csv").trim().split("\r\n")).toHaveLength(points.length + 1);
  const { series } = JSON.parse(text("json")) as { series: { steps: number[] }[] };
  expect(series.reduce((sum, { steps }) => sum + steps.length, 0)).toBe(points.length);
  const bytes = readFileSync(join(to, `${base}.series.parquet`));
  const rows = await parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  });
  expect(rows).toHaveLength(points.length);

  const again = await collapsar(["export", id, "--to", to], { env: own() });
  expect(again.code).toBe(1);
  expect(again.err).toContain(`${base}.zip is there already: add --force`);
  const forced = await collapsar(["export", id, "--to", to, "--force"], { env: own() });
  expect(forced.code).toBe(0);
  expect(forced.out).toMatch(new RegExp(`^${join(to, base)}\\.zip: [\\d.,]+ [kM]?B\\n$`));
  expect(hasControls(forced.out + forced.err)).toBe(false);
}, 400_000);

test("export says what keeps it from writing, and leaves nothing half", async () => {
  writeFileSync(join(folder, "file"), "");
  const inFile = await collapsar(["export", id, "--to", join(folder, "file")], { env: own() });
  expect([inFile.code, inFile.err]).toEqual([
    3,
    expect.stringMatching(/file cannot be written \(EEXIST\): choose another folder/),
  ]);
  if (existsSync("/dev/full")) {
    const full = await collapsar(["export", id, "--to", "/proc/self"], { env: own() });
    expect(full.code).toBe(3);
  }
  const form = await collapsar(["export", id, "--to", folder, "--as", "xls"], { env: own() });
  expect([form.code, form.err]).toEqual([2, expect.stringMatching(/"xls" is none of archive, parquet, csv, json, ndjson\./)]);
  const none = await collapsar(["export", "00000000-0000-4000-8000-000000000000", "--to", join(folder, "none-made")], {
    env: own(),
  });
  expect(none.code).toBe(4);
  expect(existsSync(join(folder, "none-made"))).toBe(false);
}, 400_000);

test("import says what an archive would make, makes it, and refuses what is none", async () => {
  const to = join(folder, "archives");
  await collapsar(["export", id, "--to", to], { env: own() });
  const file = join(to, readdirSync(to)[0]!);
  const [would] = documents((await collapsar(["import", file, "--dry-run", "--json"], { env: own() })).out);
  expect(would).toMatchObject({
    dryRun: true,
    name: "Two depths: 100 % ../x",
    runs: 2,
    unfinished: 0,
    duplicates: [{ id, same: "experiment" }],
  });
  const before = (await server.call("experiments.list", {})).total;
  const { code, out } = await collapsar(["import", file, "--json"], { env: own() });
  expect(code).toBe(0);
  const [made] = documents(out) as [{ id: string; url: string }];
  expect(made.url).toBe(`${server.url}/e/${made.id}`);
  expect((await server.call("experiments.list", {})).total).toBe(before + 1);
  const last = async (experiment: string) =>
    (await server.call("experiments.get", { id: experiment })).runs.map(({ last: values }) => values);
  expect(await last(made.id)).toEqual(await last(id));

  const cut = join(folder, "cut.zip");
  writeFileSync(cut, readFileSync(file).subarray(0, 2_000));
  const refused = await collapsar(["import", cut], { env: own() });
  expect(refused.code).toBe(3);
  expect((await collapsar(["import", join(folder, "nothing.zip")], { env: own() })).code).toBe(4);
}, 400_000);

test("import refuses what no server could read", async () => {
  const file = join(folder, "noise.bin");
  writeFileSync(file, Buffer.from([1, 2, 3, 4, 5]));
  const { code, err } = await collapsar(["import", file], { env: own() });
  expect([code, err]).toEqual([3, expect.stringMatching(/^noise\.bin cannot be imported\. These can: /)]);
}, 400_000);

test("open prints the address of a page that is there", async () => {
  const { code, out } = await collapsar(["open", id, "--print"], { env: own() });
  expect({ code, out }).toEqual({ code: 0, out: `${server.url}/e/${id}\n` });
  expect(documents((await collapsar(["open", id, "--json"], { env: own() })).out)).toEqual([
    { id, url: `${server.url}/e/${id}` },
  ]);
  expect((await collapsar(["open", "00000000-0000-4000-8000-000000000000"], { env: own() })).code).toBe(4);
}, 400_000);

test("backup while the server runs, restore into another folder", async () => {
  const file = join(folder, "backup.tar.gz");
  const made = await collapsar(["backup", "--to", file, "--json"], { env: own() });
  expect(made.code).toBe(0);
  expect(documents(made.out)).toEqual([{ file, bytes: readFileSync(file).length, elsewhere: null }]);
  const there = join(folder, "restored");
  const restored = await collapsar(["restore", "--from", file], { env: { COLLAPSAR_DATA_DIR: there } });
  expect({ code: restored.code, err: restored.err }).toEqual({ code: 0, err: "" });
  expect(restored.out).toMatch(new RegExp(`^${there} holds the backup of .+ \\(Collapsar .+\\)\\.\n$`));
  const again = await collapsar(["restore", "--from", file], { env: { COLLAPSAR_DATA_DIR: there } });
  expect([again.code, again.err]).toEqual([1, expect.stringMatching(/already holds a database/)]);
  expect((await collapsar(["backup"], { env: own() })).code).toBe(2);
  const second = await TestServer.start({ dataDir: there });
  try {
    await until("it has the study", async () => (await askApi(second, "GET", `/experiments/${id}`)).status === 200);
  } finally {
    await second.stop();
  }
}, 400_000);
