import { inner, type Matrix, matrix, multiplyTransposed, rowDot } from "../../../../math/linear/matrix.ts";
import { symmetricEigen } from "../../../../math/linear/symmetricEigen.ts";
import type { Optimum } from "../../../../math/optimum/optimum.ts";
import type { Slack } from "../../../../math/optimum/slackObjective.ts";
import type { SolvableObjective } from "../../../../math/optimum/unconstrainedObjective.ts";

/**
 * How far the loss of an optimum is above the least one at most, by duality, whatever found it. Over the Gram matrix P of the rows of
 * [W; H] the objective is convex, with the gradient Λ = ½ [[λ_W I + 2ρS, B], [Bᵀ, diag(ν)]], B [K, K] the slopes of the fit by the logits and
 * ν_k = λ_H n_k, or the multiplier of ‖h_k‖² = d. As ⟨Λ, P⟩ = 0 at a stationary point, no P' is better by more than −min eigenvalue · tr P'.
 */
export function excess(objective: SolvableObjective, optimum: Optimum): number {
  const { counts, dim, weightDecay } = objective;
  const { weights, features, bias } = optimum;
  const classes = counts.length;
  const samples = counts.reduce((sum, count) => sum + count, 0);
  const logits = multiplyTransposed(weights, features); // [output, class]
  const slopes = matrix(classes, classes);
  for (let k = 0; k < classes; k++) {
    const column = Array.from({ length: classes }, (_, c) => logits.data[c * classes + k] + bias[c]);
    slopesOf(objective, column, k).forEach((slope, c) => {
      slopes.data[c * classes + k] = (counts[k] / samples) * slope;
    });
  }
  const slack = "slack" in objective && objective.slack ? objective.slack : { rho: 0, frame: "simplex" as const };
  const held = residualOf(weights, slack);
  const size = 2 * classes;
  const gradient = matrix(size, size);
  let [trace, along] = [0, 0];
  for (let c = 0; c < classes; c++) {
    for (let j = 0; j < classes; j++) {
      gradient.data[c * size + j] = slack.rho * held.data[c * classes + j] + (c === j ? weightDecay / 2 : 0);
      gradient.data[c * size + classes + j] = slopes.data[c * classes + j] / 2;
      gradient.data[(classes + j) * size + c] = slopes.data[c * classes + j] / 2;
    }
    const free = "featureDecay" in objective ? objective.featureDecay * counts[c] : -pull(slopes, logits, c) / dim;
    gradient.data[(classes + c) * size + classes + c] = free / 2;
    trace += rowDot(weights, c, weights, c) + rowDot(features, c, features, c);
    along += Math.abs(pull(slopes, logits, c) + free * rowDot(features, c, features, c));
  }
  const { values } = symmetricEigen(gradient);
  // A point of the same trace or twice it; what stationarity leaves is counted as well.
  return Math.max(0, -values[values.length - 1]) * 2 * trace + along;
}

/** Σ_c B_ck M_ck: how much the fit of class k falls as its feature grows. */
function pull(slopes: Matrix, logits: Matrix, k: number): number {
  let sum = 0;
  for (let c = 0; c < slopes.rows; c++) sum += slopes.data[c * slopes.cols + k] * logits.data[c * slopes.cols + k];
  return sum;
}

function slopesOf(objective: SolvableObjective, logits: number[], label: number): number[] {
  if (objective.kind.endsWith("mse")) {
    const scale = "fitScale" in objective ? (objective.fitScale ?? 0.5) : 0.5;
    return logits.map((logit, c) => 2 * scale * (logit - (c === label ? 1 : 0)));
  }
  const top = Math.max(...logits);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
  return logits.map((logit, c) => Math.exp(logit - top) / total - (c === label ? 1 : 0));
}

/** S = WWᵀ − cF, entry by entry from its definition. */
function residualOf(weights: Matrix, slack: Slack): Matrix {
  const classes = weights.rows;
  const gram = multiplyTransposed(weights, weights);
  const frame = matrix(classes, classes);
  for (let i = 0; i < classes; i++)
    for (let j = 0; j < classes; j++)
      frame.data[i * classes + j] = (i === j ? 1 : 0) - (slack.frame === "simplex" ? 1 / classes : 0);
  const scale = inner(gram, frame) / inner(frame, frame);
  return matrix(
    classes,
    classes,
    gram.data.map((entry, i) => entry - scale * frame.data[i]),
  );
}
