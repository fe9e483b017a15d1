import type { Readable } from "node:stream";
import { runConfig } from "../../../contract/config/runConfig.ts";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { attemptCutoffs } from "../../../contract/metrics/attemptCutoffs.ts";
import {
  type ArchivedFileKind,
  type ArchivedRun,
  type ArchivedSeries,
  archivedRun,
  runFolderOf,
} from "../../../contract/wire/archiveFormat.ts";
import { featuresName, isResumeName } from "../../../contract/wire/artefactNames.ts";
import type { StartedEvent } from "../../../contract/wire/runEvents.ts";
import { countAttemptSeries, eachLogLine, eachSnapshot, readAttemptSeries } from "../../../db/queries/archives.ts";
import { listAttempts, listCheckpoints, type StoredAttempt } from "../../../db/queries/attempts.ts";
import type { StoredRun } from "../../../db/queries/runs.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { hideNamesInAttempt } from "../reading/hideNames.ts";
import { listShownFiles } from "../runs/readArtefacts.ts";
import { toAttemptView } from "../runs/runViews.ts";
import type { ArchiveWriter } from "./ArchiveWriter.ts";
import { toSafetensors } from "./checkpointTensors.ts";
import { countThrough, npyHead } from "./npy.ts";

/** Series that are in memory at once. */
const seriesPerRead = 32;

interface Asked {
  kinds: readonly ArchivedFileKind[];
  /** Ids of the runs that may be named, and what each is called. */
  mates: ReadonlyMap<string, string>;
}

/** Adds the files of one run, as its reader may see it. */
export async function addRun(
  context: ServiceContext,
  reader: Reader,
  writer: ArchiveWriter,
  run: StoredRun,
  { kinds, mates }: Asked,
): Promise<void> {
  const { orm } = context.database;
  const folder = runFolderOf(run.ordinal);
  const json = (name: string, value: unknown) => writer.add(`${folder}/${name}`, [`${JSON.stringify(value)}\n`]);
  const attempts = await listAttempts(orm, run.id);
  const files = (await listShownFiles(context, reader, run.id)).filter(
    ({ name }) => !isResumeName(name) && kinds.includes(name === featuresName ? "features" : "checkpoints"),
  );
  const mayName = reader.experimentId === null ? mates : new Map<string, string>();
  const described: Record<keyof ArchivedRun, unknown> = {
    ordinal: run.ordinal,
    config: isExternal(run) ? run.config : runConfig.parse(run.config),
    external: run.external ?? undefined,
    heardAt: iso(run.heardAt) ?? undefined,
    status: run.status,
    attempt: run.attempt,
    failedAttempts: run.failedAttempts,
    step: run.step,
    totalSteps: run.totalSteps,
    stepMs: run.stepMs,
    measureMs: run.measureMs,
    last: run.last,
    missing: run.missing,
    optimum: run.optimum,
    dataset: run.dataset,
    evaluation: run.evaluation,
    failure: run.failure,
    gaps: run.gaps,
    workerName: run.workerName,
    queuedAt: run.queuedAt.toISOString(),
    startedAt: iso(run.startedAt),
    endedAt: iso(run.endedAt),
    attempts: attempts.map((attempt) => describeAttempt(attempt, reader, mayName)),
    checkpoints: (await listCheckpoints(orm, run.id)).map(({ runId: _, at, ...one }) => ({ ...one, at: at.toISOString() })),
    files: files.map(({ attempt, name, bytes, sha256, at }) => ({
      ...{ attempt, name, bytes, sha256, at: at.toISOString() },
      path: pathOf(folder, name),
    })),
  };
  await json("run.json", archivedRun.parse(described));
  await addSeries(context, writer, folder, run.id, attempts);
  await writer.add(`${folder}/geometry.ndjson`, lines(eachSnapshot(orm, run.id)));
  await writer.add(`${folder}/log.ndjson`, reader.hideNames ? [] : lines(logOf(context, run.id)));
  for (const file of files) {
    const content = (await context.artefacts.get(file)) as AsyncIterable<Buffer> & Readable;
    const about = { run: run.id, experiment: run.experimentId };
    const isCheckpoint = file.name !== featuresName;
    await writer.add(pathOf(folder, file.name), isCheckpoint ? toSafetensors(content, about) : content, { compress: false });
  }
}

const iso = (date: Date | null) => date?.toISOString() ?? null;

/** Checkpoints lie in an archive as tensors that other programs read. */
const pathOf = (folder: string, name: string) => `${folder}/files/${name.replace(/\.ckpt$/, ".safetensors")}`;

async function* lines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

async function* logOf(context: ServiceContext, runId: string) {
  for await (const { runId: _, at, ...line } of eachLogLine(context.database.orm, runId)) yield { ...line, at: at.toISOString() };
}

function describeAttempt(attempt: StoredAttempt, reader: Reader, mates: ReadonlyMap<string, string>) {
  const { number, lastSeq, lastStep, leasedAt, startedAt, endedAt, resumedFromStep } = attempt;
  const view = toAttemptView(attempt);
  const { workerName, outcome, started } = reader.hideNames ? hideNamesInAttempt(view) : view;
  return {
    ...{ number, workerName, lastSeq, lastStep, resumedFromStep },
    leasedAt: leasedAt.toISOString(),
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
    started: started && nameMates(started, mates),
    outcome,
  };
}

/** The runs that it was trained with, those of other experiments left out, and the one that it has grown from. */
export function nameMates(started: StartedEvent, names: ReadonlyMap<string, string>): StartedEvent {
  const { pack, grownFrom } = started;
  return {
    ...started,
    ...(pack && { pack: { ...pack, with: pack.with.flatMap((id) => names.get(id) ?? []) } }),
    // One that was deleted keeps its own name.
    ...(grownFrom && { grownFrom: { ...grownFrom, runId: names.get(grownFrom.runId) ?? grownFrom.runId } }),
  };
}

/** All points as two arrays, and where each series lies in them. */
async function addSeries(
  context: ServiceContext,
  writer: ArchiveWriter,
  folder: string,
  runId: string,
  attempts: readonly StoredAttempt[],
): Promise<void> {
  const { orm } = context.database;
  const counted = await countAttemptSeries(orm, runId);
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  const cutoffs = attemptCutoffs(attempts);
  const index: ArchivedSeries = [];
  const keys = [...new Set(counted.map(({ key }) => key))];
  async function* parts(of: "steps" | "values", width: number) {
    for (let at = 0; at < keys.length; at += seriesPerRead) {
      const some = keys.slice(at, at + seriesPerRead);
      const read = await readAttemptSeries(orm, runId, some);
      for (const { key, attempt, count } of counted.filter((one) => some.includes(one.key))) {
        const found = read.find((one) => one.key === key && one.attempt === attempt)?.[of];
        if (found === undefined || found.length < width * count)
          throw new Error(`points of ${key} of attempt ${attempt} were removed while the archive was written`);
        const bytes = found.subarray(0, width * count);
        if (of === "steps") {
          const from = (index.at(-1)?.from ?? 0) + (index.at(-1)?.count ?? 0);
          index.push({ key, attempt, from, count, valid: countThrough(bytes, cutoffs.get(attempt)) });
        }
        yield bytes;
      }
    }
  }
  async function* array(of: "steps" | "values") {
    yield npyHead(of === "steps" ? "<i4" : "<f8", total);
    yield* parts(of, of === "steps" ? 4 : 8);
  }
  await writer.add(`${folder}/steps.npy`, array("steps"));
  await writer.add(`${folder}/values.npy`, array("values"));
  await writer.add(`${folder}/series.json`, [`[${index.map((one) => `\n${JSON.stringify(one)}`).join(",")}\n]\n`]);
}
