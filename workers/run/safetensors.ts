import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";

export interface TensorSpec {
  name: string;
  dtype: "F64" | "I64" | "F32";
  shape: readonly number[];
}

interface TensorWriter {
  /** Writes values of a tensor on from its element `from`. */
  write(name: string, values: Float32Array | Float64Array | BigInt64Array, from?: number): void;
  close(): void;
}

const width = { F64: 8, I64: 8, F32: 4 } as const;

/**
 * Opens a file of named tensors in the safetensors format (header length as u64, JSON header, values; little-endian, row-major), to be
 * filled in any order. Wider numbers come first, so that each is aligned.
 * @throws when the disk refuses
 */
export function openSafetensors(path: string, metadata: Record<string, string>, tensors: TensorSpec[]): TensorWriter {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const offsets = new Map<string, number>();
  let size = 0;
  for (const { name, dtype, shape } of [...tensors].sort((a, b) => width[b.dtype] - width[a.dtype])) {
    const end = size + shape.reduce((product, n) => product * n, 1) * width[dtype];
    header[name] = { dtype, shape, data_offsets: [size, end] };
    offsets.set(name, size);
    size = end;
  }
  const text = JSON.stringify(header);
  const bytes = Buffer.from(text);
  const padded = Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const file = openSync(path, "w", 0o600);
  const put = (part: Uint8Array, at: number) => {
    for (let written = 0; written < part.length; ) written += writeSync(file, part, written, part.length - written, at + written);
  };
  put(length, 0);
  put(padded, 8);
  const start = 8 + padded.length;
  return {
    write(name, values, from = 0) {
      const offset = offsets.get(name);
      if (offset === undefined) throw new Error(`no tensor '${name}' in ${path}`);
      const part = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      put(part, start + offset + from * values.BYTES_PER_ELEMENT);
    },
    close() {
      fsyncSync(file);
      closeSync(file);
    },
  };
}
