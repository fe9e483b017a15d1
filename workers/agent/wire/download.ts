import { createWriteStream, statSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lease, StoredCheckpoint } from "../../../contract/wire/workerProtocol.ts";

export interface Download {
  /** Origin of the server. */
  url: string;
  token: string;
  /** Of the attempt that has the run now. */
  lease: Lease;
  file: StoredCheckpoint;
  /** The run that it is a checkpoint of, where that is not the one with the lease. */
  of?: string;
  /** Where to; what is there already is taken for its beginning. */
  path: string;
  /** Tries go on for so long after the last byte that came, ms. */
  retryMs: number;
  signal: AbortSignal;
}

const silenceMs = 30_000;
const pauseMs = { first: 500, most: 10_000 };

/** What asking again may change. */
class Later extends Error {}

/**
 * Fetches a checkpoint of a run from the server, each try from where the one before ended; see server/http/serveArtefacts.ts.
 * @throws saying why it cannot be had
 */
export async function download(wanted: Download): Promise<void> {
  const { file, path, retryMs, signal } = wanted;
  let movedAt = performance.now();
  for (let tries = 0; ; tries++) {
    const before = sizeOf(path);
    try {
      if (before < file.bytes) await fetchFrom(wanted, before);
      if (sizeOf(path) >= file.bytes) return;
      throw new Later(`${sizeOf(path)} of ${file.bytes} bytes came`);
    } catch (error) {
      if (signal.aborted) throw new Error("the attempt was stopped");
      if (!(error instanceof Later)) throw error;
      if (sizeOf(path) > before) [movedAt, tries] = [performance.now(), 0];
      if (performance.now() - movedAt > retryMs) throw error;
      await sleep(Math.min(pauseMs.most, pauseMs.first * 2 ** tries), undefined, { signal }).catch(() => undefined);
    }
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

async function fetchFrom({ url, token, lease, file, of = lease.runId, path, signal }: Download, from: number): Promise<void> {
  const target = new URL(`/artefacts/${of}/${file.attempt}/${file.name}`, url);
  const headers = {
    authorization: `Bearer ${token}`,
    "x-collapsar-attempt": lease.attempt,
    "x-collapsar-lease": lease.lease,
    ...(of !== lease.runId && { "x-collapsar-run": lease.runId }),
    ...(from > 0 && { range: `bytes=${from}-` }),
  };
  const request = (target.protocol === "https:" ? httpsRequest : httpRequest)(target, { headers, signal });
  request.setTimeout(silenceMs, () => request.destroy(new Error(`no data moved for ${silenceMs / 1_000} s`)));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once("error", reject).once("response", resolve).end();
  }).catch((error: Error) => Promise.reject(new Later(error.message)));
  const { statusCode = 0 } = response;
  if (statusCode !== 200 && statusCode !== 206) {
    const reason = `${(await textOf(response)) || "no reason given"} (${statusCode})`;
    throw statusCode >= 500 || statusCode === 429 ? new Later(reason) : new Error(reason);
  }
  // A disk that refuses here is no reason to ask again; a line that breaks is.
  const disk = createWriteStream(path, { flags: statusCode === 206 ? "a" : "w", mode: 0o600 });
  let refused: Error | null = null;
  disk.once("error", (error) => {
    refused = error;
  });
  await pipeline(response, disk).catch((error: Error) => Promise.reject(refused ?? new Later(error.message)));
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  try {
    for await (const part of response) text = (text + part).slice(0, 500);
  } catch {
    // What came of it will do.
  }
  return text.trim();
}
