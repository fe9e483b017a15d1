/** Removes what no program on this machine reads from node_modules, and says what that freed: npm run slim */
import { join, resolve } from "node:path";
import { findRemovable, thisMachine } from "./removable.ts";
import { slimFolder } from "./slimFolder.ts";

const root = resolve(import.meta.dirname, "../..");
const { before, after, freed } = slimFolder(join(root, "node_modules"), findRemovable(root, thisMachine()));
for (const { what, bytes } of freed) console.log(`${what.padEnd(44)}${megabytes(bytes).padStart(8)}`);
console.log(`node_modules: ${megabytes(before)}, now ${megabytes(after)}. "npm ci" brings back what was removed.`);

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
}
