import { externalLimits } from "../../../../contract/external/externalLimits.ts";
import { isLayerMetric, isMeasured } from "../../../../contract/metrics/metricInfo.ts";
import { logKey, parseSeriesKey } from "../../../../contract/metrics/seriesKey.ts";
import type { ColumnChoice, ColumnRole, PlannedColumn } from "../../../../contract/wire/imports.ts";
import type { Problems } from "../draft/problems.ts";
import { axisKey } from "../draft/settleDraft.ts";
import { quoted } from "../refuse.ts";

/** What the columns of a table are: the places of their cells, and under which keys they are stored. */
export interface ColumnMap {
  run: number[];
  /** Axes, the seed among them. */
  axes: { at: number; key: string }[];
  step: number | null;
  metrics: { at: number; key: string }[];
}

/** What a column is taken for. */
export interface ColumnGuess {
  role: ColumnRole;
  /** Of an axis or a metric, unless it is the column's own name. */
  as?: string;
}

export interface SeenColumn extends ColumnGuess {
  column: string;
  examples: string[];
}

/** The key of the axis over which bands are drawn. */
export const seedKey = "seed";

/** Columns as a person has chosen them, and as they are taken for otherwise. */
export function chooseColumns(seen: readonly SeenColumn[], choices: readonly ColumnChoice[] = []): PlannedColumn[] {
  const chosen = new Map(choices.map((choice) => [choice.column, choice]));
  return seen.map(({ column, examples, ...guess }) => {
    const choice = chosen.get(column);
    const role = choice?.role ?? guess.role;
    const own = choice === undefined || choice.role === guess.role ? (guess.as ?? column) : column;
    return { column, role, as: role === "axis" || role === "metric" ? (choice?.as ?? own) : null, examples };
  });
}

/** Where what is to be read stands. What cannot be as it was chosen becomes an error of the plan. */
export function mapColumns(
  columns: readonly PlannedColumn[],
  choices: readonly ColumnChoice[] | undefined,
  problems: Problems,
): ColumnMap {
  const named = new Set(choices?.filter((choice) => choice.as !== undefined).map(({ column }) => column));
  const map: ColumnMap = { run: [], axes: [], step: null, metrics: [] };
  const taken = new Map<string, string>();
  const take = (kind: string, key: string, column: string): boolean => {
    const other = taken.get(`${kind} ${key}`);
    taken.set(`${kind} ${key}`, column);
    if (other === undefined) return true;
    problems.error(
      `The columns ${quoted(other)} and ${quoted(column)} are both the ${kind} ${quoted(key)}: name one of them otherwise.`,
    );
    return false;
  };
  for (const [at, { column, role, as }] of columns.entries()) {
    if (role === "run") map.run.push(at);
    else if (role === "step") {
      if (map.step === null) map.step = at;
      else
        problems.error(
          `Two columns are the step, ${quoted(columns[map.step]!.column)} and ${quoted(column)}: leave one of them out.`,
        );
    } else if (role === "seed" || role === "axis") {
      const key = role === "seed" ? seedKey : axisKey(as ?? column);
      if (key === null) problems.error(`The axis of the column ${quoted(column)} needs a name that can be seen.`);
      else if (take("axis", key, column)) map.axes.push({ at, key });
    } else if (role === "metric") {
      const key = metricKey(as ?? column, named.has(column), problems);
      if (key !== null && take("series", key, column)) map.metrics.push({ at, key });
    }
  }
  return map;
}

/**
 * The key of a series: what is called like a measured series is one only where a person says so.
 * @returns null where there is none; then it is an error of the plan
 */
export function metricKey(name: string, isChosen: boolean, problems: Problems): string | null {
  const measured = isChosen ? parseSeriesKey(name) : null;
  if (measured) {
    const { metric, layer, index } = measured;
    if (index !== null)
      problems.error(`${quoted(name)} is one number of a list, and a table has none: give the column another name.`);
    else if (!isMeasured(metric))
      problems.error(`${quoted(name)} is called like a measured series, but there is no measure ${quoted(metric)}.`);
    else if (isLayerMetric(metric) && layer === null)
      problems.error(`${quoted(name)} is a measure of a layer: say of which one, as in ${name}@1.`);
    else if (!isLayerMetric(metric) && layer !== null)
      problems.error(`${quoted(name)} names a layer, but ${quoted(metric)} is a measure of the whole network.`);
    else if (layer !== null && layer > externalLimits.layers)
      problems.error(`${quoted(name)} is of layer ${layer}; a run has at most ${externalLimits.layers} layers.`);
    else return name;
    return null;
  }
  const key = logKey(name.replace(/^log\//, ""));
  if (key === null) problems.error(`The metric ${quoted(name)} needs a name that can be seen.`);
  return key;
}
