import { assertAtLeast } from "../MathError.ts";

/** The terms of a training loss that the gap is split into. */
interface LossTerms {
  /** Mean fit over the whole training set, without any ridge. */
  fit: number;
  /** All penalties that the unconstrained-features objective also has: the head's ridge, and the features', the bias's and the slack's where there are such. */
  headRidge: number;
  /** (λ/2) Σ_{l<L} ‖W_l‖², the ridge of all other weights. */
  representationRidge: number;
}

/** The distance of a loss to the unconstrained-features optimum, and its two parts. */
interface GapSplit {
  total: number;
  head: number;
  representation: number;
  /** The same three over L*. */
  relative: { total: number; head: number; representation: number };
  /** True where the head part is negative: the classes are unequal, the loss is of a mini-batch, or something is wrong. */
  belowOptimum: boolean;
}

/**
 * The exact split J − L* = [fit + headRidge − L*] + representationRidge; for a full-batch loss, balanced classes and features in
 * the feasible set both parts are in [0, ∞), ideal 0. A negative part is returned as it is, and flagged.
 * @param optimalLoss L* > 0, of the objective with the same data counts and decays
 * @throws {MathError} if a term is not finite, a ridge is negative, or L* is not positive
 * Source: derived from Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239, eq. 7 and Theorem 4.3.
 */
export function gapSplit(terms: LossTerms, optimalLoss: number): GapSplit {
  assertAtLeast("fit", terms.fit, 0);
  assertAtLeast("headRidge", terms.headRidge, 0);
  assertAtLeast("representationRidge", terms.representationRidge, 0);
  assertAtLeast("optimalLoss", optimalLoss, 0, true);
  const head = terms.fit + terms.headRidge - optimalLoss;
  const representation = terms.representationRidge;
  const total = head + representation;
  return {
    total,
    head,
    representation,
    relative: { total: total / optimalLoss, head: head / optimalLoss, representation: representation / optimalLoss },
    belowOptimum: head < 0,
  };
}
