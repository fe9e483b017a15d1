import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../contract/failure.ts";
import type { Artefact, Artefacts } from "./artefacts.ts";

const stored = /^(\d+)\.([0-9a-f]{64})\.(.+)$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Files in `<folder>/<run>/<attempt>.<sha256>.<name>`, for the server's user alone: a name says all that is known of a file, so there is
 * nothing that could disagree with it.
 * @param reserveBytes free space that is left to the database
 */
export function folderArtefacts(folder: string, reserveBytes: number): Artefacts {
  const folderOf = (runId: string) => {
    if (!uuid.test(runId)) throw new Error(`${runId} is not the id of a run`);
    return join(folder, runId);
  };
  const pathOf = ({ runId, attempt, sha256, name }: Omit<Artefact, "at">) =>
    join(folderOf(runId), `${attempt}.${sha256}.${name}`);
  const namesIn = async (runId: string) => (await readdir(folderOf(runId)).catch(() => [])).filter((name) => stored.test(name));

  return {
    async put(file, content) {
      const path = pathOf(file);
      await mkdir(folderOf(file.runId), { recursive: true, mode: 0o700 });
      await requireRoom(folder, file.bytes, reserveBytes);
      const temporary = join(folder, `${randomUUID()}.part`);
      try {
        await pipeline(poured(content, checked(file)), createWriteStream(temporary, { flags: "wx", mode: 0o600 }));
        await sync(temporary);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        if ((error as NodeJS.ErrnoException).code === "ENOSPC" || (error as NodeJS.ErrnoException).code === "EDQUOT")
          throw new Failure("DISK_FULL", `The server's disk is full: no room for ${file.bytes.toLocaleString("en")} bytes.`);
        throw error;
      }
      for (const name of await namesIn(file.runId)) {
        const [, attempt, sha256, of] = stored.exec(name)!;
        const isReplaced = Number(attempt) < file.attempt || (of === file.name && sha256 !== file.sha256);
        if (isReplaced) await rm(join(folderOf(file.runId), name), { force: true });
      }
    },
    get: (file) => createReadStream(pathOf(file)),
    async list(runId) {
      const files: Artefact[] = [];
      for (const entry of await namesIn(runId)) {
        const [, attempt, sha256, name] = stored.exec(entry) ?? [];
        if (sha256 === undefined || name === undefined) continue;
        const about = await stat(join(folderOf(runId), entry)).catch(() => null);
        if (about) files.push({ runId, attempt: Number(attempt), sha256, name, bytes: about.size, at: about.mtime });
      }
      const newest = Math.max(0, ...files.map((file) => file.attempt));
      return files
        .filter((file) => file.attempt === newest)
        .sort((a, b) => b.name.localeCompare(a.name, "en", { numeric: true }));
    },
    remove: (runId) => rm(folderOf(runId), { recursive: true, force: true }),
    async runs() {
      return (await readdir(folder).catch(() => [])).filter((name) => uuid.test(name));
    },
  };
}

/** Lets through exactly the bytes that were announced. */
function checked({ bytes, sha256 }: Pick<Artefact, "bytes" | "sha256">): Transform {
  const hash = createHash("sha256");
  let size = 0;
  const refuse = (what: string) => new Failure("INVALID", what);
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      size += part.length;
      hash.update(part);
      if (size > bytes) done(refuse(`More than the ${bytes} bytes that were announced.`));
      else done(null, part);
    },
    flush(done) {
      if (size < bytes) done(refuse(`Received ${size} of the ${bytes} bytes that were announced.`));
      else
        done(hash.digest("hex") === sha256 ? null : refuse("The sha256 of what was received is not the one that was announced."));
    },
  });
}

/** Pours one stream into another without ending the first when the second fails: it may be a request that is still to be answered. */
function poured(from: Readable, into: Transform): Transform {
  from.once("error", (error) => into.destroy(error));
  from.once("close", () => {
    if (!from.readableEnded) into.destroy(Object.assign(new Error("cut off"), { code: "ERR_STREAM_PREMATURE_CLOSE" }));
  });
  return from.pipe(into);
}

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

/** What a killed server left half written. */
export async function removeParts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith(".part")) await rm(join(folder, name), { force: true });
}
