import { copyFileSync, linkSync } from "node:fs";

/** Gives a file a second name, or copies it on file systems without hard links. @throws if the disk cannot be written */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
