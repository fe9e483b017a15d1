import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Failure } from "../../../contract/failure.ts";
import { readBytes } from "../formats/readFolder.ts";
import type { SourceFile } from "./datasetSource.ts";

const unzip = promisify(gunzip);

export const sha256 = (...parts: Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

/** A file whose bytes are not the published ones. */
export class WrongBytes extends Failure {
  /** Hash found; null where it could not even be decompressed. */
  readonly found: string | null;
  constructor(message: string, found: string | null) {
    super("DATASET_CORRUPT", message);
    this.found = found;
  }
}

/** Where a published file is in a folder: under its name, or unzipped. @returns null if it is missing */
export async function locate(folder: string, file: SourceFile): Promise<string | null> {
  const published = [file.name, ...(file.aliases ?? [])];
  const names = file.checksum?.of === "file" ? published : published.flatMap((name) => [name, name.replace(/\.gz$/, "")]);
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile()) return path;
  }
  return null;
}

/** The decompressed bytes of a file, verified. @throws WrongBytes naming the file, the hash expected and the one found */
export async function readVerified(path: string, file: SourceFile): Promise<Uint8Array> {
  const limit = Math.max(file.maxFileBytes, file.maxRawBytes);
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(path, path, limit);
  } catch (error) {
    throw error instanceof Failure
      ? new WrongBytes(`${error.message} Expected: ${file.name}, ${expectation(file)}.`, null)
      : error;
  }
  return verify(bytes, path, file);
}

/** The same of a file whose bytes may be others than the published ones. */
export async function readTolerant(path: string, file: SourceFile): Promise<{ bytes: Uint8Array; verified: boolean }> {
  try {
    return { bytes: await readVerified(path, file), verified: file.checksum !== null };
  } catch (error) {
    if (!(error instanceof WrongBytes) || error.found === null) throw error;
    return { bytes: await readVerified(path, { ...file, checksum: null }), verified: false };
  }
}

/** Unzips where the bytes are zipped, and checks the published hash. @throws WrongBytes */
export async function verify(bytes: Uint8Array, where: string, file: SourceFile): Promise<Uint8Array> {
  if (file.checksum?.of === "file") checkHash(bytes, where, file);
  if (file.packed) return bytes;
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const raw = zipped ? await unzipped(bytes, where, file) : bytes;
  if (raw.length > file.maxRawBytes)
    throw new WrongBytes(`${where} has ${raw.length} bytes; ${file.name} has at most ${file.maxRawBytes}.`, null);
  if (file.checksum?.of === "decompressed") checkHash(raw, where, file);
  return raw;
}

/** What a file's bytes must be, for people. */
export function expectation({ checksum }: SourceFile): string {
  if (checksum === null) return "no published hash: its contents were checked";
  return `${checksum.algorithm} of the ${checksum.of === "file" ? "file" : "decompressed bytes"} ${checksum.hex}`;
}

async function unzipped(bytes: Uint8Array, where: string, file: SourceFile): Promise<Uint8Array> {
  try {
    return await unzip(bytes, { maxOutputLength: file.maxRawBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const what = tooLarge ? `decompresses to more than the ${file.maxRawBytes} bytes expected` : "is not a valid gzip file";
    throw new WrongBytes(`${where} ${what}; expected: ${expectation(file)}.`, null);
  }
}

function checkHash(bytes: Uint8Array, where: string, file: SourceFile): void {
  const { algorithm, hex } = file.checksum!;
  const found = createHash(algorithm).update(bytes).digest("hex");
  if (found !== hex)
    throw new WrongBytes(
      `${where} is not the published ${file.name}: expected ${expectation(file)}, found ${found} (${bytes.length} bytes).`,
      found,
    );
}
