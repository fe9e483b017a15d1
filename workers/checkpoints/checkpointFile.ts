import { createHash } from "node:crypto";
import type { ResolvedDataset } from "../../contract/data/resolvedDataset.ts";
import { checkpointMagic, checkpointTrailerBytes } from "../../contract/wire/checkpointFormat.ts";

/** On what a run was trained: the hash of its data, and how they lie. */
export type TrainedData = Pick<ResolvedDataset, "hash" | "classes" | "inputDimension" | "input" | "trainCounts" | "testCounts">;

/** What a run resumes from. Batches, rates and measuring steps are functions of the step, so no random state is needed. */
export interface Checkpoint {
  /** Updates done. */
  step: number;
  /** Training and measuring time of all attempts so far, ms. */
  elapsedMs: number;
  /** JSON of the run's config: no run resumes from a checkpoint of another one. */
  config: string;
  /** Absent in checkpoints of earlier versions, as is the layout. */
  data?: TrainedData;
  /** The sha256 of a second set that it is measured on; absent without one. */
  other?: string;
  /** The parameters in the order in which they lie in each flat vector. */
  layout?: { name: string; shape: number[] }[];
  /** Parameters and optimizer memory, flat vectors by name. */
  state: Record<string, Float32Array>;
  /** Of a run that keeps its best state, `state.best`: its J, and after which step it was measured. */
  best?: { objective: number; step: number };
  /** Class means [K, 3] of the last picture. */
  frame: number[] | null;
}

export const checkpointStart = Buffer.from(checkpointMagic);

interface Header extends Omit<Checkpoint, "state"> {
  arrays: { name: string; length: number }[];
}

/** Magic line, JSON header line, float32 values (little-endian), sha256 (hex) of all that and a line feed. */
export function formatCheckpoint(checkpoint: Checkpoint): Buffer {
  const { state, ...rest } = checkpoint;
  const header: Header = { ...rest, arrays: Object.entries(state).map(([name, { length }]) => ({ name, length })) };
  const parts = Object.values(state).map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  const body = Buffer.concat([Buffer.from(`${checkpointMagic}${JSON.stringify(header)}\n`), ...parts]);
  return Buffer.concat([body, Buffer.from(`${hashOf(body)}\n`)]);
}

/** @throws saying what is wrong if the bytes are cut off, damaged or no checkpoint */
export function parseCheckpoint(bytes: Buffer): Checkpoint {
  if (!bytes.subarray(0, checkpointStart.length).equals(checkpointStart)) throw new Error("it does not begin like a checkpoint");
  const body = bytes.subarray(0, Math.max(0, bytes.length - checkpointTrailerBytes));
  const trailer = bytes.subarray(body.length).toString("latin1");
  if (trailer !== `${hashOf(body)}\n`) throw new Error("its sha256 does not match its bytes");
  const headerEnd = body.indexOf(10, checkpointMagic.length);
  const { arrays, ...rest } = readHeader(body.toString("utf8", checkpointMagic.length, headerEnd));
  let at = headerEnd + 1;
  const asked = 4 * arrays.reduce((sum, { length }) => sum + length, 0);
  if (asked !== body.length - at) throw new Error(`its header asks for ${asked} bytes of values, but it has ${body.length - at}`);
  const state: Checkpoint["state"] = {};
  for (const { name, length } of arrays) {
    // A copy: the bytes in the file are not aligned to 4.
    state[name] = new Float32Array(Uint8Array.prototype.slice.call(body, at, at + 4 * length).buffer);
    at += 4 * length;
  }
  return { ...rest, state };
}

/** What is needed to find the values; the rest is compared with the run's config by whoever uses it. */
function readHeader(text: string): Header {
  const header = parseJson(text) as Partial<Header> | null;
  const arrays: unknown = typeof header === "object" ? header?.arrays : null;
  const isArray = (one: Partial<Header["arrays"][number]> | null) =>
    typeof one?.name === "string" && Number.isSafeInteger(one.length) && one.length! >= 0;
  if (!Array.isArray(arrays) || !arrays.every(isArray)) throw new Error("its header does not name its values");
  if (!Number.isSafeInteger(header!.step) || header!.step! < 0 || typeof header!.config !== "string")
    throw new Error("its header does not say its step and config");
  return header as Header;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("its header cannot be read");
  }
}

/** The hash in a checkpoint's trailer. */
export const checkpointHash = (bytes: Buffer): string =>
  bytes.toString("latin1", bytes.length - checkpointTrailerBytes, bytes.length - 1);

const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
