import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const file = resolve(import.meta.dirname, "../python/collapsar.py");
const ownVersion = /^__version__ = "[^"\n]*"$/m;

/** The Python client, which says the version of the program that hands it out. @param version of contract/programVersion.ts */
export function clientSource(version: string, source = readFileSync(file, "utf8")): string {
  return source.replace(ownVersion, `__version__ = ${JSON.stringify(version.replace(/[^\w.+() -]/g, ""))}`);
}
