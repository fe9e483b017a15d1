import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure, isDiskFull } from "../../contract/failure.ts";
import {
  type Artefact,
  type ArtefactKey,
  type Artefacts,
  isRunFolder,
  markName,
  parseStoredName,
  requireRunId,
  storedName,
} from "./artefacts.ts";
import { checkedStream } from "./checkedStream.ts";

/**
 * Files in `<folder>/<run>/`, for the server's user alone. Several servers may share the folder.
 * @param reserveBytes free space that is left to others, such as the database
 */
export function folderArtefacts(folder: string, reserveBytes: number): Artefacts {
  const folderOf = (runId: string) => join(folder, requireRunId(runId));
  const pathOf = (file: ArtefactKey) => join(folderOf(file.runId), storedName(file));

  const place = `the folder ${folder}`;

  return {
    place,
    async put(file, content) {
      const path = pathOf(file);
      await mkdir(folderOf(file.runId), { recursive: true, mode: 0o700 });
      await requireRoom(folder, file.bytes, reserveBytes);
      const temporary = join(folder, `${randomUUID()}.part`);
      try {
        await pipeline(checkedStream(content, file), createWriteStream(temporary, { flags: "wx", mode: 0o600 }));
        await sync(temporary);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        if (isDiskFull(error))
          throw new Failure("DISK_FULL", `The server's disk is full: no room for ${file.bytes.toLocaleString("en")} bytes.`);
        throw error;
      }
    },
    async get(file, from = 0) {
      const handle = await open(pathOf(file), "r").catch((error) => {
        if (isMissing(error)) throw new Failure("NOT_FOUND", `The file is no longer in ${place}.`);
        throw error;
      });
      const found = await handle.stat();
      if (found.isFile() && found.size === file.bytes) return handle.createReadStream({ start: from });
      await handle.close();
      throw new Failure("NOT_FOUND", `The file in ${place} is damaged: it has ${found.size} bytes, not ${file.bytes}.`);
    },
    async list(runId) {
      const files: Artefact[] = [];
      for (const entry of await readdir(folderOf(runId)).catch(() => [])) {
        const about = parseStoredName(entry);
        const found = about && (await stat(join(folderOf(runId), entry)).catch(() => null));
        if (found) files.push({ runId, ...about, bytes: found.size, at: found.mtime });
      }
      return files;
    },
    remove: async (file) => rm(pathOf(file), { force: true }),
    removeRun: async (runId) => rm(folderOf(runId), { recursive: true, force: true }),
    async runs() {
      return (await readdir(folder).catch(() => [])).filter(isRunFolder);
    },
    async tidy(olderThanMs) {
      for (const name of await readdir(folder)) {
        if (!name.endsWith(".part")) continue;
        const found = await stat(join(folder, name)).catch(() => null);
        if (found && Date.now() - Math.floor(found.mtimeMs) >= olderThanMs) await rm(join(folder, name), { force: true });
      }
    },
    async readMark() {
      const text = await readFile(join(folder, markName), "utf8").catch((error) => {
        if (isMissing(error)) return null;
        throw error;
      });
      return text?.trim() || null;
    },
    async writeMark(mark) {
      const temporary = join(folder, `${randomUUID()}.part`);
      await writeFile(temporary, `${mark}\n`, { mode: 0o600 });
      await rename(temporary, join(folder, markName));
    },
  };
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT";

async function requireRoom(folder: string, bytes: number, reserveBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free - bytes >= reserveBytes) return;
  const mb = (n: number) => `${Math.round(n / 1e6).toLocaleString("en")} MB`;
  throw new Failure(
    "DISK_FULL",
    `The server's disk has ${mb(free)} free, of which ${mb(reserveBytes)} are reserved for the database: no room for ${mb(bytes)}. Free some, or lower COLLAPSAR_RESERVE_MB.`,
  );
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
