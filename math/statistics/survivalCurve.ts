import { MathError } from "../MathError.ts";

/** One subject: when it reached its event, or (censored) until when it was watched without reaching it. */
interface Watched {
  time: number;
  reached: boolean;
}

interface SurvivalPoint {
  time: number;
  /** Subjects that had neither reached the event nor been censored before `time`. */
  atRisk: number;
  /** Events at `time`. */
  events: number;
  /** Estimated share that has not reached the event after `time`, [0, 1]. */
  survival: number;
}

export interface SurvivalCurve {
  /** Subjects, and those that reached the event. */
  count: number;
  reached: number;
  /** One for each different time of an event, in order; before the first the share is 1. */
  points: SurvivalPoint[];
  /** Times of the censored subjects, in order. */
  censored: number[];
  /** Earliest time at which at most half have not reached the event; null if that never happens. */
  median: number | null;
}

/**
 * The product-limit estimate of the share that has not yet reached an event: S(t) = Π_{t_i ≤ t} (1 − d_i/n_i), with d_i events at t_i
 * among n_i still watched. A subject censored at t_i counts as watched there. Without censoring it is the plain share.
 * @throws {MathError} if there is no subject, or a time is negative or not finite
 * Source: Kaplan, Meier (1958), J. Amer. Statist. Assoc. 53, eq. (2b).
 */
export function survivalCurve(subjects: readonly Watched[]): SurvivalCurve {
  if (subjects.length === 0) throw new MathError("a survival curve needs at least one subject");
  const bad = subjects.find(({ time }) => !(Number.isFinite(time) && time >= 0));
  if (bad) throw new MathError(`time ${bad.time} must be finite and at least 0`);
  const events = subjects.filter(({ reached }) => reached).map(({ time }) => time);
  const points: SurvivalPoint[] = [];
  let survival = 1;
  for (const time of [...new Set(events)].sort((a, b) => a - b)) {
    const atRisk = subjects.filter((subject) => subject.time >= time).length;
    const now = events.filter((event) => event === time).length;
    // Exactly 0 when all that are left reach it, whatever rounding did before.
    survival = now === atRisk ? 0 : survival * (1 - now / atRisk);
    points.push({ time, atRisk, events: now, survival });
  }
  return {
    count: subjects.length,
    reached: events.length,
    points,
    censored: subjects
      .filter(({ reached }) => !reached)
      .map(({ time }) => time)
      .sort((a, b) => a - b),
    // (1 − 1/4)(1 − 1/3) is a half but for rounding.
    median: points.find((point) => point.survival <= 0.5 + 1e-12)?.time ?? null,
  };
}
