import { layersOf } from "../../../../contract/config/networkForm.ts";
import type { Metric } from "../../../../contract/metrics/metricInfo.ts";
import type { SeriesKey, Split } from "../../../../contract/metrics/seriesKey.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import type { LineStyle } from "../../../charts/lineStyle.ts";
import { cellNamer, varyingAxes } from "../grid/gridAxes.ts";
import { lastLayerKey } from "../metrics/lastValue.ts";
import { styleAmong } from "../study/studyStyle.ts";

export const addsModulo = (rows: readonly RunRow[]): boolean =>
  rows.some(({ config }) => config.dataset.id === "modular-addition");
export const readsTexts = (rows: readonly RunRow[]): boolean => rows.some(({ config }) => config.dataset.id === "next-token");

interface Stored {
  steps: readonly number[];
  values: readonly (number | null)[];
  total: number;
}

interface SplitLine extends Stored {
  id: string;
  label: string;
  style: LineStyle;
}

/** A metric of the shown runs over their steps, on both sets: the test set's lines are dashed. */
export function linesOfSplits(
  runs: readonly RunRow[],
  metric: Metric,
  splits: readonly Split[],
  read: (runId: string, key: SeriesKey) => Stored,
): SplitLine[] {
  const configs = runs.map(({ config }) => config);
  const axes = varyingAxes(configs);
  const [nameOf, styleOf] = [cellNamer(configs), styleAmong(configs)];
  return runs.flatMap((run) =>
    splits.flatMap((split): SplitLine[] => {
      const series = read(run.id, lastLayerKey(metric, split, layersOf(run.config)));
      if (series.steps.length === 0) return [];
      const style: LineStyle = styleOf(run.config);
      const name = [nameOf(run.config, axes), split === "train" ? "training" : "test"].filter(Boolean).join(", ");
      return [{ id: `${run.id} ${split}`, label: name, style: { ...style, dash: split === "train" ? "" : "5 3" }, ...series }];
    }),
  );
}

/** When a run is said to know its training set, and when the test set as well. */
const known = 0.99;

/** The first steps at which accuracy on either set was at least 0.99; null where it never was. */
export function stepsToKnow(
  run: RunRow,
  read: (runId: string, key: SeriesKey) => Stored,
): { train: number | null; test: number | null } {
  const first = (split: Split) => {
    const { steps, values } = read(run.id, `${split}/accuracy`);
    const at = values.findIndex((value) => value !== null && value >= known);
    return at < 0 ? null : (steps[at] ?? null);
  };
  return { train: first("train"), test: first("test") };
}

/** How often the test set came at least twice as many steps after the training set: "2 of 4 shown runs …"; null before any is known. */
export function grokkingAnswer(runs: readonly RunRow[], read: (runId: string, key: SeriesKey) => Stored): string | null {
  const found = runs.map((run) => stepsToKnow(run, read));
  const trained = found.filter(({ train }) => train !== null);
  if (trained.length === 0) return null;
  const late = trained.filter(({ train, test }) => test !== null && train !== null && test >= 2 * train);
  const generalized = trained.filter(({ test }) => test !== null);
  return `Of ${runs.length} shown ${runs.length === 1 ? "run" : "runs"}, ${trained.length} reached a training accuracy of 0.99 and ${generalized.length} a test accuracy of 0.99, ${late.length} of them only after twice as many steps.`;
}
