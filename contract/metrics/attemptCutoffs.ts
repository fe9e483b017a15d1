/**
 * Up to which step each attempt's points count: an attempt that went on from step r voids all earlier attempts' points after r;
 * one that started over (r = 0, no checkpoint) voids them all. Attempts that never started void nothing.
 * @returns attempt number → last valid step; absent = no bound
 */
export function attemptCutoffs(attempts: readonly { number: number; resumedFromStep: number | null }[]): Map<number, number> {
  const cutoffs = new Map<number, number>();
  let bound = Number.POSITIVE_INFINITY;
  for (const attempt of attempts.toSorted((a, b) => b.number - a.number)) {
    if (bound !== Number.POSITIVE_INFINITY) cutoffs.set(attempt.number, bound);
    if (attempt.resumedFromStep === null) continue;
    bound = Math.min(bound, attempt.resumedFromStep === 0 ? -1 : attempt.resumedFromStep);
  }
  return cutoffs;
}
