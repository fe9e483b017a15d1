import { csvHead, csvLine } from "../../../contract/csv.ts";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { isUnconverged, leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import { listWarnings } from "../../../db/queries/attempts.ts";
import type { ExternalExperiment } from "../../../db/queries/experiments.ts";
import { type ExternalRun, eachRun } from "../../../db/queries/runs.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { hideNamesInRun } from "../reading/hideNames.ts";
import { neutralNamesOf } from "../reading/neutralNames.ts";
import { listReadableAttempts } from "../runs/listReadableAttempts.ts";
import { toRunChange } from "../runs/runViews.ts";
import { csvFacts, metricFacts } from "./csvFacts.ts";
import { type Export, exportedExperiment, exportedSeries, openObject } from "./exportedRun.ts";

async function shownRuns(context: ServiceContext, reader: Reader, experiment: ExternalExperiment) {
  const { orm } = context.database;
  const names = reader.hideNames ? await neutralNamesOf(orm, experiment) : null;
  return async function* (): AsyncGenerator<ExternalRun> {
    for await (const run of eachRun(orm, experiment.id)) if (isExternal(run)) yield names ? hideNamesInRun(run, names) : run;
  };
}

/** How it was reported, as text. */
export const reportedFact = ({ external: { source, client } }: Pick<ExternalRun, "external">): string =>
  `trained elsewhere; ${source}${client.name === "" ? "" : `, ${client.name} ${client.version}`}; the data's hash is not known`;

/** The table of a study whose runs were trained elsewhere: one line a run, with its config's keys as columns. */
export async function exportExternalTable(
  context: ServiceContext,
  reader: Reader,
  experiment: ExternalExperiment,
  withHead: boolean,
): Promise<Export> {
  const { id, name } = experiment;
  const eachShown = await shownRuns(context, reader, experiment);
  const rule = leaveOutRule(experiment.config.convergence);
  async function* pieces() {
    const found = new Set<string>();
    const axes = new Set<string>();
    const sources = new Set<string>();
    for await (const run of eachShown()) {
      for (const key in run.last) found.add(key);
      for (const key in run.config.values) axes.add(key);
      sources.add(reportedFact(run));
    }
    const keys = [...found].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const columns = [...axes];
    if (withHead) {
      const facts = csvFacts(context, "Collapsar experiment, one row per run", { id, name });
      if (experiment.launchedBy && !reader.hideNames) facts.push(["reported by", experiment.launchedBy]);
      for (const fact of sources) facts.push(["source", fact]);
      for (const line of csvHead([...facts, ...metricFacts(keys)])) yield `${line}\r\n`;
    }
    // A key of a config may have the name of a column of the program's own.
    const named = columns.map((key) => `config.${key}`);
    yield `${csvLine(["run", "status", ...named, "step", "optimum", "left_out", "layers", ...keys])}\r\n`;
    for await (const run of eachShown()) {
      const { values, layers = [] } = run.config;
      const own = [run.step, run.optimum?.loss, isUnconverged(run, rule), layers.join(" ")];
      yield `${csvLine([run.id, run.status, ...columns.map((key) => values[key]), ...own, ...keys.map((key) => run.last[key])])}\r\n`;
    }
  }
  return { name, pieces: pieces() };
}

/** The same with everything measured, as contract/wire/exportFormat.ts describes it. */
export async function exportExternalJson(
  context: ServiceContext,
  reader: Reader,
  experiment: ExternalExperiment,
): Promise<Export> {
  const { name, config } = experiment;
  const eachShown = await shownRuns(context, reader, experiment);
  const pieces = exportedExperiment(context, reader, experiment, config, eachShown(), (run, keys) =>
    exportedExternalRun(context, reader, run, config.convergence, keys),
  );
  return { name, pieces };
}

/** One run, piece by piece; the keys of its series are added to `keys`. */
export async function* exportedExternalRun(
  context: ServiceContext,
  reader: Reader,
  run: ExternalRun,
  convergence: ExternalExperiment["config"]["convergence"],
  keys: Set<string>,
): AsyncGenerator<string> {
  const { orm } = context.database;
  const { startedAt, endedAt, external } = toRunChange(run);
  const attempts = await listReadableAttempts(context, reader, run.id);
  yield openObject({
    ...{ id: run.id, ordinal: run.ordinal, status: run.status, step: run.step, totalSteps: run.totalSteps },
    ...{ startedAt, endedAt, config: run.config, external, optimum: run.optimum },
    attempts: attempts.map(({ number, startedAt: from, endedAt: until, resumedFromStep, outcome }) => ({
      ...{ number, startedAt: from, endedAt: until, resumedFromStep, outcome },
    })),
    failure: run.failure,
    leftOut: isUnconverged(run, leaveOutRule(convergence)),
    missing: run.missing,
    warnings: reader.hideNames ? [] : await listWarnings(orm, run.id),
  });
  yield* exportedSeries(context, run.id, keys);
}
