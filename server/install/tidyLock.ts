import { findNeeded, type LockedPackages } from "./lockedPackages.ts";

/**
 * The text of package-lock.json as this project keeps it. npm rewrites it at each `npm install`, with three differences:
 * - `engines` are checked against the Node that npm runs on, but the program runs on the one it brings: they are left out;
 * - what only an optional peer (better-auth's vitest) and the tests ask for counts as needed: it is marked as for development;
 * - onnxruntime-node's install script downloads the CUDA library, for every machine, and fails without a network: it is not run.
 */
export function tidyLock(text: string): string {
  const lock: { packages: LockedPackages } = JSON.parse(text);
  const needed = findNeeded(lock.packages);
  for (const [key, entry] of Object.entries(lock.packages)) {
    if (key === "") continue;
    delete entry.engines;
    if (key === "node_modules/onnxruntime-node") delete entry.hasInstallScript;
    if (needed.has(key)) continue;
    delete entry.devOptional;
    entry.dev = true;
  }
  return `${JSON.stringify(lock, null, 2)}\n`;
}
