import { isUtf8 } from "node:buffer";
import { constants, type Dirent } from "node:fs";
import { open, readdir, readlink, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { Failure } from "../../../contract/failure.ts";
import { corrupt, reasonOf } from "./fileFaults.ts";

/** What a name refers to, after following links. */
export interface Entry {
  /** As shown: bytes that are not UTF-8 as \xff. */
  name: string;
  /** The real one. */
  path: string;
  kind: "file" | "folder" | "unusable";
  /** Why it is unusable, as the rest of a sentence that begins with its name; "" otherwise. */
  fault: string;
  hidden: boolean;
}

/** A set of a person's own: where it really lies, and the folder it must not lead out of. */
export interface OwnPath {
  root: string;
  path: string;
}

/** Files that systems leave behind; hidden as names with a dot in front are. */
const litter = new Set(["thumbs.db", "desktop.ini", "ehthumbs.db", "__macosx", "$recycle.bin", "icon\r", "@eadir"]);

/**
 * The contents of a folder, in the order of the names' UTF-16 codes. Nothing is opened: a FIFO would block.
 * @param root real path that no link may lead out of
 * @throws Failure DATASET_CORRUPT if the folder itself cannot be read; NOT_ALLOWED if a link leads out of root
 */
export async function readFolder(root: string, path: string): Promise<Entry[]> {
  let found: Dirent<Buffer>[];
  try {
    found = await readdir(path, { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    throw corrupt(path, reasonOf(error));
  }
  const entries: Entry[] = [];
  for (const entry of found) entries.push(await readEntry(root, path, entry));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readEntry(root: string, folder: string, found: Dirent<Buffer>): Promise<Entry> {
  const name = shownName(found.name);
  const hidden = name.startsWith(".") || litter.has(name.toLowerCase());
  const entry = (kind: Entry["kind"], fault = "", path = join(folder, name)): Entry => ({ name, path, kind, fault, hidden });
  if (!isUtf8(found.name)) return entry("unusable", "has bytes in its name that are not UTF-8: rename it");
  if (found.isFile()) return entry("file");
  if (found.isDirectory()) return entry("folder");
  if (!found.isSymbolicLink()) return entry("unusable", `is a ${special(found)}; a file was expected`);
  const path = join(folder, name);
  try {
    const real = await insidePath(root, path);
    const target = await stat(real);
    if (target.isFile()) return entry("file", "", real);
    if (target.isDirectory()) return entry("folder", "", real);
    return entry("unusable", `is a link to a ${special(target)}; a file was expected`, real);
  } catch (error) {
    if (error instanceof Failure) throw error;
    return entry("unusable", await brokenLink(path, error));
  }
}

const special = (of: { isFIFO(): boolean; isSocket(): boolean }) =>
  of.isFIFO() ? "FIFO (named pipe)" : of.isSocket() ? "socket" : "device";

async function brokenLink(path: string, error: unknown): Promise<string> {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") return reasonOf(error);
  const target = await readlink(path).catch(() => "");
  return target.includes(".git/annex/objects/")
    ? `is a git-annex link whose content is not on this machine: run "git annex get" there`
    : `is a link to nothing (${JSON.stringify(target.slice(0, 100))})`;
}

/** The real path behind links. @param root a real path @throws Failure NOT_ALLOWED if it lies outside root */
export async function insidePath(root: string, path: string): Promise<string> {
  const real = await realpath(path);
  if (!real.startsWith(root.endsWith(sep) ? root : root + sep))
    throw new Failure("NOT_ALLOWED", `${path} leads out of the data-set folder ${root}; put the files themselves there.`);
  return real;
}

function shownName(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join("");
}

/**
 * The bytes of a regular file; of anything else nothing is read, and nothing waits for it.
 * @param name how the file is called in errors
 * @throws Failure DATASET_CORRUPT with the reason: not there, no rights, no file, empty, too large, a stand-in for the file
 */
export async function readBytes(path: string, name: string, most: number): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (found.isDirectory()) throw corrupt(name, "is a folder; a file was expected");
      if (!found.isFile()) throw corrupt(name, `is a ${special(found)}; a file was expected`);
      if (found.size > most) throw corrupt(name, `has ${found.size} bytes; at most ${most} are read`);
      bytes = await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof Failure ? error : corrupt(name, reasonOf(error));
  }
  if (bytes.length === 0) throw corrupt(name, "is empty (0 bytes)");
  const standIn = namedStandIn(bytes);
  if (standIn !== null) throw corrupt(name, standIn);
  return bytes;
}

/** What stands in a file's place where a repository was cloned without its content; null if this is none. */
function namedStandIn(bytes: Uint8Array): string | null {
  if (bytes.length > 1024) return null;
  const text = Buffer.from(bytes).toString("latin1");
  if (text.startsWith("version https://git-lfs.github.com/spec/"))
    return `is a Git LFS pointer, not the file itself: run "git lfs pull" there`;
  if (/^(\/|\.\.\/)*(\.git\/)?annex\/objects\//.test(text))
    return `is a git-annex pointer, not the file itself: run "git annex get" there`;
  return null;
}
