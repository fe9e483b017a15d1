import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Supplement } from "../../../contract/wire/supplement.ts";
import type { TestServer } from "../../support/processes/server.ts";

/** The report of an experiment, as whoever asks gets it. */
export async function fetchReport(
  server: TestServer,
  id: string,
  query = "",
): Promise<{ status: number; html: string; headers: Headers }> {
  const answer = await fetch(`${server.url}/api/v1/experiments/${id}/report${query}`);
  return { status: answer.status, html: await answer.text(), headers: answer.headers };
}

/** The data that its charts are drawn from. */
export function dataOf(html: string): Supplement {
  const packed = /<script type="application\/gzip" id="study-data">([A-Za-z0-9+/=]*)<\/script>/.exec(html)![1];
  return JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString());
}

/** Its code, and the hash by which the page allows it. */
export function codeOf(html: string): { code: string; hash: string; allowed: string } {
  const code = /<script>([\s\S]*)<\/script>\s*<\/body>/.exec(html)![1];
  const allowed = /script-src 'sha256-([^']+)'/.exec(html)![1];
  return { code, hash: createHash("sha256").update(code).digest("base64"), allowed };
}

/** The page without its code, data and style: what is read. */
export const textOf = (html: string): string =>
  html.replace(/<script[\s\S]*?<\/script>/g, "").replace(/<style[\s\S]*?<\/style>/g, "");
