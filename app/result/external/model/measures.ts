import { metricGroups } from "../../../../contract/metrics/metricFacts.ts";
import { isDerived, isLayerMetric, metricInfo, type StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import { studyMetrics } from "../../../../contract/metrics/metricPlaces.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { lastLayerKey } from "../../model/metrics/lastValue.ts";
import { valueOfLayers } from "../../model/metrics/studyMetrics.ts";

/** What a curve is of: a metric that this program measures, or "log/lr", a number that the run's own program logged. */
export type Measure = StudyMetric | `log/${string}`;

export type MeasuredRun = Pick<RunRow, "last" | "evaluation"> & { config: { layers?: readonly string[] | undefined } };

export const isLogged = (measure: Measure): measure is `log/${string}` => measure.startsWith("log/");

/** Measured layers of a run; 0 before its first measurement. */
export const layerCount = ({ config }: Pick<MeasuredRun, "config">): number => config.layers?.length ?? 0;

/** The series of a measure: at the last layer where it is a layer's. null of what pages compute from several, and of layers not known yet. */
export function measureKey(run: Pick<MeasuredRun, "config">, measure: Measure, split: Split): string | null {
  if (isLogged(measure)) return measure;
  if (isDerived(measure) || (isLayerMetric(measure) && layerCount(run) === 0)) return null;
  return lastLayerKey(measure, split, layerCount(run));
}

export const measureValue = (run: MeasuredRun, measure: Measure, split: Split): number | null =>
  isLogged(measure) ? (run.last[measure] ?? null) : valueOfLayers(run, layerCount(run), measure, split);

/** Names that some run logged a number under, in order. */
export const loggedMeasures = (rows: readonly MeasuredRun[]): `log/${string}`[] =>
  [...new Set(rows.flatMap((row) => Object.keys(row.last)))]
    .filter((key): key is `log/${string}` => key.startsWith("log/"))
    .sort((a, b) => a.localeCompare(b, "en"));

/** What there is to choose from: what some run has a value of, and what is chosen. */
export function offeredMeasures(rows: readonly MeasuredRun[], split: Split, chosen: Measure | null): Measure[] {
  const measured = studyMetrics.filter((metric) => rows.some((row) => measureValue(row, metric, split) !== null));
  const offered: Measure[] = [...measured, ...loggedMeasures(rows)];
  return chosen === null || offered.includes(chosen) ? offered : [chosen, ...offered];
}

/** The measure when none is chosen: NC1, or else the first that there is. */
export const defaultMeasure = (rows: readonly MeasuredRun[], split: Split): Measure =>
  offeredMeasures(rows, split, null).find((measure) => measure === "nc1.ratio") ??
  offeredMeasures(rows, split, null)[0] ??
  "nc1.ratio";

/** What a choice of measures offers, under the headings of their groups. */
export const measureOptions = (offered: readonly Measure[], labelOf: (measure: Measure) => string) =>
  offered.map((value) => ({
    value,
    label: labelOf(value),
    group: isLogged(value) ? "Logged by their own program" : metricGroups[metricInfo[value].group],
  }));

export interface MeasureInfo {
  label: string;
  /** Formula, or where it is from. */
  hint: string;
  /** Whether its axis is logarithmic by default. */
  log: boolean;
  percent: boolean;
}

export function measureInfo(measure: Measure): MeasureInfo {
  if (isLogged(measure))
    return { label: measure.slice("log/".length), hint: "logged by the run's own program", log: false, percent: false };
  const { label, formula, log, percent } = metricInfo[measure];
  return { label, hint: formula, log, percent: percent === "everywhere" };
}
