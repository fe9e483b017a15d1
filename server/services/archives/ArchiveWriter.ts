import { createHash } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipFile } from "yazl";
import type { ArchivedFile } from "../../../contract/wire/archiveFormat.ts";

type Content = AsyncIterable<Buffer | string> | Iterable<Buffer | string>;

/** A zip file that is read while it is written, one file after the other: none of them is held in memory. */
export class ArchiveWriter {
  readonly output = new PassThrough();
  /** What has been added, in order. */
  readonly files: ArchivedFile[] = [];
  private readonly zip = new ZipFile();
  private readonly mtime: Date;
  private current: Readable | null = null;

  constructor(mtime: Date) {
    this.mtime = mtime;
    // yazl announces what goes wrong in a file that it reads as its own event.
    (this.zip as unknown as NodeJS.EventEmitter).on("error", (error: Error) => this.fail(error));
    this.zip.outputStream.pipe(this.output);
    // Whoever asked has gone: nothing more is read from the database.
    this.output.once("close", () => this.current?.destroy());
  }

  /** @throws what the content throws, or that nobody reads any more */
  async add(path: string, content: Content, { compress = true } = {}): Promise<void> {
    if (this.output.destroyed) throw new Error("the archive is no longer read");
    const hash = createHash("sha256");
    let bytes = 0;
    async function* counted() {
      for await (const part of content) {
        const piece = typeof part === "string" ? Buffer.from(part) : part;
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    }
    const stream = Readable.from(counted(), { objectMode: false });
    this.current = stream;
    this.zip.addReadStream(stream, path, { compress, mtime: this.mtime, mode: 0o100644 });
    await finished(stream, { writable: false });
    this.current = null;
    this.files.push({ path, bytes, sha256: hash.digest("hex") });
  }

  end(): void {
    this.zip.end();
  }

  fail(error: Error): void {
    this.output.destroy(error);
  }
}
