import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isExternalConfig } from "../../../contract/external/externalConfig.ts";
import { Failure, isDiskFull } from "../../../contract/failure.ts";
import { packKey } from "../../../contract/pack/packKey.ts";
import { isTerminal, noCounts } from "../../../contract/status.ts";
import { type ArchiveSummary, archiveLimits, type Provenance } from "../../../contract/wire/archiveFormat.ts";
import type { Executor } from "../../../db/database.ts";
import { insertAttemptSeries, listCopies } from "../../../db/queries/archives.ts";
import { insertAttempt, insertCheckpoints, insertGeometry, insertLogLines } from "../../../db/queries/attempts.ts";
import { insertExperiment, recountExperiment } from "../../../db/queries/experiments.ts";
import { recordFile } from "../../../db/queries/runFiles.ts";
import { insertRuns } from "../../../db/queries/runs.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { cellDigest } from "../experiments/makeRuns.ts";
import { removeRunFiles } from "../files/removeRunFiles.ts";
import { updateNc1History } from "../summaries/refreshExperiment.ts";
import { nameMates } from "./exportRunFiles.ts";
import {
  type ArchiveCounts,
  type ArchiveHead,
  type ArchiveRun,
  checkArchive,
  readFileOf,
  readGeometryOf,
  readHead,
  readLogOf,
  readRun,
  readSeriesOf,
} from "./readArchive.ts";
import { ZipArchive } from "./ZipArchive.ts";

/** Series, snapshots and lines that are stored at once. */
const seriesBytes = 4e6;
const snapshotsAtOnce = 10;
const linesAtOnce = 1_000;

/** What an archive would make, without making it. @throws Failure INVALID */
export const inspectArchive = (context: ServiceContext, content: AsyncIterable<Buffer>): Promise<ArchiveSummary> =>
  withArchive(content, async (archive) => {
    const head = await readHead(archive);
    return summarize(context, archive, head, await checkArchive(archive, head));
  });

/**
 * Stores the experiment of an archive under ids of its own, whole or not at all.
 * @throws Failure INVALID, DISK_FULL, UNAVAILABLE
 */
export function importArchive(
  context: ServiceContext,
  person: Person,
  content: AsyncIterable<Buffer>,
): Promise<ArchiveSummary & { id: string }> {
  return withArchive(content, async (archive) => {
    const head = await readHead(archive);
    const counts = await checkArchive(archive, head);
    const summary = await summarize(context, archive, head, counts);
    await context.database.requireRoom();
    const id = randomUUID();
    const ids = new Map(head.origin.runs.map((run) => [run.id, randomUUID() as string]));
    try {
      if (counts.files > 0) await storeFiles(context, archive, head, ids);
      await context.database.transaction(async (tx) => {
        await insertHead(context, person, tx, { id, archive, head, counts });
        for (const { ordinal, id: earlier } of head.origin.runs)
          await insertRun(tx, archive, await readRun(archive, ordinal), { id, runId: ids.get(earlier)!, ids });
        await updateNc1History(tx, id);
        await recountExperiment(tx, id, false);
      });
    } catch (error) {
      if (counts.files > 0) for (const runId of ids.values()) await removeRunFiles(context, runId);
      throw error;
    }
    context.changes.listChanged("experiments");
    return { ...summary, id };
  });
}

/** Keeps what comes in a file of its own until it has been read. */
async function withArchive<T>(content: AsyncIterable<Buffer>, work: (archive: ZipArchive) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "collapsar-archive-"));
  try {
    const path = join(folder, "archive.zip");
    let bytes = 0;
    const bounded = new Transform({
      transform(part: Buffer, _encoding, done) {
        bytes += part.length;
        if (bytes <= archiveLimits.bytes) done(null, part);
        else done(new Failure("INVALID", `An archive may have at most ${archiveLimits.bytes.toLocaleString("en")} bytes.`));
      },
    });
    await pipeline(content, bounded, createWriteStream(path, { flags: "wx", mode: 0o600 })).catch((error) => {
      if (isDiskFull(error)) throw new Failure("DISK_FULL", "The server has no room for the archive while it is read.");
      throw error;
    });
    const archive = await ZipArchive.open(path, (await stat(path)).size);
    try {
      return await work(archive);
    } finally {
      archive.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function summarize(
  context: ServiceContext,
  { manifest }: ZipArchive,
  { experiment, origin }: ArchiveHead,
  counts: ArchiveCounts,
): Promise<ArchiveSummary> {
  const { experimentId, server, program, exportedAt } = origin;
  const copies = await listCopies(context.database.orm, { experimentId, content: manifest.content });
  return {
    name: experiment.name,
    runs: manifest.runs,
    ...counts,
    namesHidden: manifest.namesHidden,
    origin: { experimentId, server, program, exportedAt },
    duplicates: copies.map(({ id, name, isSame }) => ({ id, name, same: isSame ? "content" : "experiment" })),
  };
}

/** Files go to the store first: once the rows are there, so are they. */
async function storeFiles(context: ServiceContext, archive: ZipArchive, { origin }: ArchiveHead, ids: Map<string, string>) {
  for (const { ordinal, id } of origin.runs) {
    const { run } = await readRun(archive, ordinal);
    for (const file of run.files) {
      if (file.bytes > context.maxArtefactBytes)
        throw new Failure(
          "INVALID",
          `${file.path} in the archive has ${file.bytes.toLocaleString("en")} bytes; the server keeps files of at most ${context.maxArtefactBytes.toLocaleString("en")} (COLLAPSAR_ARTEFACT_MB).`,
        );
      const { attempt, name, bytes, sha256 } = file;
      await context.artefacts.put(
        { runId: ids.get(id)!, attempt, name, bytes, sha256 },
        Readable.from(readFileOf(archive, file), { objectMode: false }),
      );
    }
  }
}

interface Imported {
  id: string;
  archive: ZipArchive;
  head: ArchiveHead;
  counts: ArchiveCounts;
}

async function insertHead(context: ServiceContext, person: Person, tx: Executor, imported: Imported): Promise<void> {
  const { id, archive, head, counts } = imported;
  const { experiment, origin, machines } = head;
  const { name, note, tags, config, createdAt, launchedBy } = experiment;
  const { earlier, runs: _, ...from } = origin;
  const provenance: Provenance = {
    kind: "archive",
    origin: from,
    earlier,
    content: archive.manifest.content,
    importedAt: new Date().toISOString(),
    importedWith: context.version,
    importedBy: context.shared ? person.name : null,
    machines,
    unfinished: counts.unfinished,
  };
  await insertExperiment(tx, {
    ...{ id, name, note, tags, config, launchedBy, provenance },
    kind: isExternalConfig(config) ? "external" : "trained",
    createdAt: new Date(createdAt),
    launchedById: person.memberId,
    counts: noCounts,
  });
}

const date = (text: string | null) => (text === null ? null : new Date(text));

async function insertRun(
  tx: Executor,
  archive: ZipArchive,
  one: ArchiveRun,
  { id, runId, ids }: { id: string; runId: string; ids: ReadonlyMap<string, string> },
): Promise<void> {
  const { attempts, checkpoints, files, queuedAt, startedAt, endedAt, heardAt, external, ...run } = one.run;
  const ended = isTerminal(run.status);
  await insertRuns(tx, [
    {
      ...run,
      ...(!ended && {
        status: "cancelled" as const,
        failure: { code: "CANCELLED" as const, message: `It was ${run.status} when it was archived.` },
      }),
      ...{ id: runId, experimentId: id },
      // Elsewhere two runs of one config may have been trained.
      ...(isExternalConfig(run.config)
        ? { cell: runId, external, heardAt: date(heardAt ?? null) }
        : { cell: cellDigest(run.config), packKey: packKey(run.config) }),
      queuedAt: new Date(queuedAt),
      startedAt: date(startedAt),
      endedAt: date(endedAt) ?? (ended ? null : new Date()),
    },
  ]);
  for (const { leasedAt, started, ...attempt } of attempts)
    await insertAttempt(tx, {
      ...attempt,
      ...{ runId, lease: "", started: started && nameMates(started, ids) },
      leasedAt: new Date(leasedAt),
      startedAt: date(attempt.startedAt),
      endedAt: date(attempt.endedAt),
    });
  for await (const series of inPieces(readSeriesOf(archive, one), seriesBytes, ({ steps }) => 3 * steps.length))
    await insertAttemptSeries(tx, runId, series);
  for await (const rows of inPieces(readGeometryOf(archive, one), snapshotsAtOnce))
    await insertGeometry(
      tx,
      rows.map((row) => ({ ...row, runId, step: row.snapshot.step })),
    );
  for await (const rows of inPieces(readLogOf(archive, one), linesAtOnce))
    await insertLogLines(
      tx,
      rows.map((row) => ({ ...row, runId, at: new Date(row.at) })),
    );
  for await (const rows of inPieces(checkpoints, linesAtOnce))
    await insertCheckpoints(
      tx,
      rows.map((row) => ({ ...row, runId, at: new Date(row.at) })),
    );
  for (const { path: _, at, ...file } of files) await recordFile(tx, { ...file, runId, at: new Date(at) });
}

/** Items in lists whose sizes add up to about so much. */
async function* inPieces<T>(items: AsyncIterable<T> | Iterable<T>, most: number, sizeOf: (item: T) => number = () => 1) {
  let piece: T[] = [];
  let size = 0;
  for await (const item of items) {
    piece.push(item);
    size += sizeOf(item);
    if (size < most) continue;
    yield piece;
    piece = [];
    size = 0;
  }
  if (piece.length > 0) yield piece;
}
