import type { RunRow } from "../../../../contract/wire/views.ts";
import { groupLines, lineAxes } from "../study/studyAxes.ts";

/** What is read of a run. */
export type CertifiedRun = Pick<RunRow, "config" | "last" | "optimum" | "status"> & Partial<Pick<RunRow, "dataHash" | "ordinal">>;

/** Where a run's end stands: its gradient is at most the tolerance, or above it; null: it was not polished, so nobody looked. */
export type Stationarity = boolean | null;

/** The runs of one depth of a line. */
export interface CertifiedDepth {
  depth: number;
  /** What its runs began with: a grown line's shallowest have nothing to grow from. */
  start: "grown" | "random";
  /** The least J − L* of its runs: no network of any depth has a J lower by more. */
  above: number;
  /** The same in units of L*. */
  relative: number;
  /** The largest of its runs. */
  most: number;
  runs: number;
  finished: number;
  /** Of the run with the least J − L*. */
  stationary: Stationarity;
  /** ‖∇J‖ of that run; null where it is not known. */
  gradientNorm: number | null;
}

export interface Certificate {
  key: string;
  label: string;
  depths: CertifiedDepth[];
  /** Whether the study has other depths, measured or not. */
  comparesDepths: boolean;
  /** Whether J does not rise with depth, seed by seed: how many seeds, and where the first rise is. */
  monotone: { seeds: number; of: number; rise: { seed: number; from: number; to: number } | null };
}

/** J is measured from float32 features: a rise below this share of it is rounding. */
const rounding = 1e-6;

/** One certificate a line of the depth curve: of runs that have an L* to which the whole gap is measured. */
export function certificates(rows: readonly CertifiedRun[]): Certificate[] {
  const known = rows.filter((row) => excessOf(row) !== null);
  if (known.length === 0) return [];
  const least = Math.min(...rows.map(({ config }) => config.depth));
  const comparesDepths = rows.some(({ config }) => config.depth > least);
  return groupLines(known, lineAxes(known, "depth"), "depth").map(({ key, label, members }) => ({
    ...{ key, label, comparesDepths },
    depths: certifiedDepths(members, least),
    monotone: monotony(members),
  }));
}

/** Whether the certificate is open: as chosen, else where networks grew or were polished, which is done for its sake. */
export const certificateIsOpen = (view: { certificate: boolean | null }, rows: readonly Pick<RunRow, "config">[]): boolean =>
  view.certificate ?? rows.some(({ config: { training } }) => training.grown !== undefined || training.polish !== undefined);

/** @param least of the study's depths */
function certifiedDepths(rows: readonly CertifiedRun[], least: number): CertifiedDepth[] {
  const depths = [...new Set(rows.map(({ config }) => config.depth))].sort((a, b) => a - b);
  return depths.flatMap((depth) => {
    const own = rows.filter(({ config }) => config.depth === depth);
    const isGrown = depth > least && own.some(({ config }) => config.training.grown);
    return certifyDepth(depth, isGrown ? "grown" : "random", own) ?? [];
  });
}

function certifyDepth(depth: number, start: CertifiedDepth["start"], rows: readonly CertifiedRun[]): CertifiedDepth | null {
  const sorted = rows.toSorted((a, b) => excessOf(a)! - excessOf(b)!);
  const [best, worst] = [sorted[0], sorted.at(-1)];
  if (!best || !worst) return null;
  const gradientNorm = best.last["train/gradientNorm"] ?? null;
  const tolerance = best.config.training.polish?.tolerance;
  return {
    ...{ depth, start },
    above: excessOf(best)!,
    relative: best.last["train/gap.total"] ?? Number.NaN,
    most: excessOf(worst)!,
    runs: rows.length,
    finished: rows.filter(({ status }) => status === "finished").length,
    stationary: gradientNorm === null || tolerance === undefined ? null : gradientNorm <= tolerance,
    gradientNorm,
  };
}

/** Seeds with at least two depths whose J never rises from one to the next. */
function monotony(rows: readonly CertifiedRun[]): Certificate["monotone"] {
  const seeds = [...new Set(rows.map(({ config }) => config.seed))].sort((a, b) => a - b);
  const monotone: Certificate["monotone"] = { seeds: 0, of: 0, rise: null };
  for (const seed of seeds) {
    const own = rows.filter(({ config, status }) => config.seed === seed && status === "finished");
    if (own.length < 2) continue;
    const sorted = own.toSorted((a, b) => a.config.depth - b.config.depth);
    const rises = sorted.flatMap((row, i) => {
      const before = sorted[i - 1];
      const isRise = before !== undefined && lossOf(row) > lossOf(before) * (1 + rounding);
      return isRise ? [{ seed, from: before.config.depth, to: row.config.depth }] : [];
    });
    monotone.of++;
    if (rises.length === 0) monotone.seeds++;
    else monotone.rise ??= rises[0] ?? null;
  }
  return monotone;
}

const lossOf = ({ last }: CertifiedRun): number => last["train/loss"] ?? Number.NaN;

/** J − L*; null where there is no L*, or the hidden layers' part of the gap means nothing. */
function excessOf({ last, optimum }: CertifiedRun): number | null {
  const loss = last["train/loss"];
  if (optimum?.loss == null || loss === undefined || last["train/gap.total"] === undefined) return null;
  return loss - optimum.loss;
}
