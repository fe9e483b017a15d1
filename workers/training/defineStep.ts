import * as tf from "@tensorflow/tfjs";
import { decayParts } from "../../contract/config/decayParts.ts";
import { lossLabel } from "../../contract/config/loss.ts";
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
import { adamRatio, decayConstant, frameConstant, trainedVector } from "./stepConstants.ts";

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
 * Running statistics are not trained: each batch moves them, unless the rate is 0, at which everything stands still.
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
  const hasStatistics = specs.some(isStatistic);
  const frame = terms.slack ? frameConstant(configs, network.classes) : null;
  const decay = decayConstant(configs, specs);
  const flat = { shape: [parameterCount(specs)] };
  const definition: TrainingStepDefinition = {
    state: Object.fromEntries(["parameters", ...memoryOf(optimizer)].map((name) => [name, flat])),
    constants: {
      ...("batch" in data ? data.bound : { x: data.x, y: data.y }),
      ...(decay ? { decay: decay.vector } : {}),
      ...(frame ? { frame: frame.frame } : {}),
      ...(hasStatistics ? { trained: trainedVector(specs) } : {}),
      ...runs.constants,
    },
    inputs: { rate: { shape: [] }, step: { shape: [] }, ...batchInputs(network, data) },
    fn: ({ state, constants, inputs: given }) => {
      const { x, y } = samplesOf(data, constants, given);
      const parameters = state as Record<string, tf.Tensor1D>;
      const matrices = unpackParameters(parameters.parameters, specs);
      const trained = specs.filter((spec) => !isStatistic(spec) && !spec.fixed);
      const list = trained.map(({ name }) => matrices[name]);
      const changes: Record<string, tf.Tensor> = {};
      const fitOf = (...values: tf.Tensor[]) => {
        const named = { ...matrices, ...Object.fromEntries(trained.map(({ name }, at) => [name, values[at]])) };
        const { logits, features } = network.train ? keepChanges(network.train(named, x), changes) : network.forward(named, x);
        const fit = fitLoss(config, logits, y);
        if (!terms.lastFeatures) return fit;
        const squares = tf.sum(tf.square(features[features.length - 1]));
        return gradientOfSum(fit, tf.mul(squares, terms.lastFeatures.in(constants)) as tf.Scalar);
      };
      const { value: fit, grads } = tf.valueAndGrads(fitOf)(list);
      const gradients = Object.fromEntries(trained.map(({ name }, at) => [name, grads[at]]));
      const rate = given.rate as tf.Scalar;
      const moved = specs.map(({ name, penalty, layer, fixed }) => {
        const value = matrices[name];
        // What is fixed has no gradient, and no optimizer moves it.
        if (fixed) return tf.zeros([value.size]);
        if (penalty === "statistic") return tf.reshape(tf.mul(changes[name], tf.step(rate)), [-1]);
        const coupled = layer === undefined ? terms[penalty] : terms.layers[layer];
        let whole = coupled ? tf.add(gradients[name], tf.mul(value, coupled.in(constants))) : gradients[name];
        if (terms.slack && penalty === "head")
          whole = tf.add(whole, slackGradient(value as tf.Tensor2D, constants.frame as tf.Tensor2D, terms.slack.in(constants)));
        return tf.reshape(whole, [-1]);
      });
      for (const change of Object.values(changes)) change.dispose();
      const { update } = makeOptimizer(optimizer, specs, {
        momentum: terms.momentum?.in(constants) ?? 0,
        adamRatio: terms.adamRatio?.in(constants) ?? 0,
      });
      const next = update(parameters, moved as tf.Tensor1D[], rate, given.step as tf.Scalar);
      if (decay) {
        const penalized = tf.mul(parameters.parameters, constants.decay);
        next.parameters = tf.sub(next.parameters, tf.mul(penalized, rate)) as tf.Tensor1D;
      }
      if (hasStatistics) moveStatistics(next, parameters.parameters, tf.concat(moved) as tf.Tensor1D, constants.trained);
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

const isStatistic = ({ penalty }: ParameterSpec): boolean => penalty === "statistic";

/** What the optimizer took for gradients of statistics were their changes: it has moved them, and remembers them, in vain. */
function moveStatistics(next: Record<string, tf.Tensor1D>, before: tf.Tensor1D, moved: tf.Tensor1D, trained: tf.Tensor): void {
  for (const [name, value] of Object.entries(next)) next[name] = tf.mul(value, trained);
  next.parameters = tf.add(next.parameters, tf.mul(tf.add(before, moved), tf.sub(1, trained)));
}

/** Out of the scope that differentiation tidies up. */
function keepChanges<F extends ReturnType<NonNullable<Network["train"]>>>(forward: F, changes: Record<string, tf.Tensor>): F {
  for (const { name, change } of forward.statistics) changes[name] = tf.keep(change);
  return forward;
}

function requireOneGraph(configs: readonly RunConfig[]): void {
  const shared = {
    loss: lossLabel,
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
  const ridge = (name: "head" | "hidden" | "features" | "headBias" | "free") =>
    specs.some(({ penalty }) => penalty === name) ? runs.of(name, (config) => decayParts(config).coupled[name]) : null;
  // Free features decay as the parameters that they are.
  const areFree = specs.some(({ penalty }) => penalty === "features");
  return {
    free: ridge("free"),
    fixed: null,
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
