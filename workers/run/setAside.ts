import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const mark = ".set-aside-";
/** Of one folder; the oldest go. */
const mostKept = 5;

/**
 * Moves what cannot be used out of the way, whatever it is, under a name that says when; only the newest are kept.
 * @returns the new name @throws when the disk refuses
 */
export function setAside(path: string): string {
  const folder = dirname(path);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  let aside = `${path}${mark}${stamp}`;
  for (let n = 2; isThere(aside); n++) aside = `${path}${mark}${stamp}-${n}`;
  renameSync(path, aside);
  const kept = readdirSync(folder).filter((name) => name.includes(mark));
  const byAge = kept.sort((a, b) => (a.split(mark)[1] < b.split(mark)[1] ? -1 : 1));
  for (const name of byAge.slice(0, -mostKept)) rmSync(join(folder, name), { recursive: true, force: true });
  return basename(aside);
}

/** Makes a folder, also where something else is in its place. @returns the name under which that was set aside, null if nothing was */
export function ensureFolder(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  // A link to a folder is one.
  const isOther = found !== undefined && !isFolder(path);
  const aside = isOther ? setAside(path) : null;
  mkdirSync(path, { recursive: true });
  return aside;
}

/** So that a file can be written there: a folder or a link that leads nowhere is set aside. @returns as above */
export function clearForFile(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined || found.isFile() ? null : setAside(path);
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
