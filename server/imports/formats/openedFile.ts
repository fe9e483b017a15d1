import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { counted, unreadable } from "./unreadable.ts";

/** A file on this machine's disk while it is read. That nobody changes it meanwhile is checked with every read. */
export class OpenedFile {
  private readonly handle: FileHandle;
  /** For messages. */
  readonly name: string;
  readonly path: string;
  private readonly about: Stats;

  private constructor(handle: FileHandle, name: string, path: string, about: Stats) {
    this.handle = handle;
    this.name = name;
    this.path = path;
    this.about = about;
  }

  /** @param path is opened as it is: no link is followed @throws Failure INVALID for what is not a file that can be read */
  static async open(path: string, name: string): Promise<OpenedFile> {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error) => {
      throw unreadable(name, reasons[(error as NodeJS.ErrnoException).code ?? ""] ?? "cannot be opened");
    });
    const about = await handle.stat();
    if (about.isFile()) return new OpenedFile(handle, name, path, about);
    await handle.close();
    throw unreadable(name, "is not a file: a folder, a socket or a device has that name");
  }

  get bytes(): number {
    return this.about.size;
  }

  /** @throws Failure INVALID where the file ends before, or has changed since it was opened */
  async read(from: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.handle.read(bytes, done, length - done, from + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    await this.requireUnchanged();
    if (done < length)
      throw unreadable(
        this.name,
        `ends at byte ${counted(this.bytes)}; ${counted(length)} bytes were expected from byte ${counted(from)} on`,
      );
    return bytes;
  }

  private async requireUnchanged(): Promise<void> {
    const { size, mtimeMs } = await this.handle.stat();
    if (size !== this.about.size || mtimeMs !== this.about.mtimeMs)
      throw unreadable(
        this.name,
        `changed while it was read (from ${counted(this.about.size)} to ${counted(size)} bytes): import it once it is complete`,
      );
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

const reasons: Record<string, string> = {
  ENOENT: "is not there",
  EACCES: "may not be read by the server's user: change its permissions (chmod a+r)",
  EPERM: "may not be read by the server's user: change its permissions (chmod a+r)",
  ELOOP: "is a symbolic link: only files themselves are read",
  EMLINK: "is a symbolic link: only files themselves are read",
  EISDIR: "is a folder; a file was expected",
  EMFILE: "cannot be opened: too many files are open on the server",
  ENFILE: "cannot be opened: too many files are open on the server",
};
