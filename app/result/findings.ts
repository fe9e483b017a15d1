import { isTerminal } from "../../contract/status.ts";
import type { RunRow } from "../../contract/views.ts";
import { type DepthCurve, defaultSplit, depthCurves, slopeText } from "./depthCurves.ts";

export interface Finding {
  key: string;
  text: string;
}

export interface Findings {
  /** "so far, 5 of 18 runs finished"; null when every run is. */
  state: string | null;
  lines: Finding[];
  /** Runs without a result, or values without a place, in words. */
  caveats: string[];
}

const percent = (share: number): string => {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value).toLocaleString("en") : Number(value.toPrecision(2))} %`;
};

const significant = (value: number): string => (value < 1e-3 ? value.toExponential(1) : value.toPrecision(2));

function depthPart(gap: DepthCurve | undefined, nc1: DepthCurve): string | null {
  const point = gap?.points.findLast((one) => one.mean !== null);
  if (point) return `depth ${point.x}: gap to the UFM optimum ${percent(point.mean as number)}`;
  const last = nc1.points.findLast((one) => one.mean !== null);
  return last ? `depth ${last.x}: NC1 ${significant(last.mean as number)}` : null;
}

/**
 * What the study shows, from the last values of its finished runs (of the running ones while none is finished): at the deepest network the gap to the optimum, and the slope of NC1 over
 * depth with its standard error beside the theory's. Says "so far" while runs are unfinished, and claims no slope from
 * fewer than three depths.
 */
export function findings(runs: readonly RunRow[]): Findings {
  const finished = runs.filter((run) => run.status === "finished").length;
  const open = runs.filter((run) => !isTerminal(run.status)).length;
  const ended = runs.length - finished - open;
  const axes = defaultSplit(runs);
  const basis = finished > 0 ? runs.filter((run) => run.status === "finished") : runs;
  const gaps = depthCurves(basis, "gap.total", "train", axes, false);
  const collapse = depthCurves(basis, "nc1.ratio", "train", axes, true);
  const lines = collapse.flatMap((curve): Finding[] => {
    const where = depthPart(
      gaps.find((gap) => gap.key === curve.key),
      curve,
    );
    if (where === null) return [];
    const depths = curve.points.filter((point) => point.mean !== null).length;
    const slope = curve.fit && depths >= 3 ? `slope of NC1 over depth ${slopeText(curve.fit)} (theory: −1/2…−1/4)` : null;
    const label = curve.label ? `${curve.label}, ` : "";
    const count = `N = ${curve.count} ${curve.count === 1 ? "run" : "runs"}`;
    const text = [label + where, slope, count].filter((part) => part !== null).join(", ");
    return [{ key: curve.key, text: text.replace(/^[a-z]/, (letter) => letter.toUpperCase()) }];
  });
  const caveats: string[] = [];
  if (ended > 0)
    caveats.push(`${ended} ${ended === 1 ? "run" : "runs"} ended without a result and ${ended === 1 ? "is" : "are"} left out`);
  const omitted = collapse.reduce((sum, curve) => sum + (curve.fit?.omitted ?? 0), 0);
  if (omitted > 0) caveats.push(`${omitted} NC1 ${omitted === 1 ? "value" : "values"} not above 0 left out of the slope`);
  const few = collapse.some((curve) => curve.points.filter((point) => point.mean !== null).length === 2);
  if (few) caveats.push("two depths are too few for a slope");
  const state = open > 0 ? `So far, ${finished} of ${runs.length} runs finished` : null;
  return { state, lines, caveats };
}
