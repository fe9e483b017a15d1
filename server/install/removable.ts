import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LockedPackages } from "./lockedPackages.ts";

export interface Machine {
  platform: string;
  arch: string;
  /** What Linux's programs are linked against; null elsewhere. */
  libc: "glibc" | "musl" | null;
}

/** Files and folders that nothing on this machine reads, and what they are, in words. */
export interface Removable {
  what: string;
  paths: string[];
}

export function thisMachine(): Machine {
  const { platform, arch } = process;
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return { platform, arch, libc: platform !== "linux" ? null : report.header.glibcVersionRuntime ? "glibc" : "musl" };
}

/** What can go from the node_modules of a project's folder. Each of its parts leaves alone what it does not know. */
export function findRemovable(root: string, machine: Machine): Removable[] {
  const modules = join(root, "node_modules");
  return [
    { what: "leftover development packages", paths: findUnusableTools(root) },
    { what: "source maps", paths: findSourceMaps(modules) },
    { what: "ONNX Runtime for other systems", paths: findForeignLibraries(modules, machine) },
    { what: "packages for other systems", paths: findForeignPackages(modules, machine) },
    { what: "TensorFlow.js for browsers, and its tests", paths: findBrowserBundles(modules) },
    { what: "Node's headers and manuals", paths: findNodeExtras(modules) },
  ];
}

/**
 * Packages that the lock marks as for development, where --omit=dev left them out: npm nevertheless installs those that an optional
 * peer of another package names (vitest, drizzle-kit), with all they need. One of the others being there, they are wanted.
 */
function findUnusableTools(root: string): string[] {
  const { devDependencies } = readJson(join(root, "package.json"));
  const { packages }: { packages: LockedPackages } = readJson(join(root, "package-lock.json"));
  const peers = new Set(Object.values(packages).flatMap(({ peerDependencies }) => Object.keys(peerDependencies ?? {})));
  const tools = Object.keys(packages).filter((key) => packages[key]!.dev);
  const wanted = Object.keys(devDependencies).filter((name) => !peers.has(name) && tools.includes(`node_modules/${name}`));
  if (wanted.some((name) => existsSync(join(root, "node_modules", name)))) return [];
  return tools.map((key) => join(root, key)).filter(existsSync);
}

const sourceMap = /\.(js|mjs|cjs|ts|mts|cts|css|html)\.map$/;

function findSourceMaps(modules: string): string[] {
  return listFiles(modules).filter((file) => sourceMap.test(file));
}

/** Only where the library for this machine is there: without it, the others are all that tells what is wrong. */
function findForeignLibraries(modules: string, { platform, arch }: Machine): string[] {
  const bin = join(modules, "onnxruntime-node/bin/napi-v6");
  if (!existsSync(join(bin, platform, arch, "onnxruntime_binding.node"))) return [];
  const foreignPlatforms = list(bin).filter((name) => name !== platform);
  const foreignArches = list(join(bin, platform)).filter((name) => name !== arch);
  return [...foreignPlatforms.map((name) => join(bin, name)), ...foreignArches.map((name) => join(bin, platform, name))];
}

/** Packages that declare they are not for this machine; some versions of npm install them anyway. */
function findForeignPackages(modules: string, machine: Machine): string[] {
  return listPackages(modules).filter((folder) => {
    const { os, cpu, libc } = readJson(join(folder, "package.json"));
    return !fits(os, machine.platform) || !fits(cpu, machine.arch) || (machine.libc !== null && !fits(libc, machine.libc));
  });
}

function fits(names: string | string[] | undefined, own: string): boolean {
  const given = [names ?? []].flat();
  const refused = given.filter((name) => name.startsWith("!"));
  const accepted = given.filter((name) => !name.startsWith("!"));
  return !refused.includes(`!${own}`) && (accepted.length === 0 || accepted.includes(own) || accepted.includes("any"));
}

const bundle = /^tf[a-z-]*(\.es2017|\.fesm)?(\.min)?\.js(\.html)?$/;

/** Its packages are loaded from the one file that `main` names or from their modules; the bundles are for script tags. */
function findBrowserBundles(modules: string): string[] {
  return list(join(modules, "@tensorflow")).flatMap((name) => {
    const folder = join(modules, "@tensorflow", name);
    const main: string = readJson(join(folder, "package.json")).main ?? "";
    if (!main.endsWith(".node.js") || !existsSync(join(folder, main))) return [];
    const bundles = list(join(folder, "dist")).filter((file) => bundle.test(file));
    const tests = listFiles(join(folder, "dist")).filter((file) => file.endsWith("_test.js"));
    return [...bundles.map((file) => join(folder, "dist", file)), ...tests];
  });
}

/** The program itself is `node/bin/node`; its licence stays. */
function findNodeExtras(modules: string): string[] {
  if (!existsSync(join(modules, "node/bin"))) return [];
  const inner = join(modules, "node/node_modules");
  const builds = list(inner).filter((name) => /^node-(bin-)?[a-z]+-[a-z0-9]+$/.test(name));
  return builds
    .flatMap((name) => ["include", "share", "CHANGELOG.md", "README.md"].map((part) => join(inner, name, part)))
    .filter(existsSync);
}

/** Folders of all packages, also of those inside others. */
function listPackages(modules: string): string[] {
  return list(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => (name.startsWith("@") ? list(join(modules, name)).map((inner) => join(name, inner)) : [name]))
    .map((name) => join(modules, name))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .flatMap((folder) => [folder, ...listPackages(join(folder, "node_modules"))]);
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function readJson(file: string) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}
