/** The fit of one class whose samples share a feature, as a function of that class' logits. */
type FitOfClass = (logits: Float64Array, from: number, classes: number, own: number) => number;

/**
 * Cross entropy log Σ_c e^{z_c − z_k} of class k = own, whose logits z [K] begin at `from`. In their place it leaves its derivative by each.
 * log1p keeps a fit far below 1 precise; range [0, ∞).
 */
export const crossEntropyOfClass: FitOfClass = (logits, from, classes, own) => {
  const logit = logits[from + own];
  let rest = 0; // Σ_{c≠k} e^{z_c − z_k}
  let most = 0;
  for (let c = 0; c < classes; c++) most = Math.max(most, logits[from + c] - logit);
  for (let c = 0; c < classes; c++) {
    logits[from + c] = Math.exp(logits[from + c] - logit - most);
    if (c !== own) rest += logits[from + c];
  }
  const all = rest + Math.exp(-most);
  for (let c = 0; c < classes; c++) logits[from + c] /= all;
  logits[from + own] = -rest / all;
  return most === 0 ? Math.log1p(rest) : most + Math.log(all);
};

/** Cross entropy with smoothed labels, ε/K Σ_c (z_k − z_c) more; likewise. */
export const smoothedCrossEntropyOfClass =
  (epsilon: number): FitOfClass =>
  (logits, from, classes, own) => {
    const share = epsilon / classes;
    let above = 0;
    for (let c = 0; c < classes; c++) above += logits[from + own] - logits[from + c];
    const value = crossEntropyOfClass(logits, from, classes, own) + share * above;
    for (let c = 0; c < classes; c++) logits[from + c] -= share;
    logits[from + own] += epsilon;
    return value;
  };

/** Squared error α Σ_c (z_c − [c = k])² of class k = own; likewise. */
export const squaredErrorOfClass =
  (alpha: number): FitOfClass =>
  (logits, from, classes, own) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const error = logits[from + c] - (c === own ? 1 : 0);
      sum += error * error;
      logits[from + c] = 2 * alpha * error;
    }
    return alpha * sum;
  };
