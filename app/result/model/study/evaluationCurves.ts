import type { Attack, AttackNorm } from "../../../../contract/config/afterTraining.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { metricInfo, type StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { rankCorrelation } from "../../../../math/statistics/rankCorrelation.ts";
import { meanBand } from "../../../../math/statistics/seedBand.ts";
import type { ChartSeries } from "../../../charts/chartTypes.ts";
import type { TextTable } from "../../../charts/export/figure.ts";
import { countOf } from "../../../text/formatNumber.ts";
import { meanText } from "../../../text/meanText.ts";
import { fixed, plusMinus } from "../../../text/plusMinus.ts";
import { apart, type DataTag } from "../grid/dataVersions.ts";
import { type GridAxisId, groupCells } from "../grid/gridAxes.ts";
import { attackCurve } from "../metrics/evaluations.ts";
import { studyValue } from "../metrics/studyMetrics.ts";
import { styleAmong } from "./studyStyle.ts";

interface MeanLine {
  key: string;
  label: string;
  config: RunConfig;
  data: DataTag;
  /** Runs with any value. */
  count: number;
  points: { x: number; values: number[] }[];
}

/** Means over the runs of each cell, at every x that some of them has. */
function meanLines(
  rows: readonly RunRow[],
  lines: readonly GridAxisId[],
  valuesOf: (run: RunRow) => { x: number; y: number }[],
): MeanLine[] {
  return groupCells(rows, lines).flatMap((cell): MeanLine[] => {
    const found = cell.members.map(valuesOf).filter((values) => values.length > 0);
    if (found.length === 0) return [];
    const at = new Map<number, number[]>();
    for (const { x, y } of found.flat()) at.set(x, [...(at.get(x) ?? []), y]);
    const points = [...at].map(([x, values]) => ({ x, values })).sort((a, b) => a.x - b.x);
    return [{ key: cell.key, label: cell.label, config: cell.config, data: cell.data, count: found.length, points }];
  });
}

/** An accuracy's band ends at 0 and at 1. */
const share = (edge: number | null | undefined) => (edge == null ? null : Math.min(1, Math.max(0, edge)));

function drawn(lines: readonly MeanLine[]): ChartSeries[] {
  const styleOf = styleAmong(lines.map((line) => line.config));
  return lines.map((line) => {
    const bands = line.points.map(({ values }) => meanBand(values));
    return {
      id: line.key,
      label: [line.label || "all runs", ...(line.count > 1 ? ["arithmetic mean"] : []), `N = ${line.count}`].join(", "),
      shortLabel: line.label || "all runs",
      style: apart(styleOf(line.config), line.data),
      xs: line.points.map(({ x }) => x),
      ys: bands.map((band) => band?.mean ?? null),
      draw: "line-and-dots" as const,
      samples: line.points.map(({ values }) => values),
      notes: line.points.map(({ values }) => meanText(values.length, "arithmetic")),
      band: { low: bands.map((band) => share(band?.low)), high: bands.map((band) => share(band?.high)) },
    };
  });
}

/** Accuracy under an attack against ε, mean over the runs of each line; ε = 0 is the accuracy on the same samples as they are. */
export function robustnessSeries(
  rows: readonly RunRow[],
  lines: readonly GridAxisId[],
  attack: Attack,
  norm: AttackNorm,
): ChartSeries[] {
  const valuesOf = (run: RunRow) => {
    const points = attackCurve(run, attack, norm).map(({ epsilon, accuracy }) => ({ x: epsilon, y: accuracy }));
    const clean = run.evaluation?.robustness?.clean;
    return points.length === 0 || clean === undefined ? points : [{ x: 0, y: clean }, ...points];
  };
  return drawn(meanLines(rows, lines, valuesOf));
}

/** Test accuracy of the probe on each layer against l/L, mean over the runs of each line. */
export function transferSeries(rows: readonly RunRow[], lines: readonly GridAxisId[]): ChartSeries[] {
  const valuesOf = (run: RunRow) => {
    const layers = run.evaluation?.transfer?.layers ?? [];
    return layers.map(({ layer, testAccuracy }) => ({ x: layer / layers.length, y: testAccuracy }));
  };
  return drawn(meanLines(rows, lines, valuesOf));
}

function spreadText(values: readonly number[]): string {
  const band = meanBand(values);
  return band === null ? "–" : plusMinus(band.mean, band.standardDeviation);
}

export interface Scatter {
  series: ChartSeries[];
  /** Spearman's rank correlation over all drawn runs; null where it does not exist. */
  correlation: number | null;
  count: number;
  /** Means of both over the runs of each line. */
  table: TextTable;
}

/** One dot a run: an accuracy, or another share, against the run's last value of a metric on the training set, or its depth. */
export function evaluationScatter(
  rows: readonly RunRow[],
  lines: readonly GridAxisId[],
  metric: StudyMetric | "depth",
  accuracyOf: (run: RunRow) => number | null,
  what = "accuracy",
): Scatter {
  const cells = groupCells(rows, lines).flatMap((cell) => {
    const dots = cell.members
      .flatMap((run) => {
        const [x, y] = [metric === "depth" ? run.config.depth : studyValue(run, metric, "train"), accuracyOf(run)];
        return x === null || y === null ? [] : [{ x, y, run }];
      })
      .sort((a, b) => a.x - b.x);
    return dots.length === 0 ? [] : [{ ...cell, dots }];
  });
  const all = cells.flatMap((cell) => cell.dots);
  const styleOf = styleAmong(cells.map((cell) => cell.config));
  return {
    series: cells.map((cell) => ({
      id: cell.key,
      label: cell.label === "" ? "runs" : cell.label,
      style: { ...apart(styleOf(cell.config), cell.data), dash: "" },
      xs: cell.dots.map(({ x }) => x),
      ys: cell.dots.map(({ y }) => y),
      draw: "dots" as const,
      notes: cell.dots.map(({ run }) => `seed ${run.config.seed}`),
    })),
    correlation: rankCorrelation(
      all.map(({ x }) => x),
      all.map(({ y }) => y),
    ),
    count: all.length,
    table: {
      columns: ["Line", "N", `${metric === "depth" ? "depth" : metricInfo[metric].label}, mean ± sd`, `${what}, mean ± sd`],
      rows: cells.map(({ label, dots }) => [
        label || "all runs",
        String(dots.length),
        spreadText(dots.map(({ x }) => x)),
        spreadText(dots.map(({ y }) => y)),
      ]),
    },
  };
}

/** "Spearman's rank correlation −0.71, N = 18 runs". */
export const correlationText = ({ correlation, count }: Scatter): string =>
  correlation === null
    ? `no rank correlation from ${countOf(count, "run")}`
    : `Spearman's rank correlation ${fixed(correlation, 2)}, N = ${countOf(count, "run")}`;
