import { randomStream } from "../../../math/statistics/randomStream.ts";
import type { ParameterSpec } from "../network.ts";
import { sizeOf } from "../parameterLayout.ts";

/** A parameter's name without its block's number: "W7.QK" is W.QK of block 7. */
export function partOf(name: string): { block: number; part: string } | null {
  const [, letter, number, rest = ""] = /^([A-Za-z]+)(\d+)(\..+)?$/.exec(name) ?? [];
  return letter === undefined ? null : { block: Number(number), part: `${letter}${rest}` };
}

/**
 * First values of a parameter of a block that changes nothing, σ = ReLU:
 *
 *   σ(W x + b)               W = 0, b = ε·1: adds the constant ε·1, which every later LN removes; all units are active, so that W's
 *                            gradient has full rank
 *   W_2 σ(W_1 x + b_1) + b_2 W_2 = b_2 = b_1 = 0, W_1 random: adds 0; J rises by (λ/2)‖W_1‖² alone
 *   W_VO X softmax(…)        W_VO = W_QK = 0: adds 0; W_VO's gradient is that of uniform attention
 *   W_O [W_V X softmax(…)]   W_O = 0; W_Q, W_K, W_V random, as Q = K = 0 would have no gradient: J rises by their ridge alone
 *
 * Random matrices have the deviation ε·√(1/fan-in). With `random` off they are 0 too: the block costs nothing then, and its gradient is
 * dead where a form needs them. Derived from LN(x + c·1) = LN(x); see Súkeník, Lampert, Mondelli (2025), section 3, for the networks.
 */
export function identityValues(spec: ParameterSpec, part: string, epsilon: number, seed: number, random: boolean): Float32Array {
  const values = new Float32Array(sizeOf(spec));
  if (part === "b") return values.fill(epsilon);
  if (!random || !["W.1", "W.Q", "W.K", "W.V"].includes(part)) return values;
  const stream = randomStream(seed, `growth/${spec.name}`);
  const deviation = epsilon * Math.sqrt(1 / spec.shape[1]);
  for (let i = 0; i < values.length; i++) values[i] = deviation * stream.normal();
  return values;
}
