import type { Matrix } from "../../../../math/linear/matrix.ts";
import { matrix } from "../../../../math/linear/matrix.ts";
import type { SmoothFunction } from "../../../../math/optimum/minimize.ts";
import type { SolvableObjective } from "../../../../math/optimum/unconstrainedObjective.ts";

/**
 * An unconstrained-features objective written from its definition, with one free feature a *sample*: x = [W, H, b], H [N, d] raw.
 * LayerNorm is applied as it is in a network: subtract the mean over d, divide by the standard deviation.
 */
export function sampleObjective(objective: SolvableObjective) {
  const { counts, dim, weightDecay } = objective;
  const classes = counts.length;
  const labels = counts.flatMap((count, k) => new Array<number>(count).fill(k));
  const samples = labels.length;
  const layerNorm = objective.kind.startsWith("gufm");
  const featureDecay = "featureDecay" in objective ? objective.featureDecay : 0;
  const squared = objective.kind.endsWith("mse");
  const alpha = "fitScale" in objective && objective.fitScale !== undefined ? objective.fitScale : 0.5;
  const bias = "bias" in objective ? (objective.bias ?? "none") : "none";
  const biasDecay = bias === "penalized" && "biasDecay" in objective ? (objective.biasDecay ?? 0) : 0;
  const slack = "slack" in objective ? objective.slack : undefined;
  const w = classes * dim;
  const h = samples * dim;
  const size = w + h + (bias === "none" ? 0 : classes);

  /** The loss, or only its fit. */
  function value(x: ArrayLike<number>, fitOnly = false): number {
    let fit = 0;
    let ridge = 0;
    for (let i = 0; i < samples; i++) {
      const feature = featureOf(x, i).row;
      const logits = Array.from({ length: classes }, (_, c) => {
        let sum = bias === "none" ? 0 : x[w + h + c];
        for (let j = 0; j < dim; j++) sum += x[c * dim + j] * feature[j];
        return sum;
      });
      fit += fitOf(logits, labels[i]).loss / samples;
    }
    for (let i = 0; i < w; i++) ridge += (weightDecay / 2) * x[i] ** 2;
    for (let i = w; i < w + h; i++) ridge += (featureDecay / 2) * x[i] ** 2;
    for (let i = w + h; i < size; i++) ridge += (biasDecay / 2) * x[i] ** 2;
    return fitOnly ? fit : fit + ridge + slackOf(x);
  }

  const gramOf = (x: ArrayLike<number>) =>
    Array.from({ length: classes * classes }, (_, at) => {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += x[Math.floor(at / classes) * dim + j] * x[(at % classes) * dim + j];
      return sum;
    });

  /** WWᵀ − cF, entry by entry. */
  function residualOf(x: ArrayLike<number>): number[] {
    const gram = gramOf(x);
    const frame = gram.map((_, at) => {
      const identity = Math.floor(at / classes) === at % classes ? 1 : 0;
      return slack?.frame === "simplex" ? identity - 1 / classes : identity;
    });
    const squares = frame.reduce((sum, f) => sum + f * f, 0);
    const c = frame.reduce((sum, f, at) => sum + f * gram[at], 0) / squares;
    return gram.map((g, at) => g - c * frame[at]);
  }

  function slackOf(x: ArrayLike<number>): number {
    return slack ? (slack.rho / 2) * residualOf(x).reduce((sum, s) => sum + s * s, 0) : 0;
  }

  function featureOf(x: ArrayLike<number>, i: number) {
    const row = Array.from({ length: dim }, (_, j) => x[w + i * dim + j]);
    if (!layerNorm) return { row, deviation: 1 };
    const mean = row.reduce((sum, entry) => sum + entry, 0) / dim;
    const deviation = Math.sqrt(row.reduce((sum, entry) => sum + (entry - mean) ** 2, 0) / dim);
    return { row: row.map((entry) => (entry - mean) / deviation), deviation };
  }

  function fitOf(logits: number[], label: number) {
    if (squared) {
      const errors = logits.map((logit, c) => logit - (c === label ? 1 : 0));
      return {
        loss: alpha * errors.reduce((sum, error) => sum + error ** 2, 0),
        slopes: errors.map((error) => 2 * alpha * error),
      };
    }
    const top = Math.max(...logits);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
    const shares = logits.map((logit) => Math.exp(logit - top) / total);
    return { loss: -Math.log(shares[label]), slopes: shares.map((share, c) => share - (c === label ? 1 : 0)) };
  }

  const evaluate: SmoothFunction = (x, gradient) => {
    gradient.fill(0);
    for (let i = 0; i < samples; i++) {
      const { row, deviation } = featureOf(x, i);
      const logits = Array.from({ length: classes }, (_, c) => {
        let sum = bias === "none" ? 0 : x[w + h + c];
        for (let j = 0; j < dim; j++) sum += x[c * dim + j] * row[j];
        return sum;
      });
      const { slopes } = fitOf(logits, labels[i]);
      const back = new Array<number>(dim).fill(0);
      slopes.forEach((slope, c) => {
        if (bias !== "none") gradient[w + h + c] += slope / samples;
        for (let j = 0; j < dim; j++) {
          gradient[c * dim + j] += (slope * row[j]) / samples;
          back[j] += (slope * x[c * dim + j]) / samples;
        }
      });
      const mean = back.reduce((sum, entry) => sum + entry, 0) / dim;
      const along = back.reduce((sum, entry, j) => sum + entry * row[j], 0) / dim;
      for (let j = 0; j < dim; j++)
        gradient[w + i * dim + j] += layerNorm ? (back[j] - mean - along * row[j]) / deviation : back[j];
    }
    for (let i = 0; i < w; i++) gradient[i] += weightDecay * x[i];
    if (slack) {
      const residual = residualOf(x);
      for (let i = 0; i < w; i++)
        for (let l = 0; l < classes; l++)
          gradient[i] += 2 * slack.rho * residual[Math.floor(i / dim) * classes + l] * x[l * dim + (i % dim)];
    }
    for (let i = w; i < w + h; i++) gradient[i] += featureDecay * x[i];
    for (let i = w + h; i < size; i++) gradient[i] += biasDecay * x[i];
    return value(x);
  };

  /** The point of x: classifier, features as the head sees them, labels. */
  function read(x: Float64Array): { weights: Matrix; features: Float64Array; labels: number[]; bias: Float64Array } {
    const features = Float64Array.from(labels.flatMap((_, i) => featureOf(x, i).row));
    return { weights: matrix(classes, dim, x.slice(0, w)), features, labels, bias: x.slice(w + h) };
  }

  return { size, labels, evaluate, value, read };
}
