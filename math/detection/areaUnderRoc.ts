import { assertScores } from "./scores.ts";

/**
 * AUROC = P(s > t) + P(s = t)/2 over all pairs of a score s of the known set and a score t of the other set: the chance that a known sample
 * scores higher; range [0, 1], 1 where the sets are told apart, 1/2 where the score says nothing (also where all scores are equal).
 * Sorts once: O((N + M) log(N + M)).
 * @param known scores of samples like those trained on [N], higher for what is more like them
 * @param other scores of the second set [M]
 * @throws {MathError} if a set is empty or a score is NaN
 * Source: Mann, Whitney (1947), Ann. Math. Stat. 18; Hanley, McNeil (1982), Radiology 143; ties by half.
 */
export function areaUnderRoc(known: Float64Array, other: Float64Array): number {
  assertScores("known", known);
  assertScores("other", other);
  const ours = known.toSorted();
  const theirs = other.toSorted();
  let below = 0; // of the other set, below the score at hand
  let upTo = 0; // at or below it
  let pairs = 0; // won, twice
  for (const score of ours) {
    while (below < theirs.length && theirs[below] < score) below++;
    while (upTo < theirs.length && theirs[upTo] <= score) upTo++;
    pairs += below + upTo;
  }
  return pairs / (2 * ours.length * theirs.length);
}
