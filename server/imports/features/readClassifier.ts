import { type ExternalFit, gammaOf } from "../../../contract/external/externalObjective.ts";
import { Failure } from "../../../contract/failure.ts";
import { countValues, type StoredArray } from "../formats/storedArray.ts";
import type { FeatureSet } from "./assemble.ts";

/** A linear classifier, and what it says of features that pass by. */
export class Classifier {
  readonly weights: Float64Array; // [K, d]
  readonly bias: Float64Array | null; // [K]
  readonly classes: number;
  readonly predictions: Int32Array; // [N]
  right = 0;
  /** Σ of the stated fit over the samples. */
  fit = 0;
  /** Σ 1 − cos(h, w_y) over the samples with a direction. */
  cosineSum = 0;
  zeroVectors = 0;
  private readonly norms: Float64Array; // [K]

  constructor(weights: Float64Array, bias: Float64Array | null, classes: number, samples: number) {
    this.weights = weights;
    this.bias = bias;
    this.classes = classes;
    this.predictions = new Int32Array(samples);
    const dim = weights.length / classes;
    this.norms = Float64Array.from({ length: classes }, (_, k) =>
      Math.sqrt(weights.subarray(k * dim, (k + 1) * dim).reduce((sum, w) => sum + w * w, 0)),
    );
  }

  /** @param features [n, d]; their samples are those from `first` on */
  add(features: Float64Array, labels: Int32Array, first: number, stated: ExternalFit | null): void {
    const { weights, bias, classes, norms } = this;
    const dim = weights.length / classes;
    const logits = new Float64Array(classes);
    for (let i = 0; i * dim < features.length; i++) {
      const [from, label] = [i * dim, labels[first + i]!];
      let square = 0;
      for (let j = 0; j < dim; j++) square += features[from + j]! ** 2;
      const [norm, row] = [Math.sqrt(square), norms[label]!];
      const stretch = stated?.features === "normalized" ? (stated.temperature ?? 1) / norm : 1;
      let best = 0;
      for (let k = 0; k < classes; k++) {
        let sum = 0;
        for (let j = 0; j < dim; j++) sum += features[from + j]! * weights[k * dim + j]!;
        logits[k] = (bias ? bias[k]! : 0) + (stretch * sum) / (stated?.rows === "unit" ? norms[k]! : 1);
        if (logits[k]! > logits[best]!) best = k;
      }
      this.predictions[first + i] = best;
      if (best === label) this.right++;
      if (stated !== null) this.fit += fitOf(stated, logits, label, logits[best]!);
      if (norm === 0 || row === 0) {
        this.zeroVectors++;
        continue;
      }
      let gap = 0;
      for (let j = 0; j < dim; j++) gap += (features[from + j]! / norm - weights[label * dim + j]! / row) ** 2;
      this.cosineSum += gap / 2;
    }
  }
}

/** Of one sample, as the objective has it. */
function fitOf(stated: ExternalFit, logits: Float64Array, label: number, largest: number): number {
  if (stated.loss === "mse") return squaredError(logits, label);
  const surprise = crossEntropy(logits, label, largest);
  const exponent = gammaOf(stated);
  if (exponent) return surprise * (-Math.expm1(-surprise)) ** exponent;
  const { smoothing: epsilon } = stated;
  if (!epsilon) return surprise;
  return surprise - (epsilon / logits.length) * logits.reduce((sum, logit) => sum + logit - logits[label]!, 0);
}

function crossEntropy(logits: Float64Array, label: number, largest: number): number {
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return Math.log(sum) + largest - logits[label]!;
}

const squaredError = (logits: Float64Array, label: number) =>
  logits.reduce((sum, logit, k) => sum + (logit - (k === label ? 1 : 0)) ** 2, 0) / 2;

/** @throws Failure INVALID for one that is not finite */
export async function readClassifier(
  { weights, weightsRef, bias, biasRef, transposed, classes }: NonNullable<FeatureSet["head"]>,
  dim: number,
  samples: number,
): Promise<Classifier> {
  const stored = await readAll(weights, weightsRef);
  const rows = transposed ? Float64Array.from(stored, (_, at) => stored[(at % dim) * classes + Math.floor(at / dim)]!) : stored;
  return new Classifier(rows, bias && (await readAll(bias, biasRef ?? "")), classes, samples);
}

async function readAll(array: StoredArray, ref: string): Promise<Float64Array> {
  const values = new Float64Array(countValues(array.shape));
  let at = 0;
  for await (const chunk of array.chunks(1)) {
    values.set(chunk, at);
    at += chunk.length;
  }
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new Failure("INVALID", `${ref} has ${values[odd]} as its number ${odd}: finite numbers were expected.`);
  return values;
}
