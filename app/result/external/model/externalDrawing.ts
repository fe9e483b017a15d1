import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import { isTerminal } from "../../../../contract/status.ts";
import { askedAccuracy, isUnconverged, type LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { ExternalRunRow } from "../../../../contract/wire/externalViews.ts";
import type { AxisOptions } from "../../../charts/axes/axisOptions.ts";
import { categoryAt } from "../../../charts/axes/categoryAxis.ts";
import type { ChartSeries, ReferenceMark } from "../../../charts/chartTypes.ts";
import { countOf } from "../../../text/formatNumber.ts";
import { meanKind } from "../../../text/meanText.ts";
import { shortNumber } from "../../../text/shortNumber.ts";
import type { SeriesStore } from "../../model/runs/layerProfiles.ts";
import { type AcrossCurve, type CurveDot, endedBadly, type SeedCurve, seedCurve, seedMean } from "../../model/study/seedCurve.ts";
import { seedCurveSeries } from "../../model/study/seedCurveSeries.ts";
import { optimumMarks } from "../../model/study/studySeries.ts";
import { type ConfigKey, configKeys, configValueText, keyNamer, type WithValues } from "./configKeys.ts";
import { axisInEffect, axisKind, confounded, defaultLines, type ExternalAxis, lineKeys, placesOnKey } from "./externalAxes.ts";
import { externalCells, seedText } from "./externalCells.ts";
import { externalStyles } from "./externalStyle.ts";
import { defaultMeasure, isLogged, type Measure, measureInfo, measureKey, measureValue } from "./measures.ts";
import { stepDots } from "./stepCurves.ts";

/** What of the signature chart a person chooses; null = as it is by itself. */
export interface ExternalChoice {
  measure: Measure | null;
  split: Split;
  over: ExternalAxis | null;
  lines: readonly string[] | null;
  log: boolean | null;
  /** Whether steps lie on a logarithmic axis. */
  logX: boolean;
  fit: { from: number; to: number } | null;
}

interface ExternalCurve extends SeedCurve<ExternalRunRow> {
  run: WithValues;
}
interface ExternalAcross extends AcrossCurve<ExternalRunRow> {
  run: WithValues;
}

/** The signature chart of runs that were trained elsewhere: everything that is drawn, and what is to be said of it. */
export function externalDrawing(
  store: Pick<SeriesStore, "series">,
  rows: readonly ExternalRunRow[],
  choice: ExternalChoice,
  rule: LeaveOutRule | undefined,
) {
  const { split, fit } = choice;
  const keys = configKeys(rows);
  const nameOf = keyNamer(keys);
  const measure = choice.measure ?? defaultMeasure(rows, split);
  const info = measureInfo(measure);
  const log = choice.log ?? info.log;
  const over = axisInEffect(rows, keys, choice.over);
  const key = over.of === "key" ? (keys.find((one) => one.key === over.key) as ConfigKey) : null;
  const candidates = lineKeys(keys, over).map((one) => one.key);
  const lines = choice.lines?.filter((one) => candidates.includes(one)) ?? defaultLines(rows, keys, over);
  const title = key === null ? "step" : nameOf(key.key);
  const categorical = key?.kind === "category";
  const kind = key === null ? (choice.logX ? "log10" : "linear") : axisKind(key);

  const judge = (run: ExternalRunRow) => ({ unfinished: !isTerminal(run.status), unconverged: isUnconverged(run, rule) });
  const place = key === null ? null : placesOnKey(key);
  const usable = rows.filter((run) => !endedBadly(run));
  const dotsOf = (members: readonly ExternalRunRow[]): CurveDot<ExternalRunRow>[] =>
    place === null
      ? stepDots(store, members, (run) => measureKey(run, measure, split), judge)
      : members.flatMap((run) => {
          const value = measureValue(run, measure, split);
          const x = place(run);
          return value === null || x === null ? [] : [{ run, x, value, ...judge(run) }];
        });
  const scale = { log, sloped: place !== null && kind !== "linear", fit };
  const placed = usable.filter((run) => place === null || place(run) !== null);
  const curves = externalCells(placed, keys, lines).map(
    (cell): ExternalCurve => ({
      key: cell.key,
      label: cell.label,
      run: cell.members[0] as ExternalRunRow,
      ...countingRuns(seedCurve(dotsOf(cell.members), scale)),
    }),
  );
  const baselines = externalCells(
    usable.filter((run) => place !== null && place(run) === null),
    keys,
    lines,
  ).flatMap((cell): ExternalAcross[] => {
    const values = cell.members.flatMap((run) => {
      const value = measureValue(run, measure, split);
      return value === null ? [] : [{ run, value, ...judge(run) }];
    });
    const { values: _, ...mean } = seedMean(
      values.filter(({ unconverged }) => !unconverged),
      log,
    );
    if (mean.mean === null) return [];
    const label = [cell.label, `no ${title}`].filter((part) => part !== "").join(", ");
    return [{ ...mean, kind: meanKind(log), key: `across ${cell.key}`, label, run: cell.members[0] as ExternalRunRow }];
  });

  const places = [...new Set(curves.flatMap((curve) => curve.points.map(({ x }) => x)))].sort((a, b) => a - b);
  const drawn = curves.filter((curve) => curve.points.length > 0);
  const styleOf = externalStyles(keys, lines);
  const seats = [...new Set(rows.map((run) => seedText(keys, run)))];
  const leftOut = (run: ExternalRunRow) =>
    rule ? `, left out: training accuracy below ${shortNumber(askedAccuracy(run, rule))}` : "";
  const markers = seedCurveSeries<ExternalRunRow, ExternalCurve, ExternalAcross>(
    drawn,
    baselines,
    { metricLabel: info.label, axis: title, kind, places, categorical },
    {
      styleOf: ({ run }) => styleOf(run),
      acrossStyleOf: ({ run }) => styleOf(run),
      seeds: seats.length,
      seedIndex: (run) => seats.indexOf(seedText(keys, run)),
      noteOf: ({ run, unconverged }) => `${seedText(keys, run)}${unconverged ? leftOut(run) : ""}`,
    },
  );
  const series = place === null ? asLines(markers) : markers;
  const references: ReferenceMark[] = isLogged(measure) ? [] : optimumMarks(drawn, measure, categorical);
  const categories = categorical ? key.values.map(configValueText) : null;
  const x: AxisOptions = { label: title, kind, ...(categories ? { categories } : place === null ? {} : { tickValues: places }) };
  const averaged = drawn.some((curve) => curve.mean !== null);
  const y: AxisOptions = {
    label: `${info.label}${split === "test" && !isLogged(measure) ? " (test)" : ""}${averaged ? `, ${meanKind(log)} mean` : ""}`,
    kind: log ? "log10" : "linear",
  };
  const points = [...drawn.flatMap((curve) => curve.points), ...baselines];
  const omitted = points.reduce((sum, point) => sum + point.omitted, 0);
  const bad = rows.length - usable.length;
  const also = confounded(rows, keys, over).map(nameOf);
  return {
    ...{ keys, measure, info, log, over, candidates, lines, places, series, references, x, y, nameOf, kind, title },
    curves: drawn,
    heading: `${info.label} over ${title}`,
    notices: [
      points.some((point) => point.low !== null)
        ? `${meanKind(log)} mean with 95 % ${categorical ? "bar" : "band"} over seeds`
        : null,
      drawn.some((curve) => curve.fit)
        ? `slopes by least squares on log-log axes through the mean at each ${title}, all of equal weight`
        : null,
      place === null ? "each run at its last measurement up to a step" : null,
      also.length > 0 ? `${also.slice(0, 6).join(", ")} change${also.length === 1 ? "s" : ""} along with ${title}` : null,
      log && series.length > 0 && /^(nc|gap|distance)/.test(measure) ? "the optimum is 0, which a log axis cannot show" : null,
      place !== null && points.some((point) => point.unfinished) ? "hollow: not finished" : null,
      baselines.length > 0 ? `drawn across: runs without ${title}` : null,
      omitted > 0 ? `${countOf(omitted, "value")} not above 0 left out of the means` : null,
      bad > 0 ? `${countOf(bad, "run")} ended without a result, left out` : null,
    ],
    /** A place on the x axis in words. */
    placeText: (at: number) => (categories ? categoryAt(at, categories) : `${title} ${shortNumber(at)}`),
  };
}

/** Over steps a run has many dots, and counts once all the same. */
const countingRuns = <Curve extends Pick<SeedCurve<ExternalRunRow>, "points" | "count">>(curve: Curve): Curve => ({
  ...curve,
  count: new Set(curve.points.flatMap(({ runs }) => runs.map(({ id }) => id))).size,
});

/** Over steps lines need no markers, and single runs would cover their means: they have panels of their own. */
const asLines = (series: readonly ChartSeries[]): ChartSeries[] =>
  series.filter(({ minor }) => !minor).map((one) => ({ ...one, draw: "line", hollow: undefined }));
