import { addProduct } from "../linear/flatProducts.ts";
import type { Matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";

/** A loss whose second derivatives by the logits z are known: H_z = diag(p) − ppᵀ with p = softmax(z), I, or e_y e_yᵀ/aim. */
export type CurvedLoss = { name: "cross-entropy" } | { name: "squared-error" } | { name: "dot"; aim: number };

interface FlatnessInput {
  loss: CurvedLoss;
  /** W [K, d] */
  weights: Matrix;
  /** Last features [N, d], row-major. */
  features: ArrayLike<number>;
  /** W h (+ b) of each sample [N, K], row-major. */
  logits: ArrayLike<number>;
  /** [N] */
  labels: ArrayLike<number>;
}

/** Relative flatness of some samples times their number: parts of a set add up. */
export type FlatnessSummer = (input: Omit<FlatnessInput, "loss" | "weights">) => number;

/**
 * Relative flatness of the classifier, κ = Σ_{s,s'} ⟨w_s, w_s'⟩ Tr H_{s,s'}, where H_{s,s'} [d, d] are the second derivatives of the mean
 * fit by the rows w_s and w_s'. As logits are linear in W, H_{s,s'} = (1/N) Σ_i (H_z)_{s,s'} h_i h_iᵀ, so that
 *   cross entropy, also with smoothed labels: κ = (1/N) Σ_i ‖h_i‖² Var_i, with Var_i = Σ_s p_s‖w_s‖² − ‖Σ_s p_s w_s‖², the variance of the
 *   rows under the softmax p; squared error: κ = (1/N) Σ_i ‖h_i‖² ‖W‖²; dot regression: κ = (1/N) Σ_i ‖h_i‖² ‖w_{y_i}‖²/aim.
 * Shapes: W [K, d], features [N, d], logits [N, K]. Range [0, ∞); less is flatter, and 0 is the ideal of cross entropy.
 * @throws {MathError} if there is no sample, shapes do not fit, or κ is not finite
 * Source: Petzka, Kamp, Adilova, Sminchisescu, Boley (2021), NeurIPS, arXiv 2001.00939, Definition 3.
 */
export function relativeFlatness({ loss, weights, ...samples }: FlatnessInput): number {
  const count = samples.labels.length;
  if (count === 0) throw new MathError("0 samples, at least 1 is needed");
  const kappa = flatnessSummer(loss, weights)(samples) / count;
  if (!Number.isFinite(kappa)) throw new MathError(`relative flatness came out as ${kappa}`);
  return kappa;
}

/** Samples whose products with W are made together. */
const together = 256;

/** The sum over samples, N κ: parts of a set add up. */
export function flatnessSummer(loss: CurvedLoss, { data, rows: classes, cols: dim }: Matrix): FlatnessSummer {
  const row = (k: number) => data.subarray(k * dim, (k + 1) * dim);
  const norms = Float64Array.from({ length: classes }, (_, k) => row(k).reduce((sum, w) => sum + w * w, 0));
  const whole = norms.reduce((a, b) => a + b, 0);
  // Against the likeliest row nothing cancels where p is nearly all at one class.
  const apart = loss.name === "cross-entropy" ? squaredDistances(data, classes, dim) : null;
  return ({ features, logits, labels }) => {
    const count = labels.length;
    if (features.length !== count * dim || logits.length !== count * classes)
      throw new MathError(
        `${count} samples need ${count * dim} features and ${count * classes} logits, and there are ${features.length} and ${logits.length}`,
      );
    const square = (i: number) => {
      let sum = 0;
      for (let j = i * dim; j < (i + 1) * dim; j++) sum += features[j] * features[j];
      return sum;
    };
    let total = 0;
    if (apart === null) {
      for (let i = 0; i < count; i++) total += square(i) * (loss.name === "dot" ? norms[labels[i]] / loss.aim : whole);
      return total;
    }
    for (let from = 0; from < count; from += together) {
      const some = Math.min(together, count - from);
      const shares = new Float64Array(some * classes);
      const seconds = new Float64Array(some);
      for (let i = 0; i < some; i++) {
        const p = shares.subarray(i * classes, (i + 1) * classes);
        const likeliest = softmaxBeside(logits, (from + i) * classes, p);
        let second = 0;
        for (let k = 0; k < classes; k++) if (k !== likeliest) second += p[k] * apart[likeliest * classes + k];
        seconds[i] = second;
      }
      const means = new Float64Array(some * dim); // Σ_s p_s (w_s − w_r)
      addProduct(shares, data, means, some, classes, dim);
      for (let i = 0; i < some; i++) {
        let first = 0;
        for (let j = i * dim; j < (i + 1) * dim; j++) first += means[j] * means[j];
        total += square(from + i) * (seconds[i] - first);
      }
    }
    return total;
  };
}

/** Softmax of a row of logits, its largest entry r less 1: −Σ_{s≠r} p_s, to all digits. @returns r, the lowest on a tie */
function softmaxBeside(logits: ArrayLike<number>, from: number, p: Float64Array): number {
  let likeliest = 0;
  for (let k = 1; k < p.length; k++) if (logits[from + k] > logits[from + likeliest]) likeliest = k;
  let others = 0;
  for (let k = 0; k < p.length; k++) {
    p[k] = Math.exp(logits[from + k] - logits[from + likeliest]);
    if (k !== likeliest) others += p[k];
  }
  p[likeliest] = -others;
  for (let k = 0; k < p.length; k++) p[k] /= 1 + others;
  return likeliest;
}

/** ‖w_k − w_l‖² [K, K], from differences. */
function squaredDistances(w: Float64Array, classes: number, dim: number): Float64Array {
  const apart = new Float64Array(classes * classes);
  for (let k = 0; k < classes; k++)
    for (let l = 0; l < k; l++) {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += (w[k * dim + j] - w[l * dim + j]) ** 2;
      apart[k * classes + l] = sum;
      apart[l * classes + k] = sum;
    }
  return apart;
}
