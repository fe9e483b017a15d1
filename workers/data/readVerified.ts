import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Failure } from "../../contract/failure.ts";
import type { SourceFile } from "./imageSource.ts";

const unzip = promisify(gunzip);

export const sha256 = (...parts: Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

/** A file whose bytes are not the published ones. */
export class WrongBytes extends Failure {
  /** sha256 found; null where it could not even be decompressed. */
  readonly found: string | null;
  constructor(message: string, found: string | null) {
    super("DATASET_CORRUPT", message);
    this.found = found;
  }
}

/** Where a published file lies in a folder: under its name, or unzipped. @returns null if it is not there */
export async function locate(folder: string, file: SourceFile): Promise<string | null> {
  const names = file.hashed === "decompressed" ? [file.name, file.name.replace(/\.gz$/, "")] : [file.name];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile()) return path;
  }
  return null;
}

/** The decompressed bytes of a file, verified. @throws WrongBytes naming the file, the hash expected and the one found */
export async function readVerified(path: string, file: SourceFile): Promise<Uint8Array> {
  const size = (await stat(path)).size;
  if (size > Math.max(file.maxFileBytes, file.maxRawBytes))
    throw new WrongBytes(`${path} has ${size} bytes; ${file.name} has at most ${file.maxFileBytes}.`, null);
  return verify(await readFile(path), path, file);
}

/** Unzips where the bytes are zipped, and checks the published hash. @throws WrongBytes */
export async function verify(bytes: Uint8Array, where: string, file: SourceFile): Promise<Uint8Array> {
  if (file.hashed === "file") checkHash(bytes, where, file, "file");
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const raw = zipped ? await unzipped(bytes, where, file) : bytes;
  if (file.hashed === "decompressed") checkHash(raw, where, file, "decompressed");
  return raw;
}

async function unzipped(bytes: Uint8Array, where: string, file: SourceFile): Promise<Uint8Array> {
  try {
    return await unzip(bytes, { maxOutputLength: file.maxRawBytes });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    const what = why ? `decompresses to more than the ${file.maxRawBytes} bytes published` : "is no intact gzip file";
    throw new WrongBytes(`${where} ${what}; expected sha256 ${file.sha256} (${file.hashed}).`, null);
  }
}

function checkHash(bytes: Uint8Array, where: string, file: SourceFile, what: string): void {
  const found = sha256(bytes);
  if (found !== file.sha256)
    throw new WrongBytes(
      `${where} is not the published ${file.name}: expected sha256 ${file.sha256} of the ${what} bytes, found ${found} (${bytes.length} bytes, expected ${file.bytes}).`,
      found,
    );
}
