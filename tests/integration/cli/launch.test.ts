import { linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askApi } from "../../support/client/api.ts";
import { CommandLine, collapsar, documents, hasControls } from "../../support/processes/commandLine.ts";
import { freePort } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

const study = `name: Two depths
config:
  datasets:
    - {id: gaussian-clusters, classes: 4, dimension: 10, trainPerClass: 25}
  architectures: [{name: rn1}]
  depths: [2, 4]
  widths: [16]
  losses: [ce]
  regularizers: [{family: weights, lambda: 0.005}]
  seeds: [0]
  training: {steps: 60, learningRate: 0.005}
`;
/** Runs that last until they are cancelled. */
const long = study.replace("steps: 60", "steps: 1000000").replace("depths: [2, 4]", "depths: [2]");

let server: TestServer;
let folder: string;
const env = () => ({ COLLAPSAR_URL: server.url });
const write = (name: string, text: string | Buffer) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-cli-"));
  server = await TestServer.start({ localWorker: true });
  await until("its worker is there", async () => (await server.call("workers.list")).some(({ connected }) => connected));
}, 400_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe("launch", () => {
  test("--dry-run prints grid, time and memory, and launches nothing", async () => {
    const file = write("study.yaml", study);
    const before = (await server.call("experiments.list", {})).total;
    const { code, out, err } = await collapsar(["launch", file, "--dry-run"], { env: env() });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.split("\n");
    expect(lines.slice(0, 8)).toEqual([
      "Two depths: 2 runs",
      "  data sets     Gaussian clusters K=4 n=25 D=10 separation 3",
      "  architectures RN1",
      "  depths        2, 4",
      "  widths        16",
      "  losses        cross entropy",
      "  regularizers  λ=0.005",
      "  seeds         0",
    ]);
    expect(lines[9]).toMatch(/^Time: about .+ on \d+ slots?/);
    expect(lines[10]).toMatch(/^Memory: about \d+ MB per run; the worker .+ has .+ for \d+ slots?/);
    expect(hasControls(out)).toBe(false);
    const [dry] = documents((await collapsar(["launch", file, "--dry-run", "--json"], { env: env() })).out);
    expect(dry).toMatchObject({ dryRun: true, name: "Two depths", runs: 2, axes: { depths: ["2", "4"] }, warnings: [] });
    expect((await server.call("experiments.list", {})).total).toBe(before);
  }, 400_000);

  test("--follow launches the grid of the file and ends with it", async () => {
    const { code, out, err } = await collapsar(["launch", "-", "--follow", "--json"], { env: env(), input: study });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const said = documents(out);
    const { id } = said[0] as { id: string };
    expect(said[0]).toEqual({ event: "launched", id, name: "Two depths", runs: 2, url: `${server.url}/e/${id}` });
    expect(said.at(-1)).toMatchObject({ event: "ended", id, status: "finished", counts: { finished: 2 }, exitCode: 0 });
    expect(new Set(said.slice(1, -1).map(({ event }) => event))).toEqual(new Set(["progress"]));
    const { runs } = await server.call("experiments.get", { id });
    expect(runs.map(({ config }) => [config.depth, config.seed, config.training.steps])).toEqual([
      [2, 0, 60],
      [4, 0, 60],
    ]);
  }, 400_000);

  test("says what the server says of a grid at the lines of the file", async () => {
    const file = write("gpu.yaml", `${study}  device: cuda\n`);
    const { code, err } = await collapsar(["launch", file], { env: env() });
    expect(code).toBe(3);
    expect(err).toMatch(new RegExp(`^${file}:12:3: config\\.device: No connected worker computes on cuda `));
  }, 400_000);

  test("without a server a dry run says what follows from the file", async () => {
    const file = write("study.yaml", study);
    const url = `http://127.0.0.1:${await freePort()}`;
    const dry = await collapsar(["launch", file, "--dry-run", "--server", url]);
    expect(dry.code).toBe(0);
    expect(dry.out).toContain(`Time: unknown: no server answers at ${url}.\nMemory: about `);
    const { code, err } = await collapsar(["launch", file, "--server", url]);
    expect(code).toBe(5);
    expect(err).toMatch(new RegExp(`^No server answers at ${url} \\(ECONNREFUSED\\): start one with “npx collapsar start”`));
  }, 400_000);
});

describe("follow", () => {
  test("prints plain lines without a terminal, and Ctrl+C leaves the study running", async () => {
    const [launched] = documents((await collapsar(["launch", "-", "--json"], { env: env(), input: long })).out);
    const { id } = launched as { id: string };
    const following = new CommandLine(["follow", `${server.url}/e/${id}`], { env: env() });
    await until("it says that a run trains", () => following.err.includes("1 running"));
    following.child.kill("SIGINT");
    const { code, out, err } = await following.ended;
    expect(code).toBe(130);
    expect(out).toBe("");
    expect(err).toMatch(/^ {2}\d % {2}0 of 1 run ended/);
    expect(err).toContain(
      `The study keeps running: ${server.url}/e/${id} shows it, “npx collapsar follow ${id}” follows it again.`,
    );
    expect(hasControls(err)).toBe(false);
    expect((await server.call("experiments.get", { id })).status).toBe("running");

    const again = new CommandLine(["follow", id, "--json"], { env: env() });
    await until("it follows again", () => again.out.includes('"progress"'));
    await server.call("experiments.cancel", { id });
    expect((await again.ended).code).toBe(8);
    expect(documents(again.out).at(-1)).toMatchObject({
      event: "ended",
      status: "incomplete",
      counts: { cancelled: 1 },
      exitCode: 8,
    });
  }, 400_000);

  test("ends with 7 where runs diverged", async () => {
    const bad = study
      .replace("learningRate: 0.005", "learningRate: 10, optimizer: {name: sgd}, initialization: {gain: 10}")
      .replace("[ce]", "[mse]");
    const { code, out } = await collapsar(["launch", "-", "--follow"], { env: env(), input: bad });
    expect(out).toMatch(/: 0 of 2 runs finished, 2 diverged\. http/);
    expect(code).toBe(7);
  }, 400_000);
});

describe("exit codes", () => {
  test.each<[string, string[], number, RegExp]>([
    ["no command", [], 2, /^Usage: collapsar /],
    ["an unknown command", ["lanch"], 2, /^error: unknown command 'lanch'\n\(Did you mean launch\?\)/],
    ["an unknown option", ["launch", "x", "--dry"], 2, /^error: unknown option '--dry'/],
    ["no file named", ["launch"], 2, /^error: missing required argument 'file'/],
    ["an id that is none", ["follow", "12"], 2, /^"12" is no experiment's id/],
    [
      "a server's address that is none",
      ["follow", "12", "--server", "localhost:4040"],
      2,
      /^--server is "localhost:4040": it must begin with http/,
    ],
    ["a token that is none", ["follow", "12", "--token", "a b"], 2, /^--token is no token/],
    ["a file that is not there", ["launch", "/nowhere/study.yaml"], 4, /^There is no file \/nowhere\/study\.yaml\./],
    ["a folder", ["launch", "/"], 3, /^\/ is a folder: name a file\./],
    ["a study that is not there", ["follow", "00000000-0000-4000-8000-000000000000"], 4, /./],
  ])(
    "%s",
    async (_, args, code, said) => {
      const ended = await collapsar(args, { env: env() });
      expect(ended.err).toMatch(said);
      expect(ended.code).toBe(code);
      expect(hasControls(ended.err)).toBe(false);
    },
    60_000,
  );

  test("as JSON too", async () => {
    const file = write("bad.yaml", "name: x\nname: y\n");
    expect(documents((await collapsar(["launch", file, "--json"], { env: env() })).out)).toEqual([
      {
        error: {
          code: "INVALID",
          message: `${file}:2:1: a key that is there already: each may stand once`,
          complaints: [{ line: 2, column: 1, path: "", message: "a key that is there already: each may stand once" }],
        },
      },
    ]);
    const usage = await collapsar(["launch", "--json"], { env: env() });
    expect(documents(usage.out)).toEqual([{ error: { code: "USAGE", message: "error: missing required argument 'file'" } }]);
    expect({ code: usage.code, err: usage.err }).toEqual({ code: 2, err: "" });
  }, 400_000);

  test("a file that is too large, or no text", async () => {
    const large = await collapsar(["launch", write("large.yaml", `# ${"x".repeat(256_000)}\n`)], { env: env() });
    expect([large.code, large.err]).toEqual([3, expect.stringMatching(/large\.yaml is larger than 256,000 bytes/)]);
    const binary = await collapsar(["launch", write("binary.yaml", Buffer.from([0xff, 0xfe, 0x00]))], { env: env() });
    expect([binary.code, binary.err]).toEqual([3, expect.stringMatching(/binary\.yaml is not text in UTF-8/)]);
  }, 400_000);

  test("another Node hands over to the program's own, its arguments, exit code and signals", async () => {
    const other = join(folder, "node");
    linkSync(process.execPath, other);
    const usage = await collapsar(["launch"], { env: env(), node: other });
    expect(usage.code).toBe(2);
    const [launched] = documents((await collapsar(["launch", "-", "--json"], { env: env(), input: long, node: other })).out);
    const { id } = launched as { id: string };
    const following = new CommandLine(["follow", id], { env: env(), node: other });
    await until("it follows", () => following.err.includes("0 of 1 run ended"));
    following.child.kill("SIGTERM");
    expect((await following.ended).code).toBe(143);
    await askApi(server, "POST", `/experiments/${id}/cancel`);
  }, 400_000);
});

describe("start and worker", () => {
  test("start is npm start: a port that is taken is said in one line", async () => {
    const { code, err } = await collapsar(["start", "--no-pages"], {
      env: { COLLAPSAR_DATA_DIR: server.dataDir, COLLAPSAR_PORT: String(server.port) },
    });
    expect(code).toBe(1);
    expect(err).toContain(String(server.port));
  }, 400_000);

  test("start --json says where it is ready, and ends with Ctrl+C", async () => {
    const port = await freePort();
    const started = new CommandLine(["start", "--no-pages", "--json"], {
      env: {
        COLLAPSAR_DATA_DIR: join(folder, "data"),
        COLLAPSAR_PORT: String(port),
        COLLAPSAR_LOCAL_WORKER: "off",
        COLLAPSAR_SINGLE_USER: "1",
      },
    });
    await until("it is ready", () => started.out.includes('"ready"'), 110_000);
    expect(documents(started.out)).toContainEqual(
      expect.objectContaining({ event: "ready", address: `http://127.0.0.1:${port}` }),
    );
    started.child.kill("SIGINT");
    expect((await started.ended).code).toBe(0);
  }, 400_000);

  test("worker takes the worker's own options", async () => {
    const help = await collapsar(["worker", "--help"]);
    expect(help.out).toMatch(/--token-file FILE/);
    const { code, err, out } = await collapsar(["worker", "--slots", "2"]);
    expect(`${out}${err}`).toContain("--server is missing");
    expect(code).toBe(1);
  }, 400_000);
});
