import { execFileSync } from "node:child_process";
import { closeSync, cpSync, openSync, renameSync, rmdirSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A file system of its own, small enough to be filled. */
export class SmallDisk {
  readonly path: string;
  private readonly filler: string;

  constructor(path: string) {
    this.path = path;
    this.filler = join(path, ".filler");
  }

  /** Nothing more can be written. */
  fill(): void {
    const zeros = Buffer.alloc(1 << 20);
    const file = openSync(this.filler, "a");
    try {
      for (let size = zeros.length; size >= 512; ) {
        try {
          if (writeSync(file, zeros, 0, size) < size) size >>= 1;
        } catch {
          size >>= 1;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }
}

/** Mounts a file system in memory there. @returns null where that is not allowed: the disk is never full then */
export function mountDisk(path: string, megabytes: number): SmallDisk | null {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path], { stdio: "ignore" });
    return new SmallDisk(path);
  } catch {
    return null;
  }
}

/** Leaves the files where they are, on the ordinary disk. */
export function keepFiles(disk: SmallDisk): void {
  cpSync(disk.path, `${disk.path}-kept`, { recursive: true });
  unmountDisk(disk);
  rmdirSync(disk.path);
  renameSync(`${disk.path}-kept`, disk.path);
}

export function unmountDisk({ path }: SmallDisk): void {
  try {
    execFileSync("umount", ["-l", path], { stdio: "ignore" });
  } catch {}
}
