import * as tf from "@tensorflow/tfjs";
import { effectiveRidge, type SlackRegularizer } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { idealGram } from "../../math/frames/idealGram.ts";
import { frobeniusNorm } from "../../math/linear/matrix.ts";
import type { Constant, StepDefinition, TensorSpec } from "../engine/engine.ts";
import { fitLoss } from "../models/losses.ts";
import type { Network, ParameterSpec } from "../models/network.ts";
import { parameterCount, sizeOf, unpackParameters } from "../models/parameterLayout.ts";
import { gradientOfSum } from "./gradientOfSum.ts";
import { makeOptimizer } from "./optimizers.ts";
import { slackGradient } from "./slackGradient.ts";

/** The whole training set bound once, or batches of a fixed size given at each step: x [N, D], y one-hot [K, N]. */
type StepData =
  | { x: Constant; y: Constant }
  | {
      /** B, samples a batch. */
      batch: number;
      /** N, samples of the training set that the batches are drawn from. */
      of: number;
    };

type TrainingStepDefinition = StepDefinition<string, string, string, "fit">;

/**
 * One optimizer update of a run's objective (contract/config/regularizer.ts): the gradient of the fit, of the features' ridge where they
 * have one (a batch of B counts N/B times), and of the slack, plus the coupled decay λ W of each penalized matrix. Family "adamw"
 * decays the penalized matrices by rate · λ W beside the update instead (decoupled).
 * `fit` is that of the parameters before the update, without any penalty.
 */
export function defineStep(config: RunConfig, network: Network, data: StepData): TrainingStepDefinition {
  const specs = network.parameters;
  const optimizer = makeOptimizer(config.training.optimizer);
  const ridge = effectiveRidge(config.regularizer, config.depth);
  const decoupled = config.regularizer.family === "adamw" ? config.regularizer.lambda : 0;
  const decayOf = ({ penalty }: ParameterSpec) => (penalty === "free" ? 0 : ridge[penalty]);
  const slack = config.regularizer.family === "slack" && config.regularizer.rho > 0 ? config.regularizer : null;
  // Free features decay as the parameters that they are.
  const featureDecay = specs.some(({ penalty }) => penalty === "features") ? 0 : ridge.features;
  const flat = { shape: [parameterCount(specs)] };
  const batched = "batch" in data;
  const counted = batched ? data.of / data.batch : 1;
  const batchInputs: Record<string, TensorSpec> = batched
    ? { x: { shape: [data.batch, network.inputDimension] }, y: { shape: [network.classes, data.batch] } }
    : {};
  return {
    state: Object.fromEntries(["parameters", ...optimizer.memory].map((name) => [name, flat])),
    constants: {
      ...(batched ? {} : { x: data.x, y: data.y }),
      ...(decoupled > 0 ? { decay: decayVector(specs, decoupled) } : {}),
      ...(slack ? { frame: frameConstant(network.classes, slack) } : {}),
    },
    inputs: { rate: { shape: [] }, step: { shape: [] }, ...batchInputs },
    fn: ({ state, constants, inputs: given }) => {
      const x = (batched ? given.x : constants.x) as tf.Tensor2D;
      const y = (batched ? given.y : constants.y) as tf.Tensor2D;
      const parameters = state as Record<string, tf.Tensor1D>;
      const matrices = unpackParameters(parameters.parameters, specs);
      const list = specs.map(({ name }) => matrices[name]);
      const fitOf = (...values: tf.Tensor[]) => {
        const named = Object.fromEntries(specs.map(({ name }, at) => [name, values[at]]));
        const { logits, features } = network.forward(named, x);
        const fit = fitLoss(config.loss, logits, y);
        if (featureDecay === 0) return fit;
        const squares = tf.sum(tf.square(features[features.length - 1]));
        return gradientOfSum(fit, tf.mul(squares, (counted * featureDecay) / 2) as tf.Scalar);
      };
      const { value: fit, grads } = tf.valueAndGrads(fitOf)(list);
      const decayed = grads.map((gradient, at) => {
        const { penalty } = specs[at];
        const decay = decayOf(specs[at]);
        let whole = decay > 0 ? tf.add(gradient, tf.mul(list[at], decay)) : gradient;
        if (slack && penalty === "head")
          whole = tf.add(whole, slackGradient(list[at] as tf.Tensor2D, constants.frame as tf.Tensor2D, slack.rho));
        return tf.reshape(whole, [-1]);
      });
      const rate = given.rate as tf.Scalar;
      const next = optimizer.update(parameters, tf.concat(decayed) as tf.Tensor1D, rate, given.step as tf.Scalar);
      if (decoupled > 0) {
        const shrink = tf.mul(tf.mul(parameters.parameters, constants.decay), rate);
        next.parameters = tf.sub(next.parameters, shrink) as tf.Tensor1D;
      }
      return { state: next, outputs: { fit } };
    },
  };
}

/** F/‖F‖ [K, K] of the frame that the classifier is held to. */
function frameConstant(classes: number, { frame }: SlackRegularizer): Constant {
  const ideal = idealGram(classes, frame);
  const norm = frobeniusNorm(ideal);
  return { shape: [classes, classes], data: Float32Array.from(ideal.data, (value) => value / norm) };
}

/** λ where a weight matrix is penalized, 0 elsewhere [P]. */
function decayVector(specs: ParameterSpec[], lambda: number): Constant {
  const data = new Float32Array(parameterCount(specs));
  let at = 0;
  for (const spec of specs) {
    const end = at + sizeOf(spec);
    if (spec.penalty === "head" || spec.penalty === "hidden") data.fill(lambda, at, end);
    at = end;
  }
  return { shape: [data.length], data };
}
