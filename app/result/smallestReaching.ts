import { readable, shortNumber } from "../charts/axisTicks.ts";
import type { StudyCurve } from "./studyCurves.ts";

export interface Reaching {
  key: string;
  label: string;
  /** Smallest x whose mean over seeds is at most the threshold; null if none is. */
  x: number | null;
  mean: number | null;
  /** Seeds at that x (or, if none reaches it, at the x that comes nearest) whose own value is at most the threshold, and all seeds there. */
  seeds: number;
  of: number;
  /** The x that comes nearest where none reaches it. */
  nearest: number | null;
}

/** The smallest place of a curve at which the mean over seeds is at most a threshold, and how many of its seeds are. */
export function smallestReaching(curve: StudyCurve, threshold: number): Reaching {
  const valued = curve.points.filter((point) => point.mean !== null);
  const first = valued.find((point) => (point.mean as number) <= threshold) ?? null;
  const best = valued.reduce<(typeof valued)[number] | null>(
    (found, point) => (found === null || (point.mean as number) < (found.mean as number) ? point : found),
    null,
  );
  const shown = first ?? best;
  const seeds = curve.dots.filter((dot) => shown !== null && dot.x === shown.x && shown.runs.includes(dot.run));
  return {
    key: curve.key,
    label: curve.label,
    x: first?.x ?? null,
    mean: shown?.mean ?? null,
    seeds: seeds.filter((dot) => dot.value <= threshold).length,
    of: seeds.length,
    nearest: first === null ? (best?.x ?? null) : null,
  };
}

/** "RN1: smallest width d that reaches NC1 ≤ 0.1 is 64 (mean 0.082; 3 of 3 seeds reach it)." */
export function reachingText(one: Reaching, metric: string, tau: number, unit: string): string {
  const goal = `${metric} ≤ ${shortNumber(tau)}`;
  const seeds = `${one.seeds} of ${one.of} ${one.of === 1 ? "seed" : "seeds"}`;
  const whose = one.label === "" ? "" : `${one.label}: `;
  const text =
    one.x !== null
      ? `smallest ${unit} that reaches ${goal} is ${one.x} (mean ${readable(one.mean)}; ${seeds} at or below τ)`
      : `no ${unit} of the grid reaches ${goal} in the mean; ${one.nearest} comes nearest (${readable(one.mean)}; ${seeds} at or below τ)`;
  return `${whose}${text}`.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}
