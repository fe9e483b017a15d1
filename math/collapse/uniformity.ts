import type { Matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { assertDirections } from "./centredMeans.ts";
import { diagonalRoots } from "./nc2.ts";

/** How far apart the directions of all pairs of class means are, over the K(K−1)/2 pairs k < l; d_kl = ‖m_k − m_l‖ ∈ (0, 2]. */
export interface PairDistances {
  /** Of −log d_kl. */
  log: Spread;
  /** Of d_kl. */
  distance: Spread;
  /** Mean of d_kl^−s. */
  riesz: number;
}

export interface Spread {
  mean: number;
  /** Divided by the number of pairs. */
  variance: number;
}

/** The exponent s of the Riesz energy. */
export const rieszExponent = 1;

/**
 * GNC2, hyperspherical uniformity: over the pairs k < l, with m_k = (μ_k − μ_G)/‖μ_k − μ_G‖, mean and variance of −log‖m_k − m_l‖ and
 * of ‖m_k − m_l‖, and the Riesz energy, the mean of ‖m_k − m_l‖^−s with s = 1. From the Gram matrix alone: ‖m_k − m_l‖² = 2 − 2 cos.
 * Variances range over [0, ∞), ideal 0; at a simplex ETF every distance is √(2K/(K−1)), the largest that all can be.
 * @param gram MMᵀ [K, K] of the centred class means
 * @throws {MathError} if K < 2, a mean equals the global mean and so has no direction, or two directions coincide
 * Source: Wu, Papyan (2024), arXiv 2405.17767, GNC2; the energies are those of Liu et al. (2018), NeurIPS, "Learning towards minimum
 * hyperspherical energy", s = 0 and s = 1.
 */
export function pairDistances(gram: Matrix): PairDistances {
  const classes = gram.rows;
  if (classes < 2) throw new MathError(`classes = ${classes} must be at least 2`);
  const norms = diagonalRoots(gram);
  assertDirections(norms);
  const pairs = (classes * (classes - 1)) / 2;
  const log = new RunningSpread();
  const distance = new RunningSpread();
  let energy = 0;
  for (let k = 1; k < classes; k++)
    for (let l = 0; l < k; l++) {
      const squared = 2 - (2 * gram.data[k * classes + l]) / (norms[k] * norms[l]);
      if (!(squared > coincident))
        throw new MathError(`the means of classes ${l} and ${k} have the same direction: ‖m_k − m_l‖² = ${squared} is rounding`);
      const apart = Math.sqrt(Math.min(4, squared));
      log.add(-Math.log(apart));
      distance.add(apart);
      energy += apart ** -rieszExponent;
    }
  return { log: log.spread(), distance: distance.spread(), riesz: energy / pairs };
}

/** 2 − 2 cos of two equal directions comes out as a few roundings of 2. */
const coincident = 16 * Number.EPSILON;

/** Mean and variance of numbers that come one by one (Welford 1962, Technometrics 4): no digits are lost where they are all alike. */
export class RunningSpread {
  private count = 0;
  private mean = 0;
  private squares = 0;

  add(value: number): void {
    this.count++;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.squares += delta * (value - this.mean);
  }

  spread(): Spread {
    return { mean: this.mean, variance: this.squares / this.count };
  }
}
