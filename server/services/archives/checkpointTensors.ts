import { createHash } from "node:crypto";
import { Failure } from "../../../contract/failure.ts";
import { checkpointMagic } from "../../../contract/wire/checkpointFormat.ts";

/** Longest head of a checkpoint or of a file of tensors. */
const maxHeadBytes = 8e6;
/** Where a checkpoint's own head stands, word for word, so that the checkpoint can be put together again. */
const headField = "collapsar.checkpoint";

interface CheckpointHead {
  step: number;
  arrays: { name: string; length: number }[];
  layout?: { name: string; shape: number[] }[];
}

interface Tensor {
  dtype: "F32";
  shape: number[];
  data_offsets: [number, number];
}

/**
 * A checkpoint as a safetensors file, bytes as they come: each parameter by its name and shape, as are the optimizer's memories of it.
 * @param about what else its metadata say, such as the run
 * @throws Failure INVALID where it is no checkpoint
 */
export async function* toSafetensors(checkpoint: AsyncIterable<Buffer>, about: Record<string, string>): AsyncGenerator<Buffer> {
  const { head, rest } = await splitHead(checkpoint);
  const text = head.toString("utf8", checkpointMagic.length, head.length - 1);
  const described = tensorHead(text, about);
  yield described.head;
  let left = described.bytes;
  for await (const part of rest) {
    const values = part.subarray(0, left);
    left -= values.length;
    if (values.length > 0) yield values;
  }
  if (left > 0) throw new Failure("INVALID", `A checkpoint is cut off: ${left} bytes of its values are missing.`);
}

/** A file of `toSafetensors` as the checkpoint that it was made from, byte for byte. @throws Failure INVALID */
export async function* toCheckpoint(tensors: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = tensors[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (bytes: number) => {
    while (held.length < bytes) {
      const { value, done } = await reader.next();
      if (done) throw new Failure("INVALID", "A file of tensors is cut off.");
      held = Buffer.concat([held, value]);
    }
  };
  await more(8);
  const length = Number(held.readBigUInt64LE(0));
  if (length > maxHeadBytes)
    throw new Failure("INVALID", `The head of a file of tensors has ${length} bytes, and at most ${maxHeadBytes} are read.`);
  await more(8 + length);
  const text = checkpointTextOf(held.toString("utf8", 8, 8 + length));
  const hash = createHash("sha256");
  const passed = (part: Buffer) => {
    hash.update(part);
    return part;
  };
  yield passed(Buffer.from(`${checkpointMagic}${text}\n`));
  if (held.length > 8 + length) yield passed(held.subarray(8 + length));
  for (;;) {
    const { value, done } = await reader.next();
    if (done) break;
    yield passed(value);
  }
  yield Buffer.from(`${hash.digest("hex")}\n`);
}

function checkpointTextOf(text: string): string {
  try {
    const found = (JSON.parse(text) as { __metadata__?: Record<string, unknown> }).__metadata__?.[headField];
    if (typeof found === "string" && !found.includes("\n")) return found;
  } catch {}
  throw new Failure("INVALID", "A file of tensors does not say of which checkpoint it was made.");
}

/** Magic line and head of a checkpoint, its line feeds included, and what follows them. */
async function splitHead(checkpoint: AsyncIterable<Buffer>): Promise<{ head: Buffer; rest: AsyncIterable<Buffer> }> {
  const reader = checkpoint[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = held.length > checkpointMagic.length ? held.indexOf(10, checkpointMagic.length) : -1;
    if (end >= 0) {
      const head = held.subarray(0, end + 1);
      if (!head.subarray(0, checkpointMagic.length).equals(Buffer.from(checkpointMagic))) break;
      const first = held.subarray(end + 1);
      async function* rest() {
        if (first.length > 0) yield first;
        for (;;) {
          const { value, done } = await reader.next();
          if (done) return;
          yield value as Buffer;
        }
      }
      return { head, rest: rest() };
    }
    const { value, done } = await reader.next();
    if (done || held.length > maxHeadBytes) break;
    held = Buffer.concat([held, value]);
  }
  throw new Failure("INVALID", "A file that is kept as a checkpoint does not begin like one.");
}

/** The head of a safetensors file for a checkpoint with this head: its arrays lie one behind the other, as they do there. */
function tensorHead(text: string, about: Record<string, string>): { head: Buffer; bytes: number } {
  const { step, arrays, layout } = JSON.parse(text) as CheckpointHead;
  const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
  const parameters = layout?.reduce((sum, { shape }) => sum + size(shape), 0);
  const tensors: Record<string, Tensor> = {};
  let at = 0;
  const place = (name: string, shape: number[]) => {
    tensors[name] = { dtype: "F32", shape, data_offsets: [at, at + 4 * size(shape)] };
    at += 4 * size(shape);
  };
  for (const { name, length } of arrays)
    if (layout !== undefined && length === parameters)
      for (const parameter of layout)
        place(name === "parameters" ? parameter.name : `${name}/${parameter.name}`, parameter.shape);
    else place(name, [length]);
  const metadata = { format: "collapsar checkpoint 1", step: String(step), ...about, [headField]: text };
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...tensors }));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return { head: Buffer.concat([length, padded]), bytes: at };
}
