import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../../contract/failure.ts";
import { FileRange } from "./bytes.ts";
import { OpenedFile } from "./openedFile.ts";
import { counted, unreadable } from "./unreadable.ts";

/** Room on the disk for what is unpacked while files are read. All of it is removed by `close`. */
export class Scratch {
  private left: number;
  private readonly opened: OpenedFile[] = [];
  private readonly paths: string[] = [];
  private readonly others: (() => Promise<unknown>)[] = [];

  private readonly folder: string;
  private readonly maxBytes: number;
  private readonly reserveBytes: number;

  /** @param maxBytes of all that is unpacked @param reserveBytes free space of the disk that is left to others */
  constructor(folder: string, maxBytes: number, reserveBytes: number) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.reserveBytes = reserveBytes;
    this.left = maxBytes;
  }

  /** A file that is open until `close`. */
  async file(path: string, name: string): Promise<OpenedFile> {
    const file = await OpenedFile.open(path, name);
    this.opened.push(file);
    return file;
  }

  /**
   * Writes what a stream gives to a file, of which exactly `length` bytes are expected.
   * @throws Failure INVALID for more or fewer, or beyond the bound; DISK_FULL
   */
  async keep(content: Readable, length: number, name: string): Promise<FileRange> {
    await this.reserve(length, name);
    let seen = 0;
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        seen += chunk.length;
        done(seen > length ? unreadable(name, `unpacks to more than the ${counted(length)} bytes that it states`) : null, chunk);
      },
    });
    const path = await this.newPath();
    await pipeline(content, counter, createWriteStream(path, { flags: "wx", mode: 0o600 }));
    if (seen < length) throw unreadable(name, `unpacks to ${counted(seen)} bytes; ${counted(length)} were stated`);
    return FileRange.of(await this.file(path, name));
  }

  /** Takes room for so many bytes more. */
  async reserve(length: number, name: string): Promise<void> {
    if (length > this.left)
      throw unreadable(
        name,
        `unpacks to ${counted(length)} bytes; at most ${counted(this.maxBytes)} are unpacked for one import`,
      );
    this.left -= length;
    const { bavail, bsize } = await statfs(await this.ready());
    if (bavail * bsize - length < this.reserveBytes)
      throw new Failure(
        "DISK_FULL",
        `The server's disk has ${mb(bavail * bsize)} free, of which ${mb(this.reserveBytes)} are reserved: no room to unpack ${name} (${mb(length)}).`,
      );
  }

  /** Of a file to write, which is removed with the others. */
  async newPath(): Promise<string> {
    const path = join(await this.ready(), `${randomUUID()}.part`);
    this.paths.push(path);
    return path;
  }

  private async ready(): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    return this.folder;
  }

  /** Something else that ends with it. */
  onClose(step: () => Promise<unknown>): void {
    this.others.push(step);
  }

  async close(): Promise<void> {
    await Promise.all(this.others.splice(0).map((step) => step().catch(() => undefined)));
    await Promise.all(this.opened.splice(0).map((file) => file.close().catch(() => undefined)));
    await Promise.all(this.paths.splice(0).map((path) => rm(path, { force: true })));
  }
}

/** Works in a temporary folder of its own; it and what is unpacked there are gone afterwards. */
export async function withScratch<T>(
  maxBytes: number,
  reserveBytes: number,
  work: (scratch: Scratch, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "collapsar-features-"));
  const scratch = new Scratch(folder, maxBytes, reserveBytes);
  try {
    return await work(scratch, folder);
  } finally {
    await scratch.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const mb = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
