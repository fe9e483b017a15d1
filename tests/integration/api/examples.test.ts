import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApiToken } from "../../support/client/api.ts";
import { findPython } from "../../support/processes/findPython.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";

const page = readFileSync(join(projectRoot, ".readme/researcher/api.md"), "utf8");
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code]) => code);

const python = findPython();
const hasTools = ["curl", "jq", "bash"].every((name) => spawnSync(name, ["--version"]).status === 0);

let server: TestServer;
let token: string;
let folder: string;
beforeAll(async () => {
  server = await TestServer.start({ singleUser: false, localWorker: true });
  await server.signIn();
  ({ token } = await makeApiToken(server, "edit"));
  folder = mkdtempSync(join(tmpdir(), "api-examples-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.stop();
});

function run(
  program: string,
  args: string[],
  more: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, URL: server.url, TOKEN: token, ...more } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

const rowsOf = (output: string) =>
  output
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/).slice(0, 2).join(" "));
const cells = ["2 0", "4 0", "8 0", "2 1", "4 1", "8 1"];

test("the page has three examples, each in both languages", () => {
  expect([blocks("sh").length, blocks("python").length]).toEqual([3, 3]);
});

test.skipIf(!hasTools)("its lines for the shell do what they say (needs bash, curl and jq)", async () => {
  const script = `set -euo pipefail\n${blocks("sh").join("\n")}\necho "ID=$ID"`;
  const { code, output } = await run("bash", ["-c", script]);
  expect(code, output).toBe(0);
  expect(rowsOf(output).slice(0, 6)).toEqual(cells);
  expect(output).toContain("run,series,step,value");
  expect(output).toContain('{"added":3}');
  expect(output).toMatch(/http:\/\/\S+\/s\/\S{32}/);
  expect(readFileSync(join(folder, "series.parquet")).subarray(0, 4).toString()).toBe("PAR1");
});

test.skipIf(python === null)("its Python does what it says (needs python3)", async () => {
  const [launching, reading, sharing] = blocks("python");
  const launched = await run(python!, ["-c", `${launching}\nprint("ID", id)`]);
  expect(launched.code, launched.output).toBe(0);
  expect(rowsOf(launched.output).slice(0, 6)).toEqual(cells);
  const ID = /^ID (\S+)/m.exec(launched.output)![1];
  const read = await run(python!, ["-c", reading], { ID });
  expect(read.output).toMatch(/^6 runs, largest last loss \d/);
  const shared = await run(python!, ["-c", sharing], { ID });
  expect(shared.output).toMatch(/^\{'added': 3\}\nhttp:\/\/\S+\/s\/\S{32}\n$/);
});
