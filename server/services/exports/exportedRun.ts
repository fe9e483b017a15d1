import { resolveConfig } from "../../../contract/config/resolvedConfig.ts";
import { runConfig } from "../../../contract/config/runConfig.ts";
import { stateRunDefinition } from "../../../contract/config/statedDefinition.ts";
import { definitionsOf } from "../../../contract/metrics/metricDefinitions.ts";
import { isUnconverged, leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import { exportVersion } from "../../../contract/wire/exportFormat.ts";
import { listWarnings } from "../../../db/queries/attempts.ts";
import type { StoredExperiment } from "../../../db/queries/experiments.ts";
import type { TrainedRun } from "../../../db/queries/runs.ts";
import { listSeriesKeys, readSeries } from "../../../db/queries/series.ts";
import { keyPortions } from "../../../db/seriesLists.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { listReadableAttempts } from "../runs/listReadableAttempts.ts";
import { listArtefacts } from "../runs/readArtefacts.ts";
import { toRunRow } from "../runs/runViews.ts";

/** A file that is written while it is read from the database. */
export interface Export {
  name: string;
  pieces: AsyncIterable<string>;
}

export const exportHead = (context: ServiceContext) => ({
  version: exportVersion,
  program: context.version,
  exportedAt: new Date().toISOString(),
});

/** The text of an object without its closing brace, for more fields to follow. */
export const openObject = (fields: object): string => JSON.stringify(fields).slice(0, -1);

/**
 * A study with its runs, piece by piece.
 * @param config as its reader may see it
 * @param each writes one of the runs, and adds the keys of its series to `keys`
 */
export async function* exportedExperiment<Run>(
  context: ServiceContext,
  reader: Reader,
  experiment: StoredExperiment,
  config: object,
  runs: AsyncIterable<Run>,
  each: (run: Run, keys: Set<string>) => AsyncIterable<string>,
): AsyncGenerator<string> {
  const { id, name, note, tags, createdAt } = experiment;
  const launchedBy = reader.hideNames ? null : experiment.launchedBy;
  yield openObject({
    format: "collapsar experiment",
    ...exportHead(context),
    experiment: { id, name, note, tags, createdAt: createdAt.toISOString(), ...(launchedBy && { launchedBy }) },
    config,
  });
  const keys = new Set<string>();
  let separator = ',"runs":[\n';
  for await (const run of runs) {
    yield separator;
    yield* each(run, keys);
    separator = ",\n";
  }
  yield `${separator === ",\n" ? "" : separator}],"definitions":${JSON.stringify(definitionsOf(keys))}}\n`;
}

/** One run, as its reader may see it, as contract/wire/exportFormat.ts describes it, piece by piece; the keys of its series are added to `keys`. */
export async function* exportedRun(
  context: ServiceContext,
  reader: Reader,
  run: TrainedRun,
  convergence: StoredExperiment["config"]["convergence"],
  keys: Set<string>,
): AsyncGenerator<string> {
  const { orm } = context.database;
  const hide = reader.hideNames;
  const row = toRunRow(run);
  const attempts = await listReadableAttempts(context, reader, run.id);
  const started = attempts.findLast((attempt) => attempt.started !== null)?.started ?? null;
  yield openObject({
    id: run.id,
    ordinal: run.ordinal,
    status: run.status,
    seed: run.config.seed,
    step: run.step,
    totalSteps: run.totalSteps,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    config: stateRunDefinition(runConfig.parse(run.config)),
    resolved: resolveConfig(run.config, run.dataset),
    data: run.dataset,
    device: started?.device ?? null,
    versions: started?.versions ?? {},
    ...(started?.pack && { pack: started.pack }),
    parameters: started?.parameters ?? null,
    optimum: run.optimum,
    attempts: attempts.map(({ number, workerName, startedAt, endedAt, resumedFromStep, outcome, started: start }) => ({
      ...{ number, worker: workerName, startedAt, endedAt, resumedFromStep, outcome },
      device: start?.device ?? null,
      ...(start?.pack && { pack: start.pack }),
      versions: start?.versions ?? {},
      dataHash: start?.dataset.hash ?? null,
    })),
    failure: row.failure,
    ...(run.gaps && { gaps: run.gaps }),
    leftOut: isUnconverged(run, leaveOutRule(convergence)),
    missing: run.missing,
    warnings: hide ? [] : await listWarnings(orm, run.id),
    evaluation: row.evaluation,
    files: (await listArtefacts(context, reader, run.id)).map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
  });
  yield* exportedSeries(context, run.id, keys);
}

/** All series of a run as the last field of its object, and the object's end; their keys are added to `keys`. */
export async function* exportedSeries({ database }: ServiceContext, runId: string, keys: Set<string>): AsyncGenerator<string> {
  const { orm } = database;
  yield ',"series":{';
  let separator = "";
  for (const portion of keyPortions(await listSeriesKeys(orm, runId)))
    for (const { key, steps, values } of await readSeries(orm, [runId], portion)) {
      keys.add(key);
      yield `${separator}${JSON.stringify(key)}:${JSON.stringify({ steps, values })}`;
      separator = ",";
    }
  yield "}}";
}
