import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const mark = ".set-aside-";
/** Of one folder; the oldest go. */
const maxKept = 5;

/**
 * Moves what cannot be used out of the way, whatever it is, under a name that says when; only the newest are kept.
 * @returns the new name @throws when the disk refuses
 */
export function setAside(path: string): string {
  const folder = dirname(path);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const before = asideIn(folder);
  // Within one second they are numbered on.
  const last = Math.max(0, ...before.filter((each) => each.stamp === stamp).map(({ n }) => n));
  const aside = `${path}${mark}${stamp}${last === 0 ? "" : `-${last + 1}`}`;
  renameSync(path, aside);
  for (const { name } of asideIn(folder).slice(0, -maxKept)) rmSync(join(folder, name), { recursive: true, force: true });
  return basename(aside);
}

/** What is set aside in a folder, the oldest first. */
function asideIn(folder: string): { name: string; stamp: string; n: number }[] {
  const found = readdirSync(folder).flatMap((name) => {
    const [, stamp, n = "1"] = /\.set-aside-(\d{8}T\d{6}Z)(?:-(\d+))?$/.exec(name) ?? [];
    return stamp === undefined ? [] : [{ name, stamp, n: Number(n) }];
  });
  return found.sort((a, b) => (a.stamp === b.stamp ? a.n - b.n : a.stamp < b.stamp ? -1 : 1));
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

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
