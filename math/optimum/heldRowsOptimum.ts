import { simplexVertices } from "../frames/frames.ts";
import { scale } from "../linear/matrix.ts";
import { assertAtLeast, assertInteger } from "../MathError.ts";
import { bestMargin, marginFit } from "./marginFit.ts";
import { makeOptimum, type NoOptimum, type Optimum } from "./optimum.ts";
import { assertShape, type HeldRows, isBalanced, totalCount } from "./unconstrainedObjective.ts";

/**
 * The optimum over free features of a classifier W whose rows have norm 1.
 *
 * Fixed simplex. A sample's loss is its own, so class sizes do not matter. With Σ_c w_c = 0 the margins of a feature h have the mean
 * K⟨w_y, h⟩/(K−1), and by Jensen no feature does better than h = t w_y, of margin ρ = tK/(K−1), where the fit falls with ρ.
 *   norm r:  CE and focal L* = f(rK/(K−1)); smoothed labels the same as long as f still falls there; dot regression 0 at t = √d.
 *   ridge:   the least of f(ρ) + (Nλ_H/2) t²; squared error t = 1/(K/(K−1) + Nλ_H), dot regression t = √d/(1 + Nλ_H√d).
 * Unit rows, trained, of features of norm r: with q_k = ‖K w_k − Σ_c w_c‖ the margins' mean is at most r q_k/(K−1), and
 * Σ q_k² ≤ K³. f falls and is convex in ρ, so in q², and equal classes have L* = f(rK/(K−1)) at the simplex (s = 1).
 * @throws {MathError} if K < 2, a class is empty, or a number is not positive
 * Source: derived; the loss Yang et al. (2022), arXiv 2203.09081.
 */
export function heldRowsOptimum(objective: HeldRows): Optimum | NoOptimum {
  const { counts, dim, features, fit, rows } = objective;
  const classes = counts.length;
  assertInteger("classes", classes, 2);
  counts.forEach((count, k) => {
    assertInteger(`count of class ${k}`, count, 1);
  });
  assertInteger("dim", dim, 1);
  if (fit.name !== "dot") assertShape(fit);
  const isRidged = "decay" in features;
  const bound = isRidged ? classes - 1 : classes;
  if (dim < bound) return none(`dim = ${dim} is below ${bound}, which ${classes} classes need`);
  if (isRidged) assertAtLeast("featureDecay", features.decay, 0);
  else assertAtLeast("norm", features.norm, 0, true);
  if (rows === "unit" && isRidged) return none("Unit rows have no optimum beside features with a ridge that is known.");
  if (rows === "unit" && !isBalanced(counts)) return none("With unit rows the optimum is known for equal classes.");
  if (rows === "unit" && fit.name !== "ce") return none("With unit rows the optimum is known for cross entropy.");
  if (isRidged) {
    if (features.decay === 0) return none("featureDecay = 0: without ridge on the features the infimum is not attained");
    const { length, value } = ridgedLength(objective, totalCount(counts) * features.decay);
    const ridge = (totalCount(counts) * features.decay * length * length) / 2;
    return held(objective, length, value, ridge);
  }
  if (fit.name === "mse")
    return none("Beside a fixed simplex many features on the sphere fit equally well: there is no single optimum.");
  // Features that metrics are taken of have norm √d, also where a temperature stands between them and the logits.
  if (fit.name === "dot") return held(objective, Math.sqrt(dim), (features.norm - Math.sqrt(dim)) ** 2 / (2 * Math.sqrt(dim)), 0);
  const shape = marginFit(classes, fit);
  const margin = (features.norm * classes) / (classes - 1);
  if (shape.slope(margin) > 0)
    return none(
      `Smoothed labels ask for a margin below ${Number(margin.toPrecision(4))}, which features of this norm exceed: many fit equally well.`,
    );
  return held(objective, Math.sqrt(dim), shape.value(margin), 0);
}

const none = (reason: string): NoOptimum => ({ method: "none", reason });

/** t of h = t w_y beside a ridge of (strength/2) t², and its fit. */
function ridgedLength({ counts, dim, fit }: HeldRows, strength: number): { length: number; value: number } {
  const stretch = counts.length / (counts.length - 1);
  switch (fit.name) {
    case "dot": {
      const aim = Math.sqrt(dim);
      const length = aim / (1 + strength * aim);
      return { length, value: (length - aim) ** 2 / (2 * aim) };
    }
    case "mse": {
      const length = 1 / (stretch + strength);
      return { length, value: (stretch * length * length - 2 * length + 1) / 2 };
    }
    default: {
      const shape = marginFit(counts.length, fit);
      const margin = bestMargin(shape, 0, strength / stretch ** 2);
      return { length: margin / stretch, value: shape.value(margin) };
    }
  }
}

function held({ counts, features, fit }: HeldRows, length: number, value: number, ridge: number): Optimum {
  const unit = simplexVertices(counts.length);
  return makeOptimum({
    method: "decay" in features && (fit.name === "ce" || fit.name === "focal") ? "numeric" : "closed-form",
    fit: value,
    ridge,
    geometry: "simplex",
    scale: 1,
    featureScale: length,
    counts,
    weights: unit,
    features: scale(length, unit),
    zeroMean: !("decay" in features),
  });
}
