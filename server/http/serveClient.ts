import type { ServerResponse } from "node:http";
import { clientSource } from "../program/clientSource.ts";

/** The Python client of this program, for whoever wants it: there is nothing secret in it. */
export const clientPath = "/collapsar.py";

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
