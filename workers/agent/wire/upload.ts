import { createReadStream } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import type { RateLimit } from "./rateLimit.ts";

export interface Upload {
  /** Origin of the server. */
  url: string;
  token: string;
  lease: Lease;
  name: string;
  path: string;
  bytes: number;
  sha256: string;
  rate: RateLimit;
  /** Breaks it off. */
  signal?: AbortSignal;
}

type UploadAnswer = { kind: "stored" } | { kind: "refused" | "later"; reason: string };

/** A line that moves nothing for so long is dead. */
const silenceMs = 60_000;
/** One that moves less than 10 kB/s after the first ten minutes is given up, and tried again later. */
const maxMs = (bytes: number): number => 600_000 + Math.ceil(bytes / 10);

/** Sends one file; see server/http/serveArtefacts.ts. Never throws. */
export async function upload({ url, token, lease, name, path, bytes, sha256, rate, signal }: Upload): Promise<UploadAnswer> {
  const target = new URL(`/artefacts/${lease.runId}/${lease.attempt}/${name}`, url);
  const request = (target.protocol === "https:" ? httpsRequest : httpRequest)(target, {
    method: "PUT",
    signal: AbortSignal.any([AbortSignal.timeout(maxMs(bytes)), ...(signal ? [signal] : [])]),
    headers: {
      authorization: `Bearer ${token}`,
      "x-collapsar-lease": lease.lease,
      "x-collapsar-sha256": sha256,
      "content-type": "application/octet-stream",
      "content-length": bytes,
    },
  });
  request.setTimeout(silenceMs, () => request.destroy(new Error(`no data moved for ${silenceMs / 1_000} s`)));
  try {
    const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
      request.once("error", reject);
      request.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text = (text + part).slice(0, 500);
        });
        response.once("close", () => resolve({ status: response.statusCode ?? 0, text: text.trim() }));
      });
    });
    // A refusal comes before the last byte is sent: its answer counts, not the broken pipe.
    pipeline(createReadStream(path), rate.stream(), request).catch((error) => request.destroy(error));
    const { status, text } = await answered;
    request.destroy();
    if (status >= 200 && status < 300) return { kind: "stored" };
    const reason = `${text || "no reason given"} (${status})`;
    return { kind: status >= 500 || [401, 403, 408, 429].includes(status) ? "later" : "refused", reason };
  } catch (error) {
    request.destroy();
    return { kind: "later", reason: (error as Error).message };
  }
}
