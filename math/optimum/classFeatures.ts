import type { SolvableObjective } from "./unconstrainedObjective.ts";

/** Class features [K, r] as a function of free coordinates z [K, r], flat, and the way back for a gradient. */
interface ClassFeatures {
  /** h_k of the last `place`, flat. */
  readonly values: Float64Array;
  /** Sets the features from z, which begins at `from` in x. */
  place(x: Float64Array, from: number): void;
  /** Adds the gradient by z, from `from` on, of a function whose gradient by the features is given. */
  addGradient(byFeatures: Float64Array, gradient: Float64Array, from: number): void;
}

/**
 * h_k = √d z_k/‖z_k‖ on the sphere of norm √d, or h_k = z_k/√n_k free.
 * @param rank r
 */
export function classFeatures({ counts, dim }: SolvableObjective, rank: number, onSphere: boolean): ClassFeatures {
  const classes = counts.length;
  const values = new Float64Array(classes * rank);
  const factors = new Float64Array(classes); // of z_k in h_k
  return {
    values,
    place(x, from) {
      for (let k = 0; k < classes; k++) {
        let sum = 0;
        for (let j = 0; j < rank; j++) sum += x[from + k * rank + j] ** 2;
        factors[k] = onSphere ? Math.sqrt(dim / sum) : 1 / Math.sqrt(counts[k]);
        for (let j = 0; j < rank; j++) values[k * rank + j] = factors[k] * x[from + k * rank + j];
      }
    },
    addGradient(byFeatures, gradient, from) {
      for (let k = 0; k < classes; k++) {
        let along = 0; // on the sphere only the part across h_k passes
        if (onSphere) for (let j = 0; j < rank; j++) along += (byFeatures[k * rank + j] * values[k * rank + j]) / dim;
        for (let j = 0; j < rank; j++) {
          const i = k * rank + j;
          gradient[from + i] += factors[k] * (byFeatures[i] - along * values[i]);
        }
      }
    },
  };
}
