import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { type Entry, open as openZip, type ZipFile } from "yauzl";
import { Failure } from "../../../contract/failure.ts";
import {
  type ArchivedFile,
  type ArchiveManifest,
  archiveFormat,
  archiveLimits,
  archiveManifest,
  archivePaths,
  archiveVersion,
  maxArchivedFiles,
} from "../../../contract/wire/archiveFormat.ts";
import { describeInvalid } from "../../failures/describeInvalid.ts";
import { parseJson } from "./parseJson.ts";

const number = (value: number) => value.toLocaleString("en");

/** What may stand in an archive: everything else is refused before a byte of it is read. */
const knownPath =
  /^(README\.txt|(manifest|experiment|origin|environment|data)\.json|runs\/\d{5,9}\/((run|series)\.json|(steps|values)\.npy|(geometry|log)\.ndjson|files\/(features|checkpoint-(0|[1-9]\d{0,9}))\.safetensors))$/;

const refuse = (why: string) => new Failure("INVALID", why);

/** A zip file whose names, sizes and hashes are those that its manifest states. Nothing of it is ever written under a name of its own. */
export class ZipArchive {
  readonly manifest: ArchiveManifest;
  private readonly zip: ZipFile;
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly stated: ReadonlyMap<string, ArchivedFile>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>, manifest: ArchiveManifest) {
    this.zip = zip;
    this.entries = entries;
    this.manifest = manifest;
    this.stated = new Map(manifest.files.map((file) => [file.path, file]));
  }

  /** @throws Failure INVALID with what is wrong */
  static async open(path: string, bytes: number): Promise<ZipArchive> {
    const zip = await openFile(path);
    try {
      const entries = await listEntries(zip, bytes);
      const entry = entries.get(archivePaths.manifest);
      if (!entry)
        throw refuse(
          `This zip file is not an archive of an experiment: it has no ${archivePaths.manifest}. Export one with “Archive” in the menu of an experiment.`,
        );
      const manifest = parseManifest(await readAll(zip, entry));
      compare(manifest, entries);
      return new ZipArchive(zip, entries, manifest);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  close(): void {
    this.zip.close();
  }

  has(path: string): boolean {
    return this.stated.has(path);
  }

  /** A file's bytes, piece by piece. @throws Failure INVALID at their end, unless they are those of the manifest */
  async *read(path: string): AsyncGenerator<Buffer> {
    const [entry, file] = [this.entries.get(path), this.stated.get(path)];
    if (!entry || !file) throw refuse(`The archive lacks ${path}.`);
    const hash = createHash("sha256");
    for await (const part of pieces(this.zip, entry)) {
      hash.update(part);
      yield part;
    }
    if (hash.digest("hex") !== file.sha256)
      throw refuse(`${path} in the archive has another sha256 than its manifest says: the archive is damaged or was changed.`);
  }

  /** A file that is one JSON text. @throws Failure INVALID */
  async readJson(path: string): Promise<unknown> {
    const file = this.stated.get(path);
    if (file && file.bytes > archiveLimits.jsonBytes)
      throw refuse(
        `${path} in the archive has ${number(file.bytes)} bytes; at most ${number(archiveLimits.jsonBytes)} are read.`,
      );
    const parts: Buffer[] = [];
    for await (const part of this.read(path)) parts.push(part);
    return parseJson(Buffer.concat(parts), path);
  }

  /** The lines of a file, each a JSON text. @throws Failure INVALID */
  async *readLines(path: string): AsyncGenerator<unknown> {
    let held: Buffer[] = [];
    let size = 0;
    let line = 0;
    for await (const part of this.read(path)) {
      let from = 0;
      for (let end = part.indexOf(10); end >= 0; end = part.indexOf(10, from)) {
        line++;
        yield parseJson(Buffer.concat([...held, part.subarray(from, end)]), `line ${line} of ${path}`);
        held = [];
        size = 0;
        from = end + 1;
      }
      held.push(part.subarray(from));
      size += part.length - from;
      if (size > archiveLimits.lineBytes)
        throw refuse(`Line ${line + 1} of ${path} in the archive is longer than ${number(archiveLimits.lineBytes)} bytes.`);
    }
    if (size > 0) throw refuse(`The last line of ${path} in the archive is cut off.`);
  }
}

function openFile(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) =>
    openZip(path, { lazyEntries: true, autoClose: false, strictFileNames: true }, (error, zip) =>
      error ? reject(refuse(`This is no zip file that can be read: ${error.message}.`)) : resolve(zip),
    ),
  );
}

/** @param bytes of the zip file: its parts must fit into it, each once */
function listEntries(zip: ZipFile, bytes: number): Promise<Map<string, Entry>> {
  if (zip.entryCount > maxArchivedFiles)
    throw refuse(
      `The archive has ${number(zip.entryCount)} files; at most ${number(archiveLimits.runs)} runs are imported at once.`,
    );
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>();
    let [packed, unpacked] = [0, 0];
    zip.on("error", (error: Error) => reject(refuse(`The list of files in the archive cannot be read: ${error.message}.`)));
    zip.on("end", () => resolve(entries));
    zip.on("entry", (entry: Entry) => {
      const name = String(entry.fileName);
      const shown = JSON.stringify(name.slice(0, 100));
      packed += entry.compressedSize;
      unpacked += entry.uncompressedSize;
      if (!knownPath.test(name)) reject(refuse(`The archive has a file ${shown}, which an archive of an experiment has not.`));
      else if (entries.has(name)) reject(refuse(`The archive has the file ${shown} twice.`));
      else if (entry.isEncrypted()) reject(refuse(`${shown} in the archive is encrypted.`));
      else if (packed > bytes) reject(refuse("Files in the archive overlap each other."));
      else if (unpacked > archiveLimits.unpackedBytes)
        reject(
          refuse(
            `Unpacked, the archive has more than the ${number(archiveLimits.unpackedBytes)} bytes that are imported at once.`,
          ),
        );
      else {
        entries.set(name, entry);
        zip.readEntry();
      }
    });
    zip.readEntry();
  });
}

async function* pieces(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  const wrong = (error: Error) => refuse(`${entry.fileName} in the archive cannot be unpacked: ${error.message}.`);
  const stream = await new Promise<Readable>((resolve, reject) =>
    zip.openReadStream(entry, (error, opened) => (error ? reject(wrong(error)) : resolve(opened))),
  );
  try {
    // yauzl ends it with an error as soon as it is longer than the entry says.
    for await (const part of stream) yield part as Buffer;
  } catch (error) {
    throw wrong(error as Error);
  } finally {
    stream.destroy();
  }
}

async function readAll(zip: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.uncompressedSize > archiveLimits.jsonBytes)
    throw refuse(
      `The manifest has ${number(entry.uncompressedSize)} bytes; at most ${number(archiveLimits.jsonBytes)} are read.`,
    );
  const parts: Buffer[] = [];
  for await (const part of pieces(zip, entry)) parts.push(part);
  return Buffer.concat(parts);
}

function parseManifest(bytes: Buffer): ArchiveManifest {
  const found = parseJson(bytes, archivePaths.manifest) as { format?: unknown; version?: unknown; program?: unknown } | null;
  if (typeof found !== "object" || found?.format !== archiveFormat)
    throw refuse(`The archive's manifest is not one of “${archiveFormat}”.`);
  if (typeof found.version === "number" && found.version > archiveVersion)
    throw refuse(
      `The archive has format ${found.version}, written by Collapsar ${String(found.program).slice(0, 40)}; this server reads formats up to ${archiveVersion}. Upgrade this server.`,
    );
  const { data, error } = archiveManifest.safeParse(found);
  if (error) throw refuse(`The archive's manifest is wrong: ${describeInvalid(error)}.`);
  return data;
}

/** The files of the manifest are there, in the sizes that it states, and no others. */
function compare({ files }: ArchiveManifest, entries: ReadonlyMap<string, Entry>): void {
  const stated = new Set<string>([archivePaths.manifest]);
  for (const { path, bytes } of files) {
    const entry = entries.get(path);
    if (stated.has(path)) throw refuse(`The archive's manifest names ${JSON.stringify(path)} twice.`);
    stated.add(path);
    if (!entry) throw refuse(`The archive lacks ${JSON.stringify(path)}, which its manifest names.`);
    if (entry.uncompressedSize !== bytes)
      throw refuse(`${path} in the archive has ${number(entry.uncompressedSize)} bytes; its manifest says ${number(bytes)}.`);
  }
  for (const name of entries.keys())
    if (!stated.has(name)) throw refuse(`The archive has ${name}, which its manifest does not name.`);
}
