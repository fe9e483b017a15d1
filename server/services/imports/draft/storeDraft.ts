import { randomUUID } from "node:crypto";
import type { ExternalRunConfig } from "../../../../contract/external/externalConfig.ts";
import { Failure } from "../../../../contract/failure.ts";
import { limits } from "../../../../contract/limits.ts";
import { parseSeriesKey } from "../../../../contract/metrics/seriesKey.ts";
import { noCounts } from "../../../../contract/status.ts";
import type { CarriedOut } from "../../../../contract/wire/imports.ts";
import type { Executor } from "../../../../db/database.ts";
import { insertAttemptSeries } from "../../../../db/queries/archives.ts";
import { insertAttempt, insertLogLines } from "../../../../db/queries/attempts.ts";
import { insertExperiment, lockExperiment, recountExperiment } from "../../../../db/queries/experiments.ts";
import { countOrdinals, findStudyByName, listPresentRuns, lockName } from "../../../../db/queries/externalRuns.ts";
import { insertRuns } from "../../../../db/queries/runs.ts";
import { encodePoints } from "../../../../db/seriesCodec.ts";
import { studyLock } from "../../external/externalIds.ts";
import { updateNc1History } from "../../summaries/refreshExperiment.ts";
import type { ImportWork } from "../importKind.ts";
import type { Draft } from "./draft.ts";
import { compareDraft, importedRunId, tooManyRuns } from "./planDraft.ts";
import type { SettledRun } from "./settleDraft.ts";

/** Points that are stored at once. */
const pointsAtOnce = 200_000;

/**
 * Stores a draft's runs that are not here yet, all of them or none.
 * @throws Failure INVALID with the first error of its plan
 */
export async function storeDraft(work: ImportWork, draft: Draft): Promise<CarriedOut> {
  const { context, person } = work;
  const { name, runs } = await compareDraft(work, draft);
  const error = draft.problems.list().find(({ level }) => level === "error");
  if (error) throw new Failure("INVALID", error.message);
  await context.database.requireRoom();
  const stored = await context.database.transaction(async (tx) => {
    await lockName(tx, studyLock(person, name));
    const found = await findStudyByName(tx, person.memberId, name);
    const isThere = found !== null && (await lockExperiment(tx, found)) !== null;
    const id = isThere ? found : randomUUID();
    if (!isThere)
      await insertExperiment(tx, {
        ...{ id, name, note: "", tags: [], kind: "external", counts: noCounts },
        config: { kind: "external", source: draft.source },
        launchedBy: context.shared ? person.name : null,
        launchedById: person.memberId,
      });
    const present = await listPresentRuns(
      tx,
      runs.map(({ runKey }) => importedRunId(id, runKey)),
    );
    const missing = runs.filter(({ runKey }) => !present.has(importedRunId(id, runKey)));
    const { count, last } = await countOrdinals(tx, id);
    if (count + missing.length > limits.gridRuns) throw new Failure("CONFLICT", tooManyRuns(name, count + missing.length));
    for (const [at, run] of missing.entries()) await insertRun(work, tx, draft, run, { id, ordinal: last + 1 + at });
    await updateNc1History(tx, id);
    await recountExperiment(tx, id, false);
    return { id, made: missing.length };
  });
  const { id, made } = stored;
  context.changes.listChanged("experiments");
  context.refreshSoon(id);
  return { experimentId: id, name, url: `${context.publicUrl}/e/${id}`, made, present: runs.length - made };
}

const outcomes = {
  finished: { code: "FINISHED", message: "" },
  failed: { code: "CRASHED", message: "It had failed where it was trained." },
  cancelled: { code: "CANCELLED", message: "It had been stopped where it was trained." },
} as const;

async function insertRun(
  { context }: ImportWork,
  tx: Executor,
  { source }: Draft,
  run: SettledRun,
  { id, ordinal }: { id: string; ordinal: number },
): Promise<void> {
  const runId = importedRunId(id, run.runKey);
  const outcome = outcomes[run.status];
  const [step, now] = [run.lastStep ?? 0, new Date()];
  const times = { startedAt: run.startedAt ?? now, endedAt: run.endedAt ?? now };
  await insertRuns(tx, [
    {
      ...{ id: runId, experimentId: id, ordinal, cell: runId, config: configOf(run) },
      ...{ status: run.status, attempt: 1, step, totalSteps: Math.max(1, step) },
      last: Object.fromEntries([...run.series].map(([key, { values }]) => [key, values.at(-1)!])),
      failure: outcome.code === "FINISHED" ? null : outcome,
      external: {
        ...{ source, runKey: run.runKey, isTotalKnown: true },
        client: { name: "Collapsar", version: context.version },
      },
      ...{ heardAt: now, queuedAt: times.startedAt, ...times },
    },
  ]);
  await insertAttempt(tx, {
    ...{ runId, number: 1, lease: "", workerId: null, workerName: null, lastSeq: 1, lastStep: run.lastStep, outcome },
    ...{ leasedAt: times.startedAt, ...times },
  });
  const text = `Imported. In the files it is called ${run.name}.`;
  await insertLogLines(tx, [{ runId, attempt: 1, seq: 1, at: now, level: "info", text }]);
  let piece: Parameters<typeof insertAttemptSeries>[2][number][] = [];
  let points = 0;
  for (const [key, series] of run.series) {
    piece.push({ key, attempt: 1, ...encodePoints(series) });
    points += series.steps.length;
    if (points < pointsAtOnce) continue;
    await insertAttemptSeries(tx, runId, piece);
    [piece, points] = [[], 0];
  }
  await insertAttemptSeries(tx, runId, piece);
}

/** Layers are counted as far as the series of measures that were named name them. */
function configOf({ values, series }: SettledRun): ExternalRunConfig {
  const layers = Math.max(0, ...[...series.keys()].map((key) => parseSeriesKey(key)?.layer ?? 0));
  return {
    kind: "external",
    values,
    ...(layers > 0 && { layers: Array.from({ length: layers }, (_, at) => `layer ${at + 1}`) }),
  };
}
