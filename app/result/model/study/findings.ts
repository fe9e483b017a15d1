import { metricInfo, type StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import { isTerminal } from "../../../../contract/status.ts";
import type { LeaveOutRule } from "../../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { countOf, roughNumber, roughPercent } from "../../../text/formatNumber.ts";
import { shortNumber } from "../../../text/shortNumber.ts";
import { probabilityText, slopeInFull } from "../../../text/slopeText.ts";
import { withData } from "../grid/dataVersions.ts";
import { cellLabel, type GridAxisId } from "../grid/gridAxes.ts";
import { studyValue } from "../metrics/studyMetrics.ts";
import { convergedRuns, leftOutOfRows } from "../runs/convergenceRule.ts";
import { correlationText, evaluationScatter } from "./evaluationCurves.ts";
import { reachingText, smallestReaching } from "./smallestReaching.ts";
import { isCategoryAxis, type StudyAxisId, studyAxes, studyAxisLabel } from "./studyAxes.ts";
import { defaultLines, type StudyCurve, type StudyMean, studyCurves } from "./studyCurves.ts";
import { categoriesOn, defaultStudyAxis, varyingStudyAxes } from "./studyPlaces.ts";
import { theorySpeaksOf, theoryVerdict } from "./theoryText.ts";

export interface Finding {
  key: string;
  text: string;
}

interface Findings {
  /** "so far, 5 of 18 runs finished"; null when every run is. */
  state: string | null;
  lines: Finding[];
  /** Runs without a result, or values without a place, in words. */
  caveats: string[];
}

const capital = (text: string) => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
const runsText = (count: number) => `N = ${countOf(count, "run")}`;
const valued = (curve: StudyCurve | undefined) => curve?.points.filter((point) => point.mean !== null) ?? [];

/** "gap to the UFM optimum 25 %", or NC1 where there is no optimum. */
function nearness(gap: StudyMean | undefined, nc1: StudyMean | undefined): string | null {
  if (gap?.mean != null) return `gap to the UFM optimum ${roughPercent(gap.mean)}`;
  return nc1?.mean != null ? `NC1 ${roughNumber(nc1.mean)}` : null;
}

/**
 * "NC1 0.05 → 0.31", "gap 2 % at 1 alone": a change over the places of the axis, and where it is from where not all of them have a value.
 * @param all how many have one of NC1
 */
function change(name: string, curve: StudyCurve | undefined, text: (value: number) => string, all: number): string | null {
  const points = valued(curve);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  const isPart = points.length < all;
  if (first === last) return `${name} ${text(first.mean as number)}${isPart ? ` at ${shortNumber(first.x)} alone` : ""}`;
  const where = isPart ? ` from ${shortNumber(first.x)} to ${shortNumber(last.x)}` : "";
  return `${name} ${text(first.mean as number)} → ${text(last.mean as number)}${where}`;
}

interface Measured {
  nc1: StudyCurve;
  gap: StudyCurve | undefined;
  ridge: StudyCurve | undefined;
}

/** Below this probability of their misfit, the depths are reported as not being on one line. */
const bentBelow = 0.01;

/** What a curve over depth says: the deepest network's gap, the slope of NC1, and that of the regularization. */
function overDepth({ nc1, gap, ridge }: Measured): string[] {
  const deepest = valued(gap).at(-1) ?? valued(nc1).at(-1);
  const near = nearness(valued(gap).at(-1), valued(nc1).at(-1));
  if (deepest === undefined || near === null) return [];
  // Free features alone have no depth to speak of.
  const parts = [deepest.x === 1 ? near : `depth ${deepest.x}: ${near}`];
  if (valued(nc1).length < 3) return parts;
  if (nc1.fit) {
    const said = [`slope of NC1 ${slopeInFull(nc1.fit, "depth")}`];
    const verdict = theorySpeaksOf(nc1, "nc1.ratio", "train") ? theoryVerdict(nc1) : null;
    if (verdict !== null) said.push(verdict);
    if (nc1.fit.lackOfFit !== null && nc1.fit.lackOfFit.p < bentBelow)
      said.push(`not on one line (misfit ${probabilityText(nc1.fit.lackOfFit.p)})`);
    parts.push(said.join(", "));
  }
  if (ridge?.fit) parts.push(`slope of the total regularization ${slopeInFull(ridge.fit, "depth")}`);
  return parts;
}

/** What a curve over another axis says: how NC1 and the gap change from one end to the other. */
function overOther({ nc1, gap }: Measured, x: StudyAxisId): string[] {
  const places = valued(nc1).map((point) => shortNumber(point.x));
  const ofAll = places.length;
  const parts = [change("NC1", nc1, roughNumber, ofAll), change("gap", gap, roughPercent, ofAll)].filter((part) => part !== null);
  if (parts.length === 0 || places.length < 2) return parts;
  return [`${studyAxes[x].title} ${places[0]} to ${places.at(-1)}: ${parts.join(", ")}`];
}

/** What categories say: the gap at each, and NC1, which is comparable where the optimum is another. */
function overCategories({ nc1, gap }: Measured, categories: readonly string[]): Finding[] {
  return valued(nc1).map((point): Finding => {
    const itsGap = valued(gap).find((other) => other.x === point.x)?.mean;
    const parts = [`NC1 ${roughNumber(point.mean as number)}`];
    if (itsGap != null) parts.push(`gap to the UFM optimum ${roughPercent(itsGap)}`);
    const name = [nc1.label, categories[point.x]].filter((text) => text !== "").join(", ");
    return { key: `${nc1.key}/${point.x}`, text: capital(`${name}: ${parts.join(", ")}, ${runsText(point.runs.length)}`) };
  });
}

/** Fewer runs say nothing by the order of their ranks. */
const minRanked = 5;

/** How accuracies after training go with NC1 over the runs, in words. */
function againstCollapse(rows: readonly RunRow[]): Finding[] {
  return (["robust", "transfer", "auroc.msp"] as const).flatMap((metric): Finding[] => {
    const scatter = evaluationScatter(rows, [], "nc1.ratio", (run) => studyValue(run, metric, "test"));
    if (scatter.correlation === null || scatter.count < minRanked) return [];
    return [{ key: metric, text: `${metricInfo[metric].label} against NC1: ${correlationText(scatter)}` }];
  });
}

const fullAxes = (lines: readonly GridAxisId[], x: StudyAxisId, several: boolean): GridAxisId[] => {
  const { grid } = studyAxes[x];
  return several && !lines.includes(grid) ? [...lines, grid] : [...lines];
};

/**
 * What the study shows, from the last values of its finished runs (of the running ones while none is finished), over the axis that
 * it varies: at the deepest network the gap to the optimum and slopes with their standard errors; the smallest width that reaches
 * NC1 ≤ τ; what noise, imbalance or a strength changes; what each regularizer, data set, architecture or loss gives. Says "so far" while runs are unfinished, leaves out what the study's rule
 * leaves out, and claims no slope from fewer than three depths.
 */
export function findings(rows: readonly RunRow[], rule?: LeaveOutRule): Findings {
  const finished = rows.filter((run) => run.status === "finished").length;
  const open = rows.filter((run) => !isTerminal(run.status)).length;
  const ended = rows.length - finished - open;
  const x = defaultStudyAxis(rows);
  const lines = defaultLines(rows, x);
  const converged = convergedRuns(rows, rule);
  const basis = finished > 0 ? converged.filter((run) => run.status === "finished") : converged;
  const curves = (metric: StudyMetric, log: boolean) => studyCurves(basis, { metric, split: "train", x, lines, log });
  const [gaps, collapse, ridges] = [curves("gap.total", false), curves("nc1.ratio", true), curves("ridge.total", true)];
  const several = varyingStudyAxes(rows).includes(x);
  // Of the runs that the curves are of: a place is a number among theirs.
  const categories = isCategoryAxis(x) ? categoriesOn(x, basis) : null;
  const found = collapse.curves.flatMap((nc1): Finding[] => {
    const with_ = (others: readonly StudyCurve[]) => others.find((other) => other.key === nc1.key);
    const measured = { nc1, gap: with_(gaps.curves), ridge: with_(ridges.curves) };
    if (categories) return overCategories(measured, categories);
    if (x === "width" && several && valued(nc1).length > 0) {
      const tau = metricInfo["nc1.ratio"].threshold;
      return [{ key: nc1.key, text: reachingText(smallestReaching(nc1, tau), "NC1", tau, studyAxisLabel(x, rows)) }];
    }
    const parts = x === "depth" ? overDepth(measured) : overOther(measured, x);
    if (parts.length === 0) return [];
    const [first, ...rest] = parts;
    // A curve of one place does not say what stands on the axis: its full name does.
    const label =
      x !== "depth" && valued(nc1).length < 2
        ? withData(cellLabel(nc1.config, fullAxes(lines, x, several)), nc1.data)
        : nc1.label;
    const text = [label ? `${label}${x === "depth" ? "," : ":"} ${first}` : first, ...rest, runsText(nc1.count)].join(
      x === "depth" ? "; " : ", ",
    );
    return [{ key: nc1.key, text: capital(text) }];
  });
  const across = collapse.baselines.flatMap((nc1): Finding[] => {
    const near = nearness(
      gaps.baselines.find((gap) => gap.key === nc1.key),
      nc1,
    );
    return near === null ? [] : [{ key: nc1.key, text: `${nc1.label}: ${near}, ${runsText(nc1.runs.length)}` }];
  });
  const caveats: string[] = [];
  if (ended > 0) caveats.push(`${countOf(ended, "run")} ended without a result and ${ended === 1 ? "is" : "are"} left out`);
  const leftOut = leftOutOfRows(rows, rule);
  if (leftOut !== null) caveats.push(leftOut);
  const omitted = collapse.curves.reduce((sum, curve) => sum + (curve.fit?.omitted ?? 0), 0);
  if (omitted > 0) caveats.push(`${countOf(omitted, "NC1 value")} not above 0 left out of the slope`);
  const few = x === "depth" && collapse.curves.some((curve) => valued(curve).length === 2);
  if (few) caveats.push("two depths are too few for a slope");
  const state = open > 0 ? `So far, ${finished} of ${rows.length} runs finished` : null;
  return { state, lines: [...found, ...across, ...againstCollapse(basis)], caveats };
}
