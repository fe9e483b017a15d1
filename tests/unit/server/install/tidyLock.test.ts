import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { LockedPackages } from "../../../../server/install/lockedPackages.ts";
import { tidyLock } from "../../../../server/install/tidyLock.ts";

/** The package has no types of its own. */
const semver: { satisfies(version: string, range: string): boolean } = createRequire(import.meta.url)("semver");
const project = resolve(import.meta.dirname, "../../../..");
const text = readFileSync(join(project, "package-lock.json"), "utf8");
const { packages }: { packages: LockedPackages } = JSON.parse(text);

describe("package-lock.json", () => {
  test('is tidy: "npm run lock" makes it so after each "npm install"', () => {
    expect(tidyLock(text) === text, "package-lock.json is not tidy: run npm run lock").toBe(true);
  });

  test("has no package that asks for another Node than the one the program brings", () => {
    const node = packages["node_modules/node"].version!;
    const refusing = Object.keys(packages).filter((key) => {
      const file = join(project, key, "package.json");
      if (key === "" || !existsSync(file)) return false;
      const range: string | undefined = JSON.parse(readFileSync(file, "utf8")).engines?.node;
      return range !== undefined && !semver.satisfies(node, range);
    });
    expect(refusing).toEqual([]);
  });

  test("leaves the tools of the tests out of what runs, and keeps what builds the pages", () => {
    const isTool = (name: string) => packages[`node_modules/${name}`]?.dev === true;
    for (const name of ["vitest", "vite", "drizzle-kit", "playwright-core", "@biomejs/biome"])
      expect([name, isTool(name)]).toEqual([name, true]);
    for (const name of ["tailwindcss", "lightningcss", "typescript", "@types/react", "next", "@opentelemetry/api"])
      expect([name, isTool(name)]).toEqual([name, false]);
  });
});

describe("tidying a lock file", () => {
  const tidied = (given: LockedPackages): LockedPackages => JSON.parse(tidyLock(JSON.stringify({ packages: given }))).packages;

  test("marks for development what running does not ask for, looking for packages as Node does", () => {
    const result = tidied({
      "": { dependencies: { program: "1.0.0" }, optionalDependencies: { extra: "1.0.0" }, engines: { node: ">=20" } },
      "node_modules/program": {
        engines: { node: ">=22.12.0" },
        dependencies: { inner: "2.0.0" },
        peerDependencies: { framework: "1", tool: "1" },
        peerDependenciesMeta: { tool: { optional: true } },
      },
      "node_modules/program/node_modules/inner": { version: "2.0.0", dependencies: { outer: "1" } },
      "node_modules/inner": { version: "1.0.0" },
      "node_modules/outer": {},
      "node_modules/extra": {},
      "node_modules/framework": {},
      "node_modules/tool": { devOptional: true, dependencies: { toolPart: "1" } },
      "node_modules/toolPart": { devOptional: true },
    });
    const tools = Object.keys(result).filter((key) => result[key].dev);
    expect(tools).toEqual(["node_modules/inner", "node_modules/tool", "node_modules/toolPart"]);
    expect(result["node_modules/tool"]).toEqual({ dependencies: { toolPart: "1" }, dev: true });
    expect(result[""].engines).toEqual({ node: ">=20" });
    expect(result["node_modules/program"]).not.toHaveProperty("engines");
  });

  test("keeps install scripts but for the one that downloads CUDA", () => {
    const result = tidied({
      "": { dependencies: { node: "22.23.3", "onnxruntime-node": "1.30.0" } },
      "node_modules/node": { hasInstallScript: true },
      "node_modules/onnxruntime-node": { hasInstallScript: true },
    });
    expect(result["node_modules/node"]).toEqual({ hasInstallScript: true });
    expect(result["node_modules/onnxruntime-node"]).toEqual({});
  });

  test("is the same when done twice", () => {
    expect(tidyLock(tidyLock(text))).toBe(tidyLock(text));
  });
});
