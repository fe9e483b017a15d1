import { attemptCutoffs } from "../../contract/metrics/attemptCutoffs.ts";
import type { GeometrySnapshot } from "../../contract/wire/runEvents.ts";

interface StoredPoint {
  attempt: number;
  values: Record<string, number>;
  source: PointSource;
}

/** Where a point is from. */
interface PointSource {
  /** The joining of the room after which it came live; 0 for points that were read. */
  generation: number;
  /** When it came live, ms. */
  at: number;
}
export const asRead: PointSource = { generation: 0, at: 0 };

/** Whether a point came live since a joining. */
export const isSince = (generation: number, source: PointSource): boolean => generation > 0 && source.generation === generation;

/** Steps from … to, both within. */
export interface StepWindow {
  from: number;
  to: number;
}

/** Points of one run merged by step, its snapshots, and the series made from them. */
export interface RunPoints {
  /** Attempt that took over → step from which it went on. */
  resumes: Map<number, number>;
  /** Attempt → last step of it that counts; absent = all do. */
  cutoffs: ReadonlyMap<number, number>;
  byStep: Map<number, StoredPoint>;
  /** Greatest step of `byStep`; -1 while it is empty. */
  lastStep: number;
  /** Stored points of a series in the window read last, and the last step of that reading. */
  totals: Map<string, { total: number; through: number }>;
  geometry: Map<number, { attempt: number; snapshot: GeometrySnapshot }>;
  version: number;
  /** Series made from `byStep`, by key, until the next change. */
  series: Map<string, RunSeries>;
}

export interface RunSeries {
  steps: number[];
  values: number[];
  /** Stored points, of which these are a selection. */
  total: number;
}

/** Points kept of one run beyond which live ones are thinned: far more than any panel shows. */
const maxPoints = 6_000;

export const noPoints = (): RunPoints => ({
  resumes: new Map(),
  cutoffs: new Map(),
  byStep: new Map(),
  lastStep: -1,
  totals: new Map(),
  geometry: new Map(),
  version: 0,
  series: new Map(),
});

/** Takes one measurement in. @returns false if it is void */
export function mergePoint(
  run: RunPoints,
  step: number,
  attempt: number,
  values: Record<string, number>,
  source: PointSource,
): boolean {
  if (!isValid(run, attempt, step)) return false;
  const point = run.byStep.get(step);
  if (point === undefined) {
    run.byStep.set(step, { attempt, values, source });
    run.lastStep = Math.max(run.lastStep, step);
    if (run.byStep.size > maxPoints) thin(run);
    return true;
  }
  // The later attempt wins; within one attempt the values of a step never change.
  if (attempt > point.attempt) run.byStep.set(step, { attempt, values, source });
  else if (attempt === point.attempt)
    run.byStep.set(step, {
      attempt,
      values: { ...point.values, ...values },
      source: source.generation > point.source.generation ? source : point.source,
    });
  return true;
}

/** One series within a window (null = all), in order of steps; made once a change. */
export function seriesOf(run: RunPoints, key: string, window: StepWindow | null): RunSeries {
  const name = window === null ? key : `${key} ${window.from}-${window.to}`;
  const known = run.series.get(name);
  if (known !== undefined) return known;
  const pairs: [number, number][] = [];
  for (const [step, point] of run.byStep) {
    const value = point.values[key];
    const isWithin = window === null || (step >= window.from && step <= window.to);
    if (value !== undefined && isWithin) pairs.push([step, value]);
  }
  pairs.sort(([a], [b]) => a - b);
  const stored = run.totals.get(key);
  const later = stored ? pairs.filter(([step]) => step > stored.through).length : pairs.length;
  const made = {
    steps: pairs.map(([step]) => step),
    values: pairs.map(([, value]) => value),
    total: (stored?.total ?? 0) + later,
  };
  run.series.set(name, made);
  return made;
}

/** Takes one snapshot in. @returns false if it is void */
export function mergeSnapshot(run: RunPoints, attempt: number, snapshot: GeometrySnapshot): boolean {
  const { step } = snapshot;
  if (!isValid(run, attempt, step) || (run.geometry.get(step)?.attempt ?? 0) > attempt) return false;
  run.geometry.set(step, { attempt, snapshot });
  return true;
}

/** Live points are kept for longer than any reading takes, and so many of them in any case. */
const keptMs = 60_000;
const minKept = 4_000;

/** Steps of the points that came live since a joining, and that a reading that is under way may lack. @param now when the last one came, ms */
export function liveSteps({ byStep }: RunPoints, generation: number, now: number): ReadonlySet<number> {
  const live = [...byStep].filter(([, { source }]) => isSince(generation, source));
  const kept = live.filter(([, { source }], index) => index >= live.length - minKept || now - source.at < keptMs);
  return new Set(kept.map(([step]) => step));
}

/** Forgets some series but for the points at some steps. */
export function forgetSeries(run: RunPoints, keys: readonly string[], keep: ReadonlySet<number>): void {
  const forgotten = new Set(keys);
  for (const [step, point] of run.byStep) {
    if (keep.has(step)) continue;
    const kept = Object.entries(point.values).filter(([key]) => !forgotten.has(key));
    if (kept.length > 0) run.byStep.set(step, { ...point, values: Object.fromEntries(kept) });
    else run.byStep.delete(step);
  }
  for (const key of keys) run.totals.delete(key);
  run.lastStep = Math.max(-1, ...run.byStep.keys());
  touch(run);
}

/**
 * An attempt took over from a step: what earlier ones measured later becomes void.
 * @returns whether anything did
 */
export function startAttempt(run: RunPoints, attempt: number, resumedFromStep: number): boolean {
  if (attempt <= 1 || run.resumes.get(attempt) === resumedFromStep) return false;
  run.resumes.set(attempt, resumedFromStep);
  run.cutoffs = cutoffsOf(run.resumes);
  let removed = false;
  for (const [step, point] of run.byStep) {
    // What was read before its start was told, and taken for its own, may be an earlier attempt's.
    const isOf = point.attempt === attempt && point.source === asRead ? attempt - 1 : point.attempt;
    if (!isValid(run, isOf, step)) removed = run.byStep.delete(step) || removed;
  }
  run.lastStep = Math.max(-1, ...run.byStep.keys());
  for (const [step, snapshot] of run.geometry) if (!isValid(run, snapshot.attempt, step)) run.geometry.delete(step);
  run.totals.clear();
  touch(run);
  return removed;
}

/** Whether it holds anything of an attempt before this one, which took over from a step that is not known here. */
export function isOfEarlierAttempt(run: RunPoints, attempt: number): boolean {
  if (attempt <= 1 || run.resumes.has(attempt)) return false;
  const isEarlier = (one: { attempt: number }) => one.attempt < attempt;
  return [...run.byStep.values()].some(isEarlier) || [...run.geometry.values()].some(isEarlier);
}

/** Says that something changed. */
export function touch(run: RunPoints): void {
  run.version++;
  run.series.clear();
}

/** Whether no later attempt went on from before this step; one that began at step 0 measures step 0 again. */
export function isValid(run: RunPoints, attempt: number, step: number): boolean {
  return step <= (run.cutoffs.get(attempt) ?? Number.POSITIVE_INFINITY);
}

function cutoffsOf(resumes: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const numbers = Array.from({ length: Math.max(...resumes.keys()) }, (_, index) => index + 1);
  return attemptCutoffs(numbers.map((number) => ({ number, resumedFromStep: resumes.get(number) ?? null })));
}

/** Drops every other point of the older half: the newest stay complete, the oldest stay drawn. */
function thin(run: RunPoints): void {
  const steps = [...run.byStep.keys()].sort((a, b) => a - b);
  steps.slice(1, Math.floor(steps.length / 2)).forEach((step, index) => {
    if (index % 2 === 0) run.byStep.delete(step);
  });
}
