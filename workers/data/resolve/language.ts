import type { NextTokenConfig } from "../../../contract/data/tokenTasks.ts";
import { randomStream } from "../../../math/statistics/randomStream.ts";

/** A language with latent factors, as probabilities. */
export interface Language {
  /** P(z) of each latent state z [Z]. */
  states: Float64Array;
  /** P(v | z) of each token v, a state a row [Z, V]. */
  tokens: Float64Array;
}

/**
 * The language of a config. A text has F latent factors, which together are its state z = (z_1 … z_F), with R values each: Z = R^F.
 *
 *   P(z) ∝ Π_f (z_f + 1)^(−a),   P(v | z) ∝ (v + 1)^(−a) exp((s/√F) Σ_f g_f(z_f, v)),   z_f = 0 … R − 1, v = 0 … V − 1,
 *
 * with standard normal g_f(r, v) drawn once from the data's seed. Given its state, the tokens of a text are drawn apart from each other, so
 * that a context tells about the next token what it tells about the state: P(y | c) = Σ_z P(z | c) P(y | z), P(z | c) ∝ P(z) Π_t P(c_t | z).
 */
export function languageOf({ tokens: size, factors, values, exponent, strength, dataSeed }: NextTokenConfig): Language {
  const random = randomStream(dataSeed, "data/language");
  const preferences = Float64Array.from({ length: factors * values * size }, () => random.normal());
  const count = values ** factors;
  const states = new Float64Array(count);
  const tokens = new Float64Array(count * size);
  const gain = strength / Math.sqrt(factors);
  for (let z = 0; z < count; z++) {
    states[z] = 1;
    const row = tokens.subarray(z * size, (z + 1) * size);
    for (let factor = 0, rest = z; factor < factors; factor++, rest = Math.floor(rest / values)) {
      const value = rest % values;
      states[z] *= (value + 1) ** -exponent;
      for (let v = 0; v < size; v++) row[v] += preferences[(factor * values + value) * size + v];
    }
    for (let v = 0; v < size; v++) row[v] = (v + 1) ** -exponent * Math.exp(gain * row[v]);
    normalize(row);
  }
  normalize(states);
  return { states, tokens };
}

/** P(y | c) of each next token y [V]. */
export function nextTokens({ states, tokens }: Language, context: ArrayLike<number>): Float64Array {
  const size = tokens.length / states.length;
  const logs = Float64Array.from(states, (probability, z) => {
    let log = Math.log(probability);
    for (let t = 0; t < context.length; t++) log += Math.log(tokens[z * size + context[t]]);
    return log;
  });
  const most = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = normalize(logs.map((log) => Math.exp(log - most)));
  const next = new Float64Array(size);
  for (let z = 0; z < states.length; z++) for (let v = 0; v < size; v++) next[v] += weights[z] * tokens[z * size + v];
  return next;
}

function normalize(weights: Float64Array): Float64Array {
  const sum = weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < weights.length; i++) weights[i] /= sum;
  return weights;
}
