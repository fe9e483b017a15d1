import { createHash, randomInt, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure, isDiskFull } from "../../../contract/failure.ts";
import { waitingAboutName, waitingName } from "../../../contract/wire/artefactNames.ts";
import { importLimits } from "../../../contract/wire/imports.ts";
import { isVisible, storableText } from "../../../contract/wireText.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import type { UploadedFile } from "./uploadedFile.ts";

/**
 * Files wait for their import in the store that all servers share, each with a second one that says its name and whose it is, under an
 * id that no run has: what is never carried out is tidied away with the files of runs that are gone.
 */
const bytesText = (bytes: number) => `${bytes.toLocaleString("en")} bytes`;

interface About {
  name: string;
  owner: string;
}
interface Waiting extends About {
  /** Of the file in the store. */
  attempt: number;
  bytes: number;
  sha256: string;
}

const ownerOf = (person: Person): string => person.memberId ?? "owner";

/** @throws Failure INVALID for a name that shows nothing */
function checkedName(name: string): string {
  const kept = storableText(name.replace(/\p{C}/gu, ""), importLimits.fileNameLength);
  if (!isVisible(kept)) throw new Failure("INVALID", "A file needs a name: send it as ?name=runs.csv.");
  return kept;
}

/**
 * Keeps a file that comes, of a new import or one more of an import that waits, and works with all files of it.
 * @throws Failure NOT_FOUND, INVALID where there are too many bytes or files, DISK_FULL
 */
export async function receiveFile<T>(
  context: ServiceContext,
  person: Person,
  sent: { importId: string | undefined; name: string; content: AsyncIterable<Buffer>; only: boolean },
  work: (id: string, files: UploadedFile[]) => Promise<T>,
): Promise<T> {
  const name = checkedName(sent.name);
  const before = sent.importId === undefined ? [] : await listWaiting(context, person, sent.importId);
  if (before.length >= importLimits.files)
    throw new Failure("INVALID", `An import takes at most ${importLimits.files.toLocaleString("en")} files.`);
  if (before.some((file) => file.name === name))
    throw new Failure("CONFLICT", `A file named ${name} was sent to this import already.`);
  const room = Math.min(importLimits.fileBytes, importLimits.bytes - before.reduce((sum, { bytes }) => sum + bytes, 0));
  const id = sent.importId ?? randomUUID();
  return inScratch(async (folder) => {
    const path = join(folder, "received");
    const { bytes, sha256 } = await keep(sent.content, path, name, room);
    if (bytes === 0) throw new Failure("INVALID", `${name} is empty.`);
    const attempt = randomInt(1, 2 ** 47);
    // The data first: a file that is said to be there is.
    await context.artefacts.put({ runId: id, attempt, name: waitingName, bytes, sha256 }, createReadStream(path));
    const about = Buffer.from(JSON.stringify({ name, owner: ownerOf(person) } satisfies About));
    const aboutSum = createHash("sha256").update(about).digest("hex");
    await context.artefacts.put(
      { runId: id, attempt, name: waitingAboutName, bytes: about.length, sha256: aboutSum },
      Readable.from([about]),
    );
    const others = sent.only ? [] : await fetchFiles(context, id, before, folder);
    return work(id, inOrder([...others, { name, path, bytes }]));
  });
}

/** Works with the files of an import that waits. @throws Failure NOT_FOUND */
export async function withFiles<T>(
  context: ServiceContext,
  person: Person,
  id: string,
  work: (files: UploadedFile[]) => Promise<T>,
): Promise<T> {
  const waiting = await listWaiting(context, person, id);
  return inScratch(async (folder) => work(inOrder(await fetchFiles(context, id, waiting, folder))));
}

/** Throws the files of an import away. @throws Failure NOT_FOUND */
export async function dropFiles(context: ServiceContext, person: Person, id: string): Promise<void> {
  await listWaiting(context, person, id);
  await context.artefacts.removeRun(id);
}

const inOrder = (files: UploadedFile[]) => files.sort((a, b) => (a.name < b.name ? -1 : 1));

/** What waits under an id: someone else's looks as if there were none. */
async function listWaiting(context: ServiceContext, person: Person, id: string): Promise<Waiting[]> {
  const found: Waiting[] = [];
  const stored = await context.artefacts.list(id);
  for (const file of stored.filter(({ name }) => name === waitingAboutName)) {
    const about = (await readAbout(context, file)) as About;
    const data = stored.find(({ attempt, name }) => attempt === file.attempt && name === waitingName);
    if (data && about.owner === ownerOf(person))
      found.push({ ...about, attempt: data.attempt, bytes: data.bytes, sha256: data.sha256 });
  }
  if (found.length > 0) return found;
  throw new Failure(
    "NOT_FOUND",
    "There are no files of such an import: they were imported, or thrown away since they waited too long. Send them again.",
  );
}

async function readAbout({ artefacts }: ServiceContext, file: Parameters<ServiceContext["artefacts"]["get"]>[0]) {
  const parts: Buffer[] = [];
  for await (const part of await artefacts.get(file)) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as unknown;
}

async function fetchFiles(
  { artefacts }: ServiceContext,
  id: string,
  waiting: Waiting[],
  folder: string,
): Promise<UploadedFile[]> {
  const files: UploadedFile[] = [];
  for (const [at, { name, attempt, bytes, sha256 }] of waiting.entries()) {
    const path = join(folder, String(at));
    const content = await artefacts.get({ runId: id, attempt, name: waitingName, bytes, sha256 });
    await keep(content as AsyncIterable<Buffer>, path, name, bytes);
    files.push({ name, path, bytes });
  }
  return files;
}

async function keep(content: AsyncIterable<Buffer>, path: string, name: string, room: number) {
  const hash = createHash("sha256");
  let bytes = 0;
  const bounded = new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      hash.update(part);
      if (bytes <= room) done(null, part);
      else
        done(
          new Failure(
            "INVALID",
            `${name} is too large: a file may have at most ${bytesText(importLimits.fileBytes)}, all files of an import ${bytesText(importLimits.bytes)}.`,
          ),
        );
    },
  });
  await pipeline(content, bounded, createWriteStream(path, { flags: "wx", mode: 0o600 })).catch((error) => {
    if (isDiskFull(error)) throw new Failure("DISK_FULL", `The server has no room for ${name} while it is read.`);
    throw error;
  });
  return { bytes, sha256: hash.digest("hex") };
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "collapsar-import-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
