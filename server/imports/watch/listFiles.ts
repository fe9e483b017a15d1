import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isFeatureFile } from "../features/readFile.ts";

/** Levels of folders, and files, that are looked at. */
const bounds = { depth: 8, files: 20_000 } as const;

export interface FoundFile {
  /** Below the watched folder, with "/": "study/run/H_ep1.npy". */
  name: string;
  path: string;
  /** Changes whenever the file does. */
  mark: string;
  empty: boolean;
}

/**
 * Files of features below a folder, in the order of their names. Links are not followed, hidden files and what is still being written
 * (*.tmp, *.part) are none.
 * @returns null where the folder cannot be read
 */
export async function listFiles(folder: string): Promise<{ files: FoundFile[]; tooMany: boolean } | null> {
  const files: FoundFile[] = [];
  let tooMany = false;
  const walk = async (path: string, before: string, depth: number): Promise<boolean> => {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
    if (entries === null) return false;
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      const [own, name] = [join(path, entry.name), before === "" ? entry.name : `${before}/${entry.name}`];
      if (entry.isDirectory()) {
        if (depth < bounds.depth) await walk(own, name, depth + 1);
      } else if (entry.isFile() && isFeatureFile(entry.name)) {
        const about = await lstat(own).catch(() => null);
        if (about === null) continue;
        if (files.length === bounds.files) {
          tooMany = true;
          return true;
        }
        files.push({ name, path: own, mark: `${about.size}:${about.mtimeMs}`, empty: about.size === 0 });
      }
    }
    return true;
  };
  return (await walk(folder, "", 1)) ? { files, tooMany } : null;
}
