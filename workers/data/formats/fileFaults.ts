import { Failure } from "../../../contract/failure.ts";

const named = 20;

const reasons: Record<string, string> = {
  ENOENT: "no longer exists: it vanished while the set was read, or is a link to nothing",
  EACCES: "may not be read by the worker's user: change its permissions (chmod a+r, and a+x on its folders)",
  EPERM: "may not be read by the worker's user: change its permissions (chmod a+r, and a+x on its folders)",
  ELOOP: "is a circular link",
  EISDIR: "is a folder; a file was expected",
  ENOTDIR: "is inside something that is not a folder",
  ENAMETOOLONG: "has too long a name for this file system",
  EIO: "cannot be read from its disk (input/output error)",
  EMFILE: "cannot be opened: too many files are open on this machine",
  ENFILE: "cannot be opened: too many files are open on this machine",
  ESTALE: "is on a network disk that has lost it (stale file handle)",
  ENXIO: "is a socket or device; a file was expected",
};

/** Why the file system refuses a file, as the rest of a sentence that begins with its name. */
export function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return reasons[code] ?? `cannot be read (${code})`;
}

/** A file of a set that cannot be used. @param what the rest of a sentence that begins with its name */
export const corrupt = (name: string, what: string): Failure => new Failure("DATASET_CORRUPT", `${name} ${what}.`);

/** Everything that is wrong with the files of a set, reported at once: the first ones by name, and their number. */
export class FileFaults {
  private readonly first: string[] = [];
  private count = 0;

  /** @param failure that of one file; what concerns more than a file is thrown again */
  add(failure: unknown): void {
    if (!(failure instanceof Failure) || failure.code !== "DATASET_CORRUPT") throw failure;
    if (this.count++ < named) this.first.push(failure.message);
  }

  /** @param set name of the set @param what what is counted, in the plural @throws Failure DATASET_CORRUPT */
  throwIfAny(set: string, what: string): void {
    if (this.count === 0) return;
    if (this.count === 1) throw new Failure("DATASET_CORRUPT", this.first[0]);
    const more = this.count > named ? ` … and ${this.count - named} more` : "";
    const texts = this.first.map((message) => shorten(message, 350)).join(" ");
    throw new Failure("DATASET_CORRUPT", `${set} has ${this.count} ${what} that cannot be read: ${texts}${more}`);
  }
}

/** Both ends of a text that is too long. */
const shorten = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length / 2).toWellFormed()}…${text.slice(-length / 2 + 1).toWellFormed()}`;
