import { configCells, configColumns } from "../../../contract/config/configColumns.ts";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { regularizerLabel } from "../../../contract/config/regularizer.ts";
import { resolveConfig } from "../../../contract/config/resolvedConfig.ts";
import { runConfig } from "../../../contract/config/runConfig.ts";
import { stateRunDefinition } from "../../../contract/config/statedDefinition.ts";
import { csvHead, csvLine } from "../../../contract/csv.ts";
import { datasetLabel } from "../../../contract/data/datasetConfig.ts";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { describeGaps } from "../../../contract/metrics/measurementGaps.ts";
import { parseSeriesKey } from "../../../contract/metrics/seriesKey.ts";
import { isUnconverged, leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import { getExperimentRow, type TrainedExperiment } from "../../../db/queries/experiments.ts";
import { eachRun, type TrainedRun } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { hideNamesInRun } from "../reading/hideNames.ts";
import { neutralNames } from "../reading/neutralNames.ts";
import { csvFacts, dataFact, metricFacts } from "./csvFacts.ts";
import { evaluationValues } from "./evaluationValues.ts";
import { exportExternalTable } from "./exportExternal.ts";
import type { Export } from "./exportedRun.ts";

/** Columns that lead, by the names of the config's fields where they are one; every other field of the config follows. */
const placeColumns = ["architecture", "normalization", "depth", "width", "loss"];
const leading = ["run", "status", "dataset", ...placeColumns, "regularizer", "seed", "step"];
const columns = [
  ...leading,
  ...["optimum", "left_out", "measurements_missing", "data_hash"],
  ...configColumns.filter((name) => !leading.includes(name)),
  ...[
    "resolved.blocks",
    "resolved.heads",
    "resolved.patch",
    "resolved.lambda.head",
    "resolved.lambda.hidden",
    "resolved.lambda.features",
  ],
  ...["resolved.lambda.headBias", "resolved.trainSamples", "resolved.batch", "resolved.stepsPerEpoch", "resolved.epochs"],
];

/**
 * One line a run: its place in the grid, its whole config, the latest value of every series and what was found after training; a
 * metric of the last layer has the layer's name "last". left_out says whether the study's rule, or else the theory's, leaves the run out
 * of means; measurements_missing counts those of a finished run that were lost. Above it, unless it is not wanted, lines of comment that say what it is.
 */
export async function exportExperiment(context: ServiceContext, reader: Reader, id: string, withHead = true): Promise<Export> {
  const { orm } = context.database;
  const found = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  if (isExternal(found)) return exportExternalTable(context, reader, found, withHead);
  const experiment = found;
  const names = neutralNames(experiment.config);
  const eachShown = async function* () {
    for await (const run of eachRun(orm, id)) if (!isExternal(run)) yield reader.hideNames ? hideNamesInRun(run, names) : run;
  };
  async function* pieces() {
    const found = new Set<string>();
    const data = new Map<string, number>();
    const incomplete: string[] = [];
    for await (const run of eachShown()) {
      for (const key in valuesOf(run)) found.add(key);
      if (run.gaps) incomplete.push(`run ${run.ordinal + 1}: ${describeGaps(run.gaps)}`);
      const fact = dataFact(run);
      data.set(fact, (data.get(fact) ?? 0) + 1);
    }
    const keys = [...found].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    if (withHead) {
      const facts = csvFacts(context, "Collapsar experiment, one row per run", { id, name: experiment.name });
      if (experiment.launchedBy && !reader.hideNames) facts.push(["launched by", experiment.launchedBy]);
      for (const [fact, count] of data) facts.push(["data", `${fact} (${count} ${count === 1 ? "run" : "runs"})`]);
      for (const fact of incomplete) facts.push(["incomplete", fact]);
      for (const line of csvHead([...facts, ...metricFacts(keys)])) yield `${line}\r\n`;
    }
    yield `${csvLine([...columns, ...keys])}\r\n`;
    for await (const run of eachShown()) yield `${csvLine([...placeCells(run, experiment), ...valueCells(run, keys)])}\r\n`;
  }
  return { name: experiment.name, pieces: pieces() };
}

function placeCells(run: TrainedRun, { config: { convergence } }: TrainedExperiment) {
  const config = stateRunDefinition(runConfig.parse(run.config));
  const { lambda, ...resolved } = resolveConfig(config, run.dataset);
  const cells: Record<string, string | number | boolean | null | undefined> = {
    ...configCells(config),
    run: run.id,
    status: run.status,
    dataset: datasetLabel(config.dataset),
    regularizer: regularizerLabel(config.regularizer),
    step: run.step,
    optimum: run.optimum?.loss,
    left_out: isUnconverged(run, leaveOutRule(convergence)),
    measurements_missing: run.gaps?.missing ?? 0,
    data_hash: run.dataset?.hash,
  };
  for (const [name, value] of Object.entries(resolved)) cells[`resolved.${name}`] = value;
  for (const [name, value] of Object.entries(lambda)) cells[`resolved.lambda.${name}`] = [value].flat().join(" ");
  return columns.map((name) => cells[name]);
}

function valueCells(run: TrainedRun, keys: string[]) {
  const values = valuesOf(run);
  return keys.map((key) => values[key]);
}

const valuesOf = (run: TrainedRun): Record<string, number> => ({
  ...nameLastLayer(run.last, layersOf(run.config)),
  ...evaluationValues(run.evaluation),
});

function nameLastLayer(last: Record<string, number>, layers: number): Record<string, number> {
  const named: Record<string, number> = {};
  for (const [key, value] of Object.entries(last)) {
    const layer = parseSeriesKey(key)?.layer;
    named[key] = value;
    if (layer === layers) named[key.replace(/@\d+$/, "@last")] = value;
  }
  return named;
}
