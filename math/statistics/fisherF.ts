import { assertAtLeast } from "../MathError.ts";
import { incompleteBeta } from "./incompleteBeta.ts";

/**
 * The tail P(F > f) of Fisher's F distribution with ν₁ and ν₂ degrees of freedom: I_x(ν₂/2, ν₁/2) with x = ν₂/(ν₂ + ν₁ f);
 * range [0, 1], 1 at f = 0.
 * @throws {MathError} if f is below 0 or not finite, or a number of degrees of freedom is below 1
 * Source: Abramowitz, Stegun (1964), 26.6.2.
 */
export function fisherTail(f: number, numerator: number, denominator: number): number {
  assertAtLeast("F", f, 0);
  assertAtLeast("degrees of freedom of the numerator", numerator, 1);
  assertAtLeast("degrees of freedom of the denominator", denominator, 1);
  // f / (1 + f)-like shares keep their digits where ν₁ f would overflow.
  const ratio = (numerator / denominator) * f;
  const rest = ratio === Number.POSITIVE_INFINITY ? 1 : ratio / (1 + ratio);
  return incompleteBeta(1 / (1 + ratio), rest, denominator / 2, numerator / 2);
}
