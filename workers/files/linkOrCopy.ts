import { copyFileSync, linkSync } from "node:fs";

/** Gives a file a second name: that costs nothing, but some file systems know none, and there it is copied. @throws if the disk cannot be written */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
