import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { SourceFile } from "./datasetSource.ts";
import { verify } from "./readVerified.ts";

const answerTimeoutMs = 20_000;
const totalTimeoutMs = 30 * 60_000;

/**
 * Fetches a published file, verifies it, and keeps it at `path`: written under a temporary name and renamed, so that
 * nobody ever reads half of it. Plain http and redirects to it are refused unless `insecure` (for a mirror on this machine).
 * @returns the decompressed bytes @throws when the mirror cannot be reached, answers with too much, or with other bytes
 */
export async function download(url: string, file: SourceFile, path: string, insecure = false): Promise<Uint8Array> {
  const bytes = await fetchBytes(url, file.maxFileBytes, insecure);
  const raw = await verify(bytes, url, file);
  await makeRoom(dirname(path), (found) => found.isDirectory());
  await makeRoom(path, (found) => found.isFile());
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return raw;
}

/** The cache is this program's own: what is of another kind than it should be is in the way. */
async function makeRoom(path: string, isFit: (found: Stats) => boolean): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found || !isFit(found)) await rm(path, { recursive: true, force: true });
}

async function fetchBytes(url: string, limit: number, insecure: boolean): Promise<Uint8Array> {
  const stop = new AbortController();
  const total = setTimeout(() => stop.abort(new Error(`no end after ${totalTimeoutMs / 60_000} minutes`)), totalTimeoutMs);
  const answer = setTimeout(() => stop.abort(new Error(`no answer in ${answerTimeoutMs / 1000} s`)), answerTimeoutMs);
  try {
    const response = await fetch(url, { signal: stop.signal });
    clearTimeout(answer);
    if (!insecure && !response.url.startsWith("https://")) throw new Error(`it leads to ${response.url}, which is not https`);
    if (!response.ok || !response.body) throw new Error(`it answers ${response.status} ${response.statusText}`);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body) {
      size += part.length;
      if (size > limit) throw new Error(`it sends more than the ${limit} bytes expected`);
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause;
    throw new Error(`${url}: ${cause?.code ?? (error as Error).message}`);
  } finally {
    clearTimeout(total);
    clearTimeout(answer);
    stop.abort();
  }
}
