import { datasetLabel } from "../../contract/datasetConfig.ts";
import { isUnconverged } from "../../contract/isUnconverged.ts";
import { regularizerLabel } from "../../contract/regularizer.ts";
import { parseSeriesKey } from "../../contract/seriesKey.ts";
import { getExperimentRow } from "../../db/queries/experiments.ts";
import { listRuns } from "../../db/queries/runs.ts";
import type { ServiceContext } from "./context.ts";
import { csvLine } from "./csvLine.ts";
import { evaluationValues } from "./evaluationValues.ts";
import { mayRead } from "./getExperiment.ts";
import type { Reader } from "./reader.ts";
import { requireFound } from "./requireFound.ts";

const axes = [
  "run",
  "status",
  "dataset",
  "architecture",
  "normalization",
  "depth",
  "width",
  "loss",
  "regularizer",
  "seed",
  "step",
];

/**
 * One line a run: its place in the grid, the latest value of every series and what was found after training; a metric of the last
 * layer has the layer's name "last". Where the study has a rule of convergence, a column says whether it leaves the run out.
 */
export async function exportExperiment(
  context: ServiceContext,
  reader: Reader,
  id: string,
): Promise<{ name: string; lines: Iterable<string> }> {
  const { orm } = context.database;
  const experiment = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  const runs = (await listRuns(orm, id)).map((run) => ({
    run,
    last: { ...nameLastLayer(run.last, run.config.depth), ...evaluationValues(run.evaluation) },
  }));
  const keys = [...new Set(runs.flatMap(({ last }) => Object.keys(last)))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  const rule = experiment.config.convergence;
  function* lines() {
    yield csvLine([...axes, "optimum", ...(rule ? ["left_out"] : []), ...keys]);
    for (const { run, last } of runs) {
      const { dataset, architecture, normalization, depth, width, loss, regularizer, seed } = run.config;
      const place = [run.id, run.status, datasetLabel(dataset), architecture, normalization, depth, width, loss];
      const rest = [
        regularizerLabel(regularizer),
        seed,
        run.step,
        run.optimum?.loss,
        ...(rule ? [isUnconverged(run, rule)] : []),
      ];
      yield csvLine([...place, ...rest, ...keys.map((key) => last[key])]);
    }
  }
  return { name: experiment.name, lines: lines() };
}

function nameLastLayer(last: Record<string, number>, depth: number): Record<string, number> {
  const named: Record<string, number> = {};
  for (const key in last) {
    const layer = parseSeriesKey(key)?.layer;
    named[key] = last[key];
    if (layer === depth) named[key.replace(/@\d+$/, "@last")] = last[key];
  }
  return named;
}
