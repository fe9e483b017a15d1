import { type FrameShape, idealGram } from "../frames/idealGram.ts";
import type { Matrix } from "../linear/matrix.ts";
import { combine, frobeniusNorm, gramOfRows, inner, multiply, scale } from "../linear/matrix.ts";
import { assertAtLeast } from "../MathError.ts";

/** How strongly, and to which frame, the classifier is held. */
export interface Slack {
  /** ρ ≥ 0 */
  rho: number;
  /** "simplex" for F = E = I − 11ᵀ/K, "orthogonal" for F = I. */
  frame: FrameShape;
}

/** The slack term at one classifier. */
interface SlackTerm {
  /** (ρ/2)‖S‖²_F, range [0, ∞), 0 on the frame. */
  value: number;
  /** c*, the best scale of the frame. */
  scale: number;
  /** ‖S‖_F/‖WWᵀ‖_F in [0, 1]: nc2.frame of W; 0 for W = 0. */
  relative: number;
  /** 2ρ S W [K, d]. */
  gradient: Matrix;
}

/**
 * The slack term p(W) = (ρ/2) min over c ≥ 0 of ‖WWᵀ − cF‖²_F and its gradient, W [K, d].
 *
 * The scheme: minimize fit + (λ/2)‖θ̄‖² + (ρ/2)‖S‖²_F over θ, S, c subject to WWᵀ = cF + S, c ≥ 0, so that W may leave the frame
 * by a slack S that is paid for. S is eliminated: S = WWᵀ − c*F with c* = max(0, ⟨WWᵀ, F⟩/‖F‖²), where the bound never acts, as WWᵀ
 * and F are positive semidefinite. By the envelope theorem the gradient is 2ρ S W. In the Gram matrix G = WWᵀ the term is (ρ/2) times
 * the squared distance of G to the ray of F: convex, so the optimum over free features stays a convex problem of low rank.
 *
 * ρ → 0 is the plain ridge. ρ → ∞ is the hard frame WWᵀ = cF: an optimum θ(ρ) has p ≤ J₀, the least value over the frame, so that
 * ‖S‖² ≤ 2J₀/ρ → 0.
 *
 * With balanced classes and features of norm √d and zero mean, the optimum of the plain ridge lies on a frame by itself: a simplex for
 * cross entropy and for squared error with a free bias, an orthogonal frame for squared error without bias. On its own frame the term
 * is 0 there, and it is never negative: L* and the optimum are the same for every ρ. Towards the other frame, or with unequal
 * classes, L*(ρ) rises with ρ and is found numerically.
 * @throws {MathError} if ρ is negative or not finite
 * Source: derived.
 */
export function slackTerm(weights: Matrix, slack: Slack): SlackTerm {
  assertAtLeast("rho", slack.rho, 0);
  const gram = gramOfRows(weights);
  const frame = idealGram(weights.rows, slack.frame);
  const factor = Math.max(0, inner(gram, frame) / inner(frame, frame));
  const residual = combine(1, gram, -factor, frame);
  const norm = frobeniusNorm(gram);
  return {
    value: (slack.rho / 2) * inner(residual, residual),
    scale: factor,
    relative: norm > 0 ? frobeniusNorm(residual) / norm : 0,
    gradient: scale(2 * slack.rho, multiply(residual, weights)),
  };
}
