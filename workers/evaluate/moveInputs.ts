import type { AttackNorm } from "../../contract/config/afterTraining.ts";

/** What moved inputs may be: within ε of the sample, and within a range. */
export interface AttackBall {
  norm: AttackNorm;
  /** In units of the inputs. */
  epsilon: number;
  /** Least and largest value of an input; null without bounds. */
  range: { low: number; high: number } | null;
}

/**
 * Moves inputs [count, D] by `size` up a gradient, in place: size · sign(g) under ℓ∞, size · g/‖g‖ under ℓ2, a sample a row; then back
 * into the ball around `origin` and into the range. A sample whose gradient is 0 stays where it is.
 */
export function moveInputs(
  inputs: Float32Array,
  origin: Float32Array,
  gradient: Float32Array,
  size: number,
  dimension: number,
  ball: AttackBall,
): void {
  for (let from = 0; from < inputs.length; from += dimension) {
    const to = from + dimension;
    if (ball.norm === "linf") for (let j = from; j < to; j++) inputs[j] += size * Math.sign(gradient[j]);
    else {
      const norm = lengthOf(gradient, from, to);
      if (norm > 0) for (let j = from; j < to; j++) inputs[j] += (size * gradient[j]) / norm;
    }
    project(inputs, origin, from, to, ball);
  }
}

/** Onto the ball, then onto the range: a sample within the range keeps its moved self within the ball. */
function project(
  inputs: Float32Array,
  origin: Float32Array,
  from: number,
  to: number,
  { norm, epsilon, range }: AttackBall,
): void {
  if (norm === "linf")
    for (let j = from; j < to; j++) inputs[j] = Math.min(origin[j] + epsilon, Math.max(origin[j] - epsilon, inputs[j]));
  else {
    let squares = 0;
    for (let j = from; j < to; j++) squares += (inputs[j] - origin[j]) ** 2;
    const shrink = epsilon / Math.sqrt(squares);
    if (shrink < 1) for (let j = from; j < to; j++) inputs[j] = origin[j] + (inputs[j] - origin[j]) * shrink;
  }
  if (range) for (let j = from; j < to; j++) inputs[j] = Math.min(range.high, Math.max(range.low, inputs[j]));
}

/** ‖v‖ by its largest entry first: the squares of very small slopes would be 0. */
function lengthOf(values: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let j = from; j < to; j++) most = Math.max(most, Math.abs(values[j]));
  if (most === 0) return 0;
  let squares = 0;
  for (let j = from; j < to; j++) squares += (values[j] / most) ** 2;
  return most * Math.sqrt(squares);
}
