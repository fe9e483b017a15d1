import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { resolve } from "node:path";

/** The Python client of this program, for whoever wants it: there is nothing secret in it. */
export const clientPath = "/collapsar.py";

const file = resolve(import.meta.dirname, "../python/collapsar.py");
const ownVersion = /^__version__ = "[^"\n]*"$/m;

/** The client, which says the version of the program that handed it out. @param version of contract/programVersion.ts */
export function clientSource(version: string, source = readFileSync(file, "utf8")): string {
  return source.replace(ownVersion, `__version__ = ${JSON.stringify(version.replace(/[^\w.+() -]/g, ""))}`);
}

let written: string | null = null;

export function serveClient(version: string, response: ServerResponse): undefined {
  written ??= clientSource(version);
  response.writeHead(200, {
    "content-type": "text/x-python; charset=utf-8",
    "content-disposition": 'attachment; filename="collapsar.py"',
    "cache-control": "no-cache",
  });
  response.end(written);
}
