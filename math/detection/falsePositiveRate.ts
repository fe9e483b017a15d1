import { MathError } from "../MathError.ts";
import { assertScores } from "./scores.ts";

/**
 * The share of the other set that passes for known where a share `rate` of the known set does: #{t ≥ c}/M with the threshold c the
 * ⌈rate · N⌉-th largest score of the known set, the highest one that at least that share of it reaches; range [0, 1], ideal 0. Samples that
 * score exactly c pass, of both sets: where all scores are equal it is 1.
 * @param known scores of samples like those trained on [N], higher for what is more like them
 * @param other scores of the second set [M]
 * @param rate of true positives, above 0 and at most 1; 0.95 is FPR95
 * @throws {MathError} if a set is empty, a score is NaN, or the rate is out of range
 * Source: Liang, Li, Srikant (2018), ICLR, "ODIN", FPR at 95 % TPR, with the known set as the positives.
 */
export function falsePositiveRate(known: Float64Array, other: Float64Array, rate = 0.95): number {
  assertScores("known", known);
  assertScores("other", other);
  if (!(rate > 0 && rate <= 1)) throw new MathError(`rate ${rate} of true positives must be above 0 and at most 1`);
  const rising = known.toSorted();
  // A share such as 0.95 · 20 = 19.000000000000004 must not ask for a sample more.
  const needed = Math.ceil(rate * rising.length - 1e-9);
  const threshold = rising[rising.length - needed];
  return other.reduce((passed, score) => passed + (score >= threshold ? 1 : 0), 0) / other.length;
}
