import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { Failure } from "../../../contract/failure.ts";

const root = resolve(import.meta.dirname, "../../..");
const name = "@tensorflow/tfjs-node-gpu";

export interface FetchedPackage {
  readonly folder: string;
  /** Where its loader looks for the add-on. */
  readonly addon: string;
}

/**
 * The package with the add-on's sources, in the version that package.json names, without its installer, which would download
 * TensorFlow 2.9.1. Neither package.json nor the lock file changes. @throws Failure if npm cannot get it
 */
export function fetchPackage(): FetchedPackage {
  const folder = join(root, "node_modules", name);
  const version = read(join(root, "package.json")).optionalDependencies?.[name];
  if (!existsSync(folder) || read(join(folder, "package.json")).version !== version) {
    const options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    // As the rest was installed: npm would add, or remove, the packages for development otherwise.
    const omitted = existsSync(join(root, "node_modules/@biomejs/biome")) ? [] : ["--omit=dev"];
    const asked = ["install", ...options, ...omitted, `${name}@${version}`];
    const { status } = spawnSync("npm", asked, { cwd: root, stdio: "inherit" });
    if (status !== 0 || !existsSync(folder))
      throw new Failure(
        "INVALID",
        `npm could not fetch ${name} ${version}: see its output above; the registry must be reachable.`,
      );
  }
  const { find } = createRequire(join(folder, "package.json"))("@mapbox/node-pre-gyp");
  return { folder, addon: find(join(folder, "package.json")) };
}

function read(file: string): { version?: string; optionalDependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(file, "utf8"));
}
