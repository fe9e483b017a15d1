import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isExternalConfig } from "../../../contract/external/externalConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import { attemptCutoffs } from "../../../contract/metrics/attemptCutoffs.ts";
import { isListKey } from "../../../contract/metrics/seriesKey.ts";
import { isTerminal } from "../../../contract/status.ts";
import {
  type ArchivedExperiment,
  type ArchivedMachine,
  type ArchivedRun,
  type ArchivedSeries,
  type ArchiveOrigin,
  archivedEnvironment,
  archivedExperiment,
  archivedGeometry,
  archivedLogLine,
  archivedRun,
  archivedSeries,
  archiveLimits,
  archiveOrigin,
  archivePaths,
  type runFileNames,
  runFolderOf,
} from "../../../contract/wire/archiveFormat.ts";
import type { AttemptSeries } from "../../../db/queries/archives.ts";
import { describeInvalid } from "../../failures/describeInvalid.ts";
import { toCheckpoint } from "./checkpointTensors.ts";
import { contentOf } from "./contentOf.ts";
import { DataOfRuns } from "./DataOfRuns.ts";
import { countThrough, maxNpyHead, type NpyType, npyWidth, readNpyHead } from "./npy.ts";
import type { ZipArchive } from "./ZipArchive.ts";

const refuse = (why: string) => new Failure("INVALID", why);

/** One of the schemas of contract/. */
interface Schema<T> {
  safeParse(value: unknown): { data?: T; error?: Parameters<typeof describeInvalid>[0] };
}

/** @throws Failure INVALID naming the file and the place in it */
function check<T>(schema: Schema<T>, value: unknown, path: string): T {
  const { data, error } = schema.safeParse(value);
  if (error) throw refuse(`${path} in the archive: ${describeInvalid(error)}.`);
  return data as T;
}

/** What an archive says of its experiment, runs apart. */
export interface ArchiveHead {
  experiment: ArchivedExperiment;
  origin: ArchiveOrigin & { earlier: ArchiveOrigin[]; runs: { ordinal: number; id: string }[] };
  machines: ArchivedMachine[];
}

export async function readHead(archive: ZipArchive): Promise<ArchiveHead> {
  const { manifest } = archive;
  const read = async <T>(schema: Schema<T>, path: string) => check(schema, await archive.readJson(path), path);
  const experiment = await read(archivedExperiment, archivePaths.experiment);
  const origin = await read(archiveOrigin, archivePaths.origin);
  const { machines } = await read(archivedEnvironment, archivePaths.environment);
  if (manifest.content !== contentOf(manifest.files))
    throw refuse("The archive's manifest states another digest of its content than its own list of files has.");
  if (origin.runs.length !== manifest.runs || new Set(origin.runs.map(({ ordinal }) => ordinal)).size !== manifest.runs)
    throw refuse(`The archive's manifest says ${manifest.runs} runs; ${archivePaths.origin} names ${origin.runs.length}.`);
  const folders = new Set(origin.runs.map(({ ordinal }) => runFolderOf(ordinal)));
  for (const { path } of manifest.files) {
    const [top, folder] = path.split("/");
    if (top === "runs" && !folders.has(`runs/${folder}`))
      throw refuse(`The archive has ${path}, which belongs to none of its runs.`);
  }
  return { experiment, origin, machines };
}

/** One run of an archive, its series and lines still to be read. */
export interface ArchiveRun {
  run: ArchivedRun;
  index: ArchivedSeries;
  folder: string;
}

export async function readRun(archive: ZipArchive, ordinal: number): Promise<ArchiveRun> {
  const folder = runFolderOf(ordinal);
  const path = (name: (typeof runFileNames)[number]) => `${folder}/${name}`;
  const run = check(archivedRun, await archive.readJson(path("run.json")), path("run.json"));
  if (run.ordinal !== ordinal) throw refuse(`${path("run.json")} in the archive is of run ${run.ordinal}.`);
  const numbers = new Set(run.attempts.map(({ number }) => number));
  if (numbers.size !== run.attempts.length) throw refuse(`${path("run.json")} in the archive has an attempt twice.`);
  if (run.attempt !== 0 && !numbers.has(run.attempt))
    throw refuse(`${path("run.json")} in the archive has no attempt ${run.attempt}, which is its last.`);
  const stated = new Set(run.files.map((file) => file.path));
  for (const file of archive.manifest.files)
    if (file.path.startsWith(`${folder}/files/`) && !stated.has(file.path))
      throw refuse(`The archive has ${file.path}, which ${path("run.json")} does not name.`);
  for (const file of run.files) {
    if (file.path !== `${folder}/files/${file.name.replace(/\.ckpt$/, ".safetensors")}` || !archive.has(file.path))
      throw refuse(`${path("run.json")} in the archive names a file ${JSON.stringify(file.path)} that is not there.`);
    if (!numbers.has(file.attempt)) throw refuse(`${file.path} in the archive is of an attempt that is not there.`);
  }
  for (const one of run.checkpoints)
    if (!numbers.has(one.attempt)) throw refuse(`${path("run.json")} in the archive has a checkpoint of no attempt.`);
  const index = check(archivedSeries, await archive.readJson(path("series.json")), path("series.json"));
  let at = 0;
  const seen = new Set<string>();
  for (const { key, attempt, from, count } of index) {
    const name = `${attempt} ${key}`;
    if (from !== at)
      throw refuse(`${path("series.json")} in the archive: ${key} begins at ${from}, and the points before it end at ${at}.`);
    if (seen.has(name)) throw refuse(`${path("series.json")} in the archive has ${key} of attempt ${attempt} twice.`);
    if (!numbers.has(attempt))
      throw refuse(`${path("series.json")} in the archive: ${key} is of attempt ${attempt}, which is not there.`);
    seen.add(name);
    at += count;
  }
  if (at > archiveLimits.pointsOfRun)
    throw refuse(`Run ${ordinal + 1} has ${at} points; at most ${archiveLimits.pointsOfRun} of one run are imported.`);
  return { run, index, folder };
}

/** The series of a run, one after the other, every number of them looked at. @throws Failure INVALID */
export async function* readSeriesOf(archive: ZipArchive, { run, index, folder }: ArchiveRun): AsyncGenerator<AttemptSeries> {
  const total = index.reduce((sum, { count }) => sum + count, 0);
  const cutoffs = attemptCutoffs(run.attempts);
  const steps = arrayOf(archive, `${folder}/steps.npy`, "<i4", total);
  const values = arrayOf(archive, `${folder}/values.npy`, "<f8", total);
  for (const { key, attempt, count, valid } of index) {
    const one = { key, attempt, steps: await steps.take(count), values: await values.take(count) };
    for (let i = 0, before = 0; i < count; i++) {
      const step = one.steps.readInt32LE(4 * i);
      const value = one.values.readDoubleLE(8 * i);
      if (step < before) throw refuse(`${folder}/steps.npy in the archive: step ${step} of ${key} follows step ${before}.`);
      // A number of a list that does not exist.
      if (!Number.isFinite(value) && !(Number.isNaN(value) && isListKey(key)))
        throw refuse(`${folder}/values.npy in the archive: ${key} is ${value} at step ${step}; only finite numbers are stored.`);
      before = step;
    }
    if (countThrough(one.steps, cutoffs.get(attempt)) !== valid)
      throw refuse(
        `${folder}/series.json in the archive: ${valid} points of ${key} are to count, which its attempts do not say.`,
      );
    yield one;
  }
  await steps.end();
  await values.end();
}

/** An array that is read from its beginning to its end. */
function arrayOf(archive: ZipArchive, path: string, type: NpyType, total: number) {
  const reader = archive.read(path);
  let parts: Buffer[] = [];
  let held = 0;
  let begun = false;
  const gather = async (bytes: number): Promise<Buffer> => {
    while (held < bytes) {
      const { value, done } = await reader.next();
      if (done) break;
      parts.push(value);
      held += value.length;
    }
    const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    parts = [all];
    return all;
  };
  const drop = (all: Buffer, bytes: number) => {
    parts = [all.subarray(bytes)];
    held = all.length - bytes;
  };
  const begin = async () => {
    begun = true;
    const start = await gather(maxNpyHead);
    const { bytes, count } = readNpyHead(start, type, path);
    if (count !== total) throw refuse(`${path} in the archive has ${count} numbers; its series have ${total} points.`);
    drop(start, bytes);
  };
  return {
    async take(count: number): Promise<Buffer> {
      if (!begun) await begin();
      const bytes = count * npyWidth[type];
      const all = await gather(bytes);
      if (all.length < bytes) throw refuse(`${path} in the archive is cut off.`);
      drop(all, bytes);
      return all.subarray(0, bytes);
    },
    async end(): Promise<void> {
      if (!begun) await begin();
      const rest = await gather(1);
      if (rest.length > 0) throw refuse(`${path} in the archive is longer than its head says.`);
    },
  };
}

const ofAttempt = ({ run }: ArchiveRun) => new Set(run.attempts.map(({ number }) => number));

export async function* readGeometryOf(archive: ZipArchive, one: ArchiveRun) {
  yield* readRows(archive, one, "geometry.ndjson", archivedGeometry);
}
export async function* readLogOf(archive: ZipArchive, one: ArchiveRun) {
  yield* readRows(archive, one, "log.ndjson", archivedLogLine);
}

async function* readRows<T extends { attempt: number; seq: number }>(
  archive: ZipArchive,
  one: ArchiveRun,
  name: string,
  schema: Schema<T>,
): AsyncGenerator<T> {
  const path = `${one.folder}/${name}`;
  const attempts = ofAttempt(one);
  let [before, line] = [{ attempt: 0, seq: 0 }, 0];
  for await (const found of archive.readLines(path)) {
    const row = check(schema, found, `line ${++line} of ${path}`);
    if (!attempts.has(row.attempt)) throw refuse(`Line ${line} of ${path} in the archive is of an attempt that is not there.`);
    if (row.attempt < before.attempt || (row.attempt === before.attempt && row.seq <= before.seq))
      throw refuse(`Line ${line} of ${path} in the archive does not follow the one before it.`);
    before = row;
    yield row;
  }
}

/** A file of a run as the program keeps it. */
export const readFileOf = (archive: ZipArchive, { path, name }: ArchivedRun["files"][number]): AsyncGenerator<Buffer> =>
  name.endsWith(".ckpt") ? toCheckpoint(archive.read(path)) : archive.read(path);

export interface ArchiveCounts {
  points: number;
  snapshots: number;
  logLines: number;
  files: number;
  unfinished: number;
}

/** Reads an archive from its beginning to its end, and keeps nothing. @throws Failure INVALID for whatever could not be imported */
export async function checkArchive(archive: ZipArchive, { experiment, origin }: ArchiveHead): Promise<ArchiveCounts> {
  const counts: ArchiveCounts = { points: 0, snapshots: 0, logLines: 0, files: 0, unfinished: 0 };
  const cells = new Map<string, number>();
  const data = new DataOfRuns();
  for (const { ordinal } of origin.runs) {
    const one = await readRun(archive, ordinal);
    const isOutside = isExternalConfig(one.run.config);
    if (isOutside !== isExternalConfig(experiment.config) || isOutside !== (one.run.external !== undefined))
      throw refuse(
        `Run ${ordinal + 1} of the archive was trained elsewhere, or its experiment was: both must say so, or neither.`,
      );
    const cell = JSON.stringify(isOutside ? ordinal : one.run.config);
    const other = cells.get(cell);
    if (other !== undefined) throw refuse(`Runs ${other + 1} and ${ordinal + 1} of the archive have the same config.`);
    cells.set(cell, ordinal);
    data.add(one.run);
    if (!isTerminal(one.run.status)) counts.unfinished++;
    for await (const { steps } of readSeriesOf(archive, one)) counts.points += steps.length / 4;
    for await (const _ of readGeometryOf(archive, one)) counts.snapshots++;
    for await (const _ of readLogOf(archive, one)) counts.logLines++;
    for (const file of one.run.files) {
      let bytes = 0;
      const hash = createHash("sha256");
      for await (const part of readFileOf(archive, file)) {
        bytes += part.length;
        hash.update(part);
      }
      if (bytes !== file.bytes) throw refuse(`${file.path} in the archive gives a file of ${bytes} bytes, not ${file.bytes}.`);
      if (hash.digest("hex") !== file.sha256)
        throw refuse(`${file.path} in the archive gives a file with another sha256 than its run states.`);
      counts.files++;
    }
  }
  if (!isDeepStrictEqual(await archive.readJson(archivePaths.data), data.list()))
    throw refuse(`${archivePaths.data} in the archive names other data than its runs.`);
  for await (const _ of archive.read(archivePaths.readme));
  return counts;
}
