import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findFault } from "../../../server/install/findFault.mjs";

const project = resolve(import.meta.dirname, "../../..");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "collapsar-fault-"));
  write("package.json", {
    type: "module",
    dependencies: { next: "16.4.5", "@trpc/server": "11.22.1" },
    devDependencies: { vitest: "5.1.1" },
  });
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: object | string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), typeof content === "string" ? content : JSON.stringify(content));
}

const install = (name: string, version: string) => write(`node_modules/${name}/package.json`, { name, version });

describe("a faulty installation", () => {
  test("is told by the first thing to do", () => {
    expect(findFault(root)).toBe(`The packages are not installed yet: run "npm ci --omit=dev" in ${root} first.`);
    expect(findFault(root, { tests: true })).toBe(`The packages are not installed yet: run "npm ci" in ${root} first.`);
  });

  test("names packages that are missing or of another version", () => {
    install("next", "16.4.4");
    expect(findFault(root)).toBe(
      `next is installed in version 16.4.4 instead of 16.4.5, @trpc/server is missing: run "npm ci --omit=dev" in ${root}, then try again.`,
    );
  });

  test("takes a package by another name for what it is", () => {
    write("package.json", { dependencies: { "next-old": "npm:next@15.0.1", "router-old": "npm:@acme/router@2.0.0" } });
    install("next-old", "15.0.1");
    install("router-old", "2.0.1");
    expect(findFault(root)).toMatch(/^router-old is installed in version 2\.0\.1 instead of 2\.0\.0: run /);
  });

  test("names three of many", () => {
    write("package.json", { dependencies: { a: "1.0.0", b: "1.0.0", c: "1.0.0", d: "1.0.0", e: "1.0.0" } });
    mkdirSync(join(root, "node_modules"));
    expect(findFault(root)).toMatch(/^a is missing, b is missing, c is missing, and 2 more: run /);
  });

  test("asks for the packages for development only where they are needed", () => {
    install("next", "16.4.5");
    install("@trpc/server", "11.22.1");
    expect(findFault(root)).toBeNull();
    expect(findFault(root, { tests: true })).toBe(
      `This needs the development packages too. vitest is missing: run "npm ci" in ${root}, without --omit=dev.`,
    );
    install("vitest", "5.1.1");
    expect(findFault(root, { tests: true })).toBeNull();
  });

  test("tells a Node that is too old from one that was not installed", () => {
    install("next", "16.4.5");
    install("@trpc/server", "11.22.1");
    const old = { canRunTypeScript: false };
    expect(findFault(root, old)).toMatch(
      /^Node v\S+ is too old for this program, and its own is missing, .+ --ignore-scripts=false" in /,
    );
    write("node_modules/node/bin/node", "");
    expect(findFault(root, old)).toMatch(/is too old for this program, which brings its own: start it with "npm start"/);
  });

  test("is not seen in this project", () => {
    expect(findFault(project, { tests: true })).toBeNull();
  });
});

describe("the programs of package.json", () => {
  const run = (...options: string[]) =>
    spawnSync(process.execPath, [join(root, "server/install/run.mjs"), ...options], { encoding: "utf8", cwd: tmpdir() });

  beforeEach(() => {
    cpSync(join(project, "server/install"), join(root, "server/install"), { recursive: true });
    write(
      "program.ts",
      "const told: string[] = process.argv.slice(2);\nconsole.log(process.argv[1], ...told);\nprocess.exit(7);",
    );
  });

  test("are not begun on a faulty installation: one line, and exit status 1", () => {
    const { status, stdout, stderr } = run("program.ts");
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: `The packages are not installed yet: run "npm ci --omit=dev" in ${root} first.\n`,
    });
  });

  test("have the arguments that they would have without it", () => {
    install("next", "16.4.5");
    install("@trpc/server", "11.22.1");
    const { status, stdout } = run("program.ts", "--dev", "--tests", "a b");
    expect({ status, stdout }).toEqual({ status: 7, stdout: `${join(root, "program.ts")} --dev --tests a b\n` });
    expect(run("--tests", "program.ts").stderr).toMatch(/^This needs the development packages too\./);
    expect(run().status).toBe(0);
  });

  test("all go through it, or need none of the packages", () => {
    const listed = execFileSync("node", ["-p", "JSON.stringify(require('./package.json').scripts)"], {
      cwd: project,
      encoding: "utf8",
    });
    const scripts: Record<string, string> = JSON.parse(listed);
    const others = Object.keys(scripts).filter((name) => !/^(exec )?node server\/install\/run\.mjs/.test(scripts[name]!));
    expect(others.toSorted()).toEqual(["test", "verify"]);
    for (const name of others) expect(scripts[name]).toMatch(/^npm run check && /);
    const programs = Object.values(scripts).flatMap((script) => script.match(/(?<= )(?:server|workers|tests)\/\S+\.ts\b/g) ?? []);
    expect(programs).toContain("server/install/slim.ts");
    expect(programs.filter((program) => !existsSync(join(project, program)))).toEqual([]);
  });
});
