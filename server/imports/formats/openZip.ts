import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { type Bytes, FileRange } from "./bytes.ts";
import type { OpenedFile } from "./openedFile.ts";
import type { Scratch } from "./scratch.ts";
import { counted, quoted, unreadable } from "./unreadable.ts";

const maxEntries = 20_000;

/** Deflate packs zeros by about 1,030: what claims more is made to fill a disk. */
const maxRatio = 1_100;

/** Read at once to check what is stored. */
const partBytes = 4_000_000;

/**
 * The entries of a zip file by their names. What is stored as it is stays where it is; what is deflated is unpacked when it is opened.
 * @param checksums whether what is opened must have the checksum that the file states (PyTorch may leave it out)
 * @throws Failure INVALID for what is no zip file, for names that lead out of it or stand twice, encrypted or oversized entries
 */
export async function openZip(file: OpenedFile, scratch: Scratch, checksums: boolean): Promise<Map<string, Bytes>> {
  const refuse = (error: unknown) => unreadable(file.name, `cannot be read as a zip file: ${firstLine(error)}`);
  const zip = await yauzl
    .openPromise(file.path, { autoClose: false, lazyEntries: true, strictFileNames: true })
    .catch((error) => {
      throw refuse(error);
    });
  const entries: Entry[] = [];
  try {
    if (zip.entryCount > maxEntries)
      throw unreadable(file.name, `has ${counted(zip.entryCount)} entries; at most ${counted(maxEntries)} are read`);
    for await (const entry of zip.eachEntry()) entries.push(entry);
  } catch (error) {
    zip.close();
    throw error instanceof Error && error.name === "Failure" ? error : refuse(error);
  }
  scratch.onClose(async () => zip.close());
  const found = new Map<string, Bytes>();
  for (const entry of entries) {
    if (entry.fileName.endsWith("/")) continue;
    if (found.has(entry.fileName)) throw unreadable(file.name, `has two entries named ${quoted(entry.fileName)}`);
    if (entry.isEncrypted()) throw unreadable(file.name, `is encrypted (${quoted(entry.fileName)}): save it without a password`);
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
      throw unreadable(
        file.name,
        `has ${quoted(entry.fileName)} packed by method ${entry.compressionMethod}; stored (0) and deflated (8) are read`,
      );
    if (entry.uncompressedSize > entry.compressedSize * maxRatio + 1_000)
      throw unreadable(
        file.name,
        `says that ${quoted(entry.fileName)} unpacks from ${counted(entry.compressedSize)} to ${counted(entry.uncompressedSize)} bytes, more than deflate can`,
      );
    const name = `${file.name}, ${quoted(entry.fileName, 120)}`;
    found.set(entry.fileName, new ZipEntry(zip, entry, file, scratch, name, checksums));
  }
  return found;
}

class ZipEntry implements Bytes {
  private unpacked: Promise<FileRange> | null = null;

  private readonly zip: ZipFile;
  private readonly entry: Entry;
  private readonly file: OpenedFile;
  private readonly scratch: Scratch;
  readonly name: string;
  private readonly checksum: boolean;

  constructor(zip: ZipFile, entry: Entry, file: OpenedFile, scratch: Scratch, name: string, checksum: boolean) {
    this.zip = zip;
    this.entry = entry;
    this.file = file;
    this.scratch = scratch;
    this.name = name;
    this.checksum = checksum;
  }

  get length(): number {
    return this.entry.uncompressedSize;
  }

  async head(length: number): Promise<Buffer> {
    if (this.unpacked) return (await this.unpacked).head(length);
    if (this.entry.compressionMethod === 0) return (await this.place()).head(length);
    const stream = await this.stream();
    const parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const part of stream as AsyncIterable<Buffer>) {
        parts.push(part);
        size += part.length;
        if (size >= length) break;
      }
    } catch (error) {
      throw this.damaged(error);
    } finally {
      stream.destroy();
    }
    return Buffer.concat(parts).subarray(0, length);
  }

  open(): Promise<FileRange> {
    this.unpacked ??= (this.entry.compressionMethod === 0 ? this.place() : this.unpack()).then((range) => this.check(range));
    return this.unpacked;
  }

  private async check(range: FileRange): Promise<FileRange> {
    let sum = 0;
    for (let at = 0; this.checksum && at < range.length; at += partBytes)
      sum = crc32(await range.read(at, Math.min(partBytes, range.length - at)), sum);
    if (this.checksum && sum !== this.entry.crc32)
      throw unreadable(this.name, "is damaged: its checksum (CRC-32) is not that which the file states");
    return range;
  }

  private async place(): Promise<FileRange> {
    const { fileDataStart } = await this.zip.readLocalFileHeaderPromise(this.entry, { minimal: true }).catch((error) => {
      throw this.damaged(error);
    });
    return new FileRange(this.file, fileDataStart, this.length, this.name);
  }

  private async unpack(): Promise<FileRange> {
    const stream = await this.stream();
    try {
      return await this.scratch.keep(stream, this.length, this.name);
    } catch (error) {
      throw error instanceof Error && error.name === "Failure" ? error : this.damaged(error);
    }
  }

  private stream(): Promise<Readable> {
    return this.zip.openReadStreamPromise(this.entry).catch((error) => {
      throw this.damaged(error);
    });
  }

  private damaged(error: unknown): Error {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith("E")) return error as Error; // of the disk
    return unreadable(this.name, `cannot be unpacked: ${firstLine(error)}`);
  }
}

/** Of a message of a library, without the stop that follows anyway. */
const firstLine = (error: unknown) => (error as Error).message.split("\n")[0]!.replace(/\.$/, "");
