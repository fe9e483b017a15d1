import type { OpenedFile } from "./openedFile.ts";
import { counted, unreadable } from "./unreadable.ts";

/** Bytes that are read where they are needed: of a whole file, or of a part of one. */
export interface Bytes {
  /** For messages. */
  readonly name: string;
  readonly length: number;
  /** The first bytes, at most so many, without unpacking the rest. */
  head(length: number): Promise<Buffer>;
  /** Something that can be read from any place; what is packed is unpacked for it. */
  open(): Promise<FileRange>;
}

/** A part of a file on the disk. */
export class FileRange implements Bytes {
  private readonly file: OpenedFile;
  private readonly start: number;
  readonly length: number;
  readonly name: string;

  constructor(file: OpenedFile, start: number, length: number, name: string = file.name) {
    this.file = file;
    this.start = start;
    this.length = length;
    this.name = name;
  }

  static of(file: OpenedFile): FileRange {
    return new FileRange(file, 0, file.bytes);
  }

  /** @throws Failure INVALID where the range ends before */
  async read(from: number, length: number): Promise<Buffer> {
    if (from + length > this.length)
      throw unreadable(
        this.name,
        `ends at byte ${counted(this.length)}; ${counted(length)} bytes were expected from byte ${counted(from)} on`,
      );
    return this.file.read(this.start + from, length);
  }

  part(from: number, length: number, name = this.name): FileRange {
    return new FileRange(this.file, this.start + from, length, name);
  }

  head(length: number): Promise<Buffer> {
    return this.read(0, Math.min(length, this.length));
  }

  async open(): Promise<FileRange> {
    return this;
  }
}
