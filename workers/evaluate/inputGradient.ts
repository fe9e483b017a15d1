import * as tf from "@tensorflow/tfjs";
import type { RunLoss } from "../../contract/config/loss.ts";
import type { Engine } from "../engine/engine.ts";
import type { ParameterSource } from "../measure/featureReader.ts";
import { fitLoss } from "../models/losses.ts";
import type { Network } from "../models/network.ts";
import { parameterCount, unpackParameters } from "../models/parameterLayout.ts";

/** Logits and slopes of some samples; the arrays hold until the next call. */
interface InputSlopes {
  /** [count, K] */
  logits: Float32Array;
  /** Gradient of each sample's own fit by its inputs [count, D]. */
  gradient: Float32Array;
}

interface InputGradient {
  /** @param x [count, D] @param y one-hot columns [K, count] */
  at(x: Float32Array, y: Float32Array, source: ParameterSource): Promise<InputSlopes>;
  dispose(): Promise<void>;
}

/** Compiles the gradient of the fit by the inputs, for `count` samples at a time. */
export async function makeInputGradient(engine: Engine, network: Network, loss: RunLoss, count: number): Promise<InputGradient> {
  const { inputDimension, classes } = network;
  const compiled = await engine.compileFunction({
    state: { parameters: { shape: [parameterCount(network.parameters)] } },
    inputs: { x: { shape: [count, inputDimension] }, y: { shape: [classes, count] } },
    fn: ({ state, inputs }) => {
      const parameters = unpackParameters(state.parameters as tf.Tensor1D, network.parameters);
      // The sum, not the mean: slopes of a sample do not depend on how many share its batch.
      const fit = (x: tf.Tensor) => {
        const { logits } = network.forward(parameters, x as tf.Tensor2D);
        return tf.mul(fitLoss(loss, logits, inputs.y as tf.Tensor2D), count) as tf.Scalar;
      };
      const gradient = tf.grad(fit)(inputs.x);
      const { logits } = network.forward(parameters, inputs.x as tf.Tensor2D);
      return { gradient, logits: tf.transpose(logits) };
    },
  });
  return {
    at: async (x, y, source) => await compiled.run({ x, y }, source),
    dispose: () => compiled.dispose(),
  };
}
