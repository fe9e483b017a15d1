import * as tf from "@tensorflow/tfjs";

/** a, b, c of X ← aX + (bA + cA²)X, A = XXᵀ (Jordan et al. 2024). */
const [a, b, c] = [3.4445, -4.775, 2.0315];
const steps = 5;
/** The smallest normal number of float32: what is smaller counts as 0. */
const smallest = 2 ** -126;

/**
 * The nearest matrix UVᵀ with orthonormal rows (or columns) to X = UΣVᵀ, nearly: five Newton–Schulz steps from X/‖X‖ move every singular
 * value of at least 0.002 ‖X‖ to between 0.68 and 1.21. A matrix of zeros stays one.
 * @param x [m, n], finite
 * @returns [m, n]
 */
export function orthogonalize(x: tf.Tensor2D): tf.Tensor2D {
  const [rows, columns] = x.shape;
  // By its largest entry first: the squares of small or large entries are no numbers of float32.
  const scaled = tf.div(x, tf.maximum(tf.max(tf.abs(x)), smallest));
  // ‖scaled‖ ≥ 1 but for a matrix of zeros.
  const norm = tf.maximum(tf.sqrt(tf.sum(tf.square(scaled))), 1);
  let y = tf.div(scaled, norm) as tf.Tensor2D;
  const isTall = rows > columns;
  for (let k = 0; k < steps; k++) {
    const gram = tf.matMul(y, y, isTall, !isTall); // of the shorter side
    const poly = tf.add(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c)) as tf.Tensor2D;
    const moved = isTall ? tf.matMul(y, poly) : tf.matMul(poly, y);
    y = tf.add(tf.mul(y, a), moved) as tf.Tensor2D;
  }
  return y;
}
