import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import yazl from "yazl";
import { Scratch } from "../../../server/imports/formats/scratch.ts";
import type { StoredArray } from "../../../server/imports/formats/storedArray.ts";

/** Bytes of a .npy file as NumPy writes it. */
export function npy(descr: string, shape: readonly number[], data: Uint8Array, order: "C" | "F" = "C"): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  return npyWithHeader(
    `{'descr': '${descr}', 'fortran_order': ${order === "F" ? "True" : "False"}, 'shape': (${sizes}), }`,
    data,
  );
}

/** The same with a header of one's own. */
export function npyWithHeader(header: string, data: Uint8Array = new Uint8Array()): Buffer {
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11)}\n`;
  const start = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1");
  start.writeUInt16LE(padded.length, 8);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), data]);
}

const bytesOf = (array: ArrayBufferView) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
export const float32 = (...values: number[]): Buffer => bytesOf(Float32Array.from(values));
export const float64 = (...values: number[]): Buffer => bytesOf(Float64Array.from(values));
export const int64 = (...values: number[]): Buffer => bytesOf(BigInt64Array.from(values, (value) => BigInt(value)));

/** A zip file, stored as NumPy and PyTorch write it unless said. */
export function zip(entries: Record<string, Uint8Array>, compress = false): Promise<Buffer> {
  const file = new yazl.ZipFile();
  for (const [name, bytes] of Object.entries(entries)) file.addBuffer(Buffer.from(bytes), name, { compress });
  file.end();
  return buffer(file.outputStream);
}

/** Bytes of a .safetensors file with this header. */
export function safetensors(header: unknown, data: Uint8Array): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

/** Files on the disk, read as an import reads them. */
export class ReadingFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "collapsar-arrays-"));
  private readonly scratches: Scratch[] = [];

  scratch(maxBytes = 1_000_000_000): Scratch {
    const scratch = new Scratch(join(this.path, "scratch"), maxBytes, 0);
    this.scratches.push(scratch);
    return scratch;
  }

  write(name: string, bytes: Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, bytes);
    return path;
  }

  open(name: string, bytes: Uint8Array, scratch: Scratch = this.scratch()) {
    return scratch.file(this.write(name, bytes), name);
  }

  async close(): Promise<void> {
    for (const scratch of this.scratches) await scratch.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}

export async function valuesOf(array: StoredArray | undefined): Promise<number[]> {
  const values: number[] = [];
  if (array === undefined) throw new Error("there is no such array");
  for await (const chunk of array.chunks(array.shape.at(-1) ?? 1)) values.push(...chunk);
  return values;
}
