import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Failure } from "../../../contract/failure.ts";

const block = 512;

/**
 * The regular files of a gzipped tar archive (ustar) that are wanted, one after the other; what is not wanted never lies
 * in memory. Nothing is written to disk, so a name with `..` does no harm.
 * @param name the archive's, for errors
 * @param maxBytes largest decompressed size accepted
 * @throws Failure DATASET_CORRUPT naming the byte if the archive is cut off, damaged or too large
 */
export async function* readTar(
  archive: Uint8Array,
  name: string,
  maxBytes: number,
  wanted: (entry: string) => boolean = () => true,
): AsyncGenerator<{ name: string; bytes: Uint8Array }> {
  const header = new Uint8Array(block);
  let entry = "";
  let body: Uint8Array | null = null;
  let at = 0; // bytes of the archive read
  let filled = 0; // of the header, or of the entry with its padding
  let size = -1; // of the entry; −1 = a header is being read
  for await (const chunk of decompressed(archive, name)) {
    for (let from = 0; from < chunk.length; ) {
      const end = size < 0 ? block : Math.ceil(size / block) * block;
      const take = Math.min(chunk.length - from, end - filled);
      const part = chunk.subarray(from, from + take);
      if (size < 0) header.set(part, filled);
      else if (body && filled < size) body.set(part.subarray(0, size - filled), filled);
      filled += take;
      from += take;
      at += take;
      if (at > maxBytes)
        throw new Failure(
          "DATASET_CORRUPT",
          `${name} decompresses to more than ${maxBytes} bytes, which is not the published archive.`,
        );
      if (filled < end) continue;
      if (size < 0) {
        if (header[0] === 0) return;
        const found = readHeader(header);
        if (found === null || at + found.size > maxBytes)
          throw new Failure("DATASET_CORRUPT", `${name} is cut off or not a tar archive: no entry at byte ${at - block}.`);
        ({ name: entry, size } = found);
        body = found.regular && wanted(entry) ? new Uint8Array(size) : null;
        filled = 0;
      }
      if (size >= 0 && filled >= Math.ceil(size / block) * block) {
        if (body) yield { name: entry, bytes: body };
        size = -1;
        filled = 0;
      }
    }
  }
  if (filled > 0 || size >= 0)
    throw new Failure("DATASET_CORRUPT", `${name} is cut off at byte ${at}${size < 0 ? "" : `, within ${entry}`}.`);
}

async function* decompressed(archive: Uint8Array, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* Readable.from([archive]).pipe(createGunzip({ chunkSize: 1 << 18 })) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new Failure("DATASET_CORRUPT", `${name} is not a valid gzip file: ${(error as Error).message}.`);
  }
}

function readHeader(header: Uint8Array): { name: string; size: number; regular: boolean } | null {
  const text = (from: number, length: number) => {
    const field = header.subarray(from, from + length);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
  };
  const octal = text(124, 12).trim();
  if (!/^[0-7]+$/.test(octal)) return null;
  const prefix = text(257, 5) === "ustar" ? text(345, 155) : "";
  const type = header[156];
  return {
    name: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    size: Number.parseInt(octal, 8),
    regular: type === 0 || type === 48,
  };
}
