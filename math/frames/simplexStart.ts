import { zeroMeanBasis } from "./frames.ts";

/**
 * Class vectors [K, r], flat, to begin a search from: a unit simplex, with the rest of the coordinates used a little, so that it is never a
 * saddle that the classes' symmetry would keep.
 */
export function simplexStart(classes: number, rank: number): Float64Array {
  const start = new Float64Array(classes * rank);
  const basis = zeroMeanBasis(classes);
  let state = 1;
  for (let k = 0; k < classes; k++) {
    for (let j = 0; j < rank; j++) {
      state = (state * 48271) % 2147483647; // Park and Miller's generator: the same start on every machine
      const nudge = 0.02 * (state / 2147483647 - 0.5);
      start[k * rank + j] = (j < classes - 1 ? basis.data[j * classes + k] : 0) + nudge;
    }
  }
  return start;
}
