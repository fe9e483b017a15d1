import { assertAtLeast, MathError } from "../MathError.ts";
import { incompleteBeta } from "./incompleteBeta.ts";

/**
 * The quantile t_p of Student's t distribution with ν degrees of freedom: P(T ≤ t_p) = p; range (−∞, ∞).
 * Bisection on the incomplete beta function, right to about 1e-12 relatively.
 * @throws {MathError} if p is not in (0, 1) or ν is not a number ≥ 1
 * Source: Student (1908), Biometrika 6; Abramowitz, Stegun (1964), 26.7.1.
 */
export function studentTQuantile(probability: number, freedom: number): number {
  assertAtLeast("degrees of freedom", freedom, 1);
  if (!(probability > 0 && probability < 1)) throw new MathError(`probability ${probability} must be between 0 and 1`);
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -studentTQuantile(1 - probability, freedom);
  let high = 1;
  while (studentTTail(high, freedom) > 1 - probability) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTTail(middle, freedom) > 1 - probability) low = middle;
    else high = middle;
  }
}

/** The tail P(T > t) for t ≥ 0: ½ I_x(ν/2, ½) with x = ν/(ν + t²); range (0, ½]. */
export function studentTTail(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), (t * t) / (freedom + t * t), freedom / 2, 0.5) / 2;
}
