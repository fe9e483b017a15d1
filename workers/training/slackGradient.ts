import * as tf from "@tensorflow/tfjs";

/**
 * The gradient by W [K, d] of (ρ/2)‖WWᵀ − cF‖²_F at the best c: 2ρ S W with S = WWᵀ − ⟨WWᵀ, F̂⟩F̂, F̂ = F/‖F‖.
 * @param strength 2ρ
 * See math/optimum/slackObjective.ts.
 */
export function slackGradient(weights: tf.Tensor2D, unitFrame: tf.Tensor2D, strength: number | tf.Tensor): tf.Tensor2D {
  const gram = tf.matMul(weights, weights, false, true); // [K, K]
  const along = tf.sum(tf.mul(gram, unitFrame)); // ≥ 0: both are positive semidefinite
  const slack = tf.sub(gram, tf.mul(unitFrame, along)) as tf.Tensor2D;
  return tf.mul(tf.matMul(slack, weights), strength) as tf.Tensor2D;
}
