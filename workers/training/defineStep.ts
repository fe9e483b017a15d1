import * as tf from "@tensorflow/tfjs";
import { decayParts } from "../../contract/config/decayParts.ts";
import { effectiveRidge, layerStrength } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Constant, Pack, StepDefinition, TensorSpec, Tensors } from "../engine/engine.ts";
import { fitLoss } from "../models/losses.ts";
import type { Network, ParameterSpec } from "../models/network.ts";
import { parameterCount, unpackParameters } from "../models/parameterLayout.ts";
import { gradientOfSum } from "./gradientOfSum.ts";
import { memoryOf } from "./optimizer.ts";
import { makeOptimizer } from "./optimizers.ts";
import { RunValues } from "./runValues.ts";
import { slackGradient } from "./slackGradient.ts";
import { adamRatio, decayConstant, frameConstant } from "./stepConstants.ts";

/** The whole training set bound once, or batches of a fixed size given at each step: x [N, D], y one-hot [K, N]. */
export type StepData =
  | { x: Constant; y: Constant }
  | {
      /** B, samples a batch. */
      batch: number;
      /** N, samples of the training set that the batches are drawn from. */
      of: number;
      /**
       * The training set where it is bound once, and batches are given as their samples' numbers: x [N, D], one-hot rows [N, K].
       * Without it each step is given x [B, D] and y [K, B].
       */
      bound?: { x: Constant; rows: Constant };
    };

/** Which of the bound data each run of a pack has its own of: S times the values, run after run. */
export type OwnData = readonly ("x" | "y" | "rows")[];

type TrainingStepDefinition = StepDefinition<string, string, string, "fit">;

/**
 * One optimizer update of a run's objective (contract/config/regularizer.ts): the gradient of the fit, of the features' ridge where they
 * have one (a batch of B counts N/B times), and of the slack, plus the coupled decay cλ θ of each penalized parameter. What of the decay
 * is decoupled (contract/config/decayParts.ts) is subtracted beside the update, as rate · (1 − c)λ θ of the parameters before it.
 * `fit` is that of the parameters before the update, without any penalty.
 */
export function defineStep(config: RunConfig, network: Network, data: StepData): TrainingStepDefinition {
  return definePackedStep([config], network, data).definition;
}

/**
 * The same for several runs, whose networks have the same shapes, and whose loss, optimizer and family of regularizer are the same.
 * λ's, ρ, the frame, momentum, the coupled share and data may differ; the rate, the step and batches are inputs of each run.
 * @throws naming in what two runs differ that may not
 */
export function definePackedStep(
  configs: readonly RunConfig[],
  network: Network,
  data: StepData,
  own: OwnData = [],
): { definition: TrainingStepDefinition; pack: Pack } {
  const [config] = configs;
  requireOneGraph(configs);
  const specs = network.parameters;
  const { optimizer } = config.training;
  const runs = new RunValues(configs);
  const terms = termsOf(runs, specs, "batch" in data ? data.of / data.batch : 1);
  const frame = terms.slack ? frameConstant(configs, network.classes) : null;
  const decay = decayConstant(configs, specs);
  const flat = { shape: [parameterCount(specs)] };
  const definition: TrainingStepDefinition = {
    state: Object.fromEntries(["parameters", ...memoryOf(optimizer)].map((name) => [name, flat])),
    constants: {
      ...("batch" in data ? data.bound : { x: data.x, y: data.y }),
      ...(decay ? { decay: decay.vector } : {}),
      ...(frame ? { frame: frame.frame } : {}),
      ...runs.constants,
    },
    inputs: { rate: { shape: [] }, step: { shape: [] }, ...batchInputs(network, data) },
    fn: ({ state, constants, inputs: given }) => {
      const { x, y } = samplesOf(data, constants, given);
      const parameters = state as Record<string, tf.Tensor1D>;
      const matrices = unpackParameters(parameters.parameters, specs);
      const list = specs.map(({ name }) => matrices[name]);
      const fitOf = (...values: tf.Tensor[]) => {
        const named = Object.fromEntries(specs.map(({ name }, at) => [name, values[at]]));
        const { logits, features } = network.forward(named, x);
        const fit = fitLoss(config.loss, logits, y);
        if (!terms.lastFeatures) return fit;
        const squares = tf.sum(tf.square(features[features.length - 1]));
        return gradientOfSum(fit, tf.mul(squares, terms.lastFeatures.in(constants)) as tf.Scalar);
      };
      const { value: fit, grads } = tf.valueAndGrads(fitOf)(list);
      const decayed = grads.map((gradient, at) => {
        const { penalty, layer } = specs[at];
        const coupled = layer === undefined ? terms[penalty] : terms.layers[layer];
        let whole = coupled ? tf.add(gradient, tf.mul(list[at], coupled.in(constants))) : gradient;
        if (terms.slack && penalty === "head")
          whole = tf.add(
            whole,
            slackGradient(list[at] as tf.Tensor2D, constants.frame as tf.Tensor2D, terms.slack.in(constants)),
          );
        return tf.reshape(whole, [-1]);
      });
      const rate = given.rate as tf.Scalar;
      const { update } = makeOptimizer(optimizer, specs, {
        momentum: terms.momentum?.in(constants) ?? 0,
        adamRatio: terms.adamRatio?.in(constants) ?? 0,
      });
      const next = update(parameters, decayed as tf.Tensor1D[], rate, given.step as tf.Scalar);
      if (decay) {
        const penalized = tf.mul(parameters.parameters, constants.decay);
        next.parameters = tf.sub(next.parameters, tf.mul(penalized, rate)) as tf.Tensor1D;
      }
      return { state: next, outputs: { fit } };
    },
  };
  const constants = [
    ...Object.keys(runs.constants),
    ...own,
    ...(frame?.differs ? ["frame"] : []),
    ...(decay?.differs ? ["decay"] : []),
  ];
  return { definition, pack: { runs: configs.length, perRun: { constants, inputs: Object.keys(definition.inputs) } } };
}

/** What of an optimizer decides the graph, in words. */
function optimizerOf(optimizer: RunConfig["training"]["optimizer"]): string {
  const numbers = ["momentum", "adamRate", "share"];
  return JSON.stringify(Object.fromEntries(Object.entries(optimizer).filter(([name]) => !numbers.includes(name))));
}

function requireOneGraph(configs: readonly RunConfig[]): void {
  const shared = {
    loss: ({ loss }: RunConfig) => loss,
    regularizer: ({ regularizer }: RunConfig) => regularizer.family,
    optimizer: ({ training: { optimizer } }: RunConfig) => optimizerOf(optimizer),
  };
  for (const [name, of] of Object.entries(shared))
    for (const config of configs)
      if (of(config) !== of(configs[0]))
        throw new Error(`the runs of a pack differ in their ${name}: ${of(configs[0])} and ${of(config)}`);
}

/** Strengths of everything beside the fit, by penalty or by name; null where no run has it. `counted`: how often a sample counts. */
function termsOf(runs: RunValues, specs: ParameterSpec[], counted: number) {
  const ridge = (name: "head" | "hidden" | "features" | "headBias") =>
    specs.some(({ penalty }) => penalty === name) ? runs.of(name, (config) => decayParts(config).coupled[name]) : null;
  // Free features decay as the parameters that they are.
  const areFree = specs.some(({ penalty }) => penalty === "features");
  return {
    free: null,
    head: ridge("head"),
    hidden: ridge("hidden"),
    layers: Object.fromEntries(
      specs.flatMap(({ layer: l }) =>
        l === undefined ? [] : [[l, runs.of(`hidden${l}`, (config) => layerStrength(decayParts(config).coupled, l))]],
      ),
    ) as Record<number, ReturnType<typeof runs.of>>,
    headBias: ridge("headBias"),
    features: ridge("features"),
    lastFeatures: areFree
      ? null
      : runs.of("lastFeatures", ({ regularizer, depth }) => (counted * effectiveRidge(regularizer, depth).features) / 2),
    slack: runs.of("slack", ({ regularizer }) => (regularizer.family === "slack" ? 2 * regularizer.rho : 0)),
    momentum: runs.of("momentum", ({ training: { optimizer } }) => ("momentum" in optimizer ? optimizer.momentum : 0)),
    adamRatio: runs.of("adamRatio", ({ training }) => adamRatio(training)),
  };
}

function batchInputs({ inputDimension, classes }: Network, data: StepData): Record<string, TensorSpec> {
  if (!("batch" in data)) return {};
  if (data.bound) return { samples: { shape: [data.batch], dtype: "int32" } };
  return { x: { shape: [data.batch, inputDimension] }, y: { shape: [classes, data.batch] } };
}

function samplesOf(data: StepData, constants: Tensors, given: Tensors): { x: tf.Tensor2D; y: tf.Tensor2D } {
  if ("batch" in data && data.bound) {
    const samples = given.samples as tf.Tensor1D;
    const rows = tf.gather(constants.rows, samples); // [B, K]
    return { x: tf.gather(constants.x, samples) as tf.Tensor2D, y: tf.transpose(rows) as tf.Tensor2D };
  }
  return ("batch" in data ? given : constants) as { x: tf.Tensor2D; y: tf.Tensor2D };
}
