import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { checkpointTrailerBytes } from "../../contract/wire/checkpointFormat.ts";
import { checkpointStart } from "./checkpointFile.ts";

/**
 * Reads a checkpoint through without keeping it: what is damaged need not travel.
 * @returns size and sha256 of the whole file
 * @throws saying what is wrong if it cannot be read, is cut off, damaged or no checkpoint
 */
export async function inspectCheckpoint(path: string): Promise<{ bytes: number; sha256: string }> {
  const [whole, body] = [createHash("sha256"), createHash("sha256")];
  let bytes = 0;
  let tail: Buffer = Buffer.alloc(0);
  for await (const part of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    if (bytes === 0 && !part.subarray(0, checkpointStart.length).equals(checkpointStart))
      throw new Error("it does not begin like a checkpoint");
    bytes += part.length;
    whole.update(part);
    const held = Buffer.concat([tail, part]);
    const cut = Math.max(0, held.length - checkpointTrailerBytes);
    body.update(held.subarray(0, cut));
    tail = held.subarray(cut);
  }
  if (tail.toString("latin1") !== `${body.digest("hex")}\n`) throw new Error("its sha256 does not match its bytes");
  return { bytes, sha256: whole.digest("hex") };
}
