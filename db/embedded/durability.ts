import fs from "node:fs";
import { PGlite } from "@electric-sql/pglite";

/** The parts of Emscripten that stand between Postgres and the disk. */
interface DiskModule {
  FS: {
    isDir(mode: number): boolean;
    filesystems: { NODEFS: { stream_ops: { fsync?: (stream: Stream) => number }; realPath(node: Stream["node"]): string } };
  };
}
interface Stream {
  /** The file's number in Node. */
  nfd?: number;
  node: { mode: number };
}

/** Its log takes 16 MB at a time; what a checkpoint sets free is used anew up to some files, and the rest is removed. */
const smallLog = ["-c", "min_wal_size=32MB", "-c", "max_wal_size=64MB"];

/**
 * How Postgres is started: PGlite's own way, which forces nothing to the disk (-F), or with each commit forced before it is answered.
 * Of the ways to force, fsync alone passes through Emscripten.
 */
export const startParams = (durable: boolean): string[] => [
  ...PGlite.defaultStartParams.filter((param) => !durable || param !== "-F"),
  ...(durable ? ["-c", "wal_sync_method=fsync"] : []),
  ...smallLog,
];

/** Lets Postgres' fsync reach the disk: Emscripten's Node file system has none, and answers that all is well. */
export function forceWrites(db: PGlite): void {
  const { FS } = db.Module as unknown as DiskModule;
  const { NODEFS } = FS.filesystems;
  NODEFS.stream_ops.fsync = ({ nfd, node }) => {
    if (nfd !== undefined) fs.fsyncSync(nfd);
    else if (FS.isDir(node.mode)) syncFolder(NODEFS.realPath(node));
    return 0;
  };
}

function syncFolder(path: string): void {
  const folder = fs.openSync(path, "r");
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}
