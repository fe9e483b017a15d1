import { countOf } from "../../../text/formatNumber.ts";
import type { MeanKind } from "../../../text/meanText.ts";
import { readable, shortNumber } from "../../../text/shortNumber.ts";
import type { StudyCurve, StudyPoint } from "./studyCurves.ts";

export interface Reaching {
  key: string;
  label: string;
  /** Smallest x from which on every mean over seeds is at most the threshold; null if the last is above it. */
  x: number | null;
  /** A smaller x at which the mean is too, but a larger one's is not; null if there is none. */
  first: number | null;
  mean: number | null;
  kind: MeanKind | null;
  /** Seeds at that x (or, if none reaches it, at the x that comes nearest) whose own value is at most the threshold, and all seeds there. */
  seeds: number;
  of: number;
  /** The x that comes nearest where none reaches it. */
  nearest: number | null;
}

/** The smallest place of a curve from which on the mean over seeds is at most a threshold, and how many of its seeds are. */
export function smallestReaching(curve: StudyCurve, threshold: number): Reaching {
  const valued = curve.points.filter((point) => point.mean !== null);
  const isThere = (point: StudyPoint) => (point.mean as number) <= threshold;
  const stays = valued[valued.findLastIndex((point) => !isThere(point)) + 1] ?? null;
  const first = valued.find(isThere) ?? null;
  const best = valued.reduce<(typeof valued)[number] | null>(
    (found, point) => (found === null || (point.mean as number) < (found.mean as number) ? point : found),
    null,
  );
  const shown = stays ?? best;
  const seeds = curve.dots.filter((dot) => shown !== null && dot.x === shown.x && shown.runs.includes(dot.run));
  return {
    key: curve.key,
    label: curve.label,
    x: stays?.x ?? null,
    first: first === stays ? null : (first?.x ?? null),
    mean: shown?.mean ?? null,
    kind: curve.mean,
    seeds: seeds.filter((dot) => dot.value <= threshold).length,
    of: seeds.length,
    nearest: stays === null ? (best?.x ?? null) : null,
  };
}

/** "RN1: smallest width d that reaches NC1 ≤ 0.1 is 64 (geometric mean 0.082; 3 of 3 seeds at or below τ)". */
export function reachingText(one: Reaching, metric: string, tau: number, unit: string): string {
  const goal = `${metric} ≤ ${shortNumber(tau)}`;
  const seeds = `${one.seeds} of ${countOf(one.of, "seed")}`;
  const whose = one.label === "" ? "" : `${one.label}: `;
  const mean = one.kind === null ? readable(one.mean) : `${one.kind} mean ${readable(one.mean)}`;
  const before = one.first === null ? "" : `; so does ${one.first}, but not every larger one`;
  const text =
    one.x !== null
      ? `smallest ${unit} that reaches ${goal} is ${one.x} (${mean}; ${seeds} at or below τ)`
      : `no ${unit} of the grid reaches ${goal} for good; ${one.nearest} comes nearest (${mean}; ${seeds} at or below τ)`;
  return `${whose}${text}${before}`.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}
