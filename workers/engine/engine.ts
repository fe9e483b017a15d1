/**
 * One way to say what a training step computes, two ways to run it.
 *
 * A step is an ordinary TensorFlow.js function from (state, constants, inputs) to (new state, outputs). The engine keeps the
 * state between calls: compiled, the state ping-pongs between two sets of ONNX Runtime buffers; eager, it is a set of tensors.
 *
 * ```ts
 * const engine = await createEngine({ device: "auto" });
 * log(engine.choice); // { device: "cpu", engine: "compiled", provider: "onnxruntime cpu", reason: "…" }
 * const step = await engine.compileStep({
 *   state: { parameters: { shape: [P] }, m: { shape: [P] }, v: { shape: [P] } },
 *   constants: { x: { shape: [784, N], data: pixels }, y: { shape: [10, N], data: oneHot } }, // bound once, never copied again
 *   inputs: { rate: { shape: [] }, step: { shape: [] } }, // whatever changes from call to call, random masks too
 *   fn: ({ state, constants, inputs }) => {
 *     const { value, grads } = tf.valueAndGrads(…);
 *     return { state: adamUpdate(…), outputs: { loss: value } };
 *   },
 * });
 * await step.writeState({ parameters: initial }); // state starts at zero
 * for (let k = 1; k <= 5000; k++) {
 *   const { loss } = await step.run({ rate: 0.005, step: k }); // loss[0] is the loss of the parameters before this update
 * }
 * const features = await engine.compileFunction({ state: { parameters: { shape: [P] } }, inputs: {}, fn: … });
 * const { h } = await features.run({}, step); // reads the step's parameters where they are, without a copy
 * ```
 *
 * Many runs of one shape train as one step: `compileStep(definition, { runs: 16, perRun: { inputs: ["rate", "step"] } })` (see Pack).
 *
 * `fn` is called once (compiled) or at every step (eager), inside tf.tidy. It must be a pure function of its arguments: a
 * tensor or number from its closure, or a call of Math.random, would be frozen into the compiled step. Shapes are static.
 * It may not read a tensor's value (dataSync): compiled, there is none yet.
 *
 * What makes a compiled step fast on a CPU (measured on L-RN1, d = 64, N = 2000, where the matrix products take half the time):
 * features as columns [d, N], so that what belongs to a sample broadcasts along memory; few, long state vectors, the gradient put
 * together by one tf.concat (layer by layer costs a call's overhead for every tensor); the operations of workers/models/ops, whose
 * gradients read as little as can be; relu of (product + bias), which is one operator; constants instead of inputs for data that
 * stays. What does not: blocks of samples that fit into the cache. More steps a call (runMany) pay where a step takes less than a
 * millisecond or two.
 */
import type * as tf from "@tensorflow/tfjs";
import type { Precision } from "../../contract/precision.ts";

export type Dtype = "float32" | "int32" | "bool";

export interface TensorSpec {
  readonly shape: readonly number[];
  /** float32 by default. */
  readonly dtype?: Dtype;
}

/** What a tensor is filled from: a number for a scalar, else row-major values. */
export type Values = number | Float32Array | Int32Array | Uint8Array;

/** A large tensor that never changes, e.g. the full-batch data set. The engine keeps a reference to `data`: do not write to it. */
export interface Constant extends TensorSpec {
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export type Tensors<Name extends string = string> = Record<Name, tf.Tensor>;

export interface StepDefinition<
  S extends string = string,
  C extends string = string,
  I extends string = string,
  O extends string = string,
> {
  /** float32 tensors that the step reads and replaces. */
  readonly state: Record<S, TensorSpec>;
  readonly constants?: Record<C, Constant>;
  readonly inputs: Record<I, TensorSpec>;
  readonly fn: (given: { state: Tensors<S>; constants: Tensors<C>; inputs: Tensors<I> }) => {
    state: Tensors<S>;
    outputs: Tensors<O>;
  };
}

export interface FunctionDefinition<
  S extends string = string,
  C extends string = string,
  I extends string = string,
  O extends string = string,
> {
  /** The part of a step's state that the function reads; names and shapes as in that step. */
  readonly state: Record<S, TensorSpec>;
  readonly constants?: Record<C, Constant>;
  readonly inputs: Record<I, TensorSpec>;
  readonly fn: (given: { state: Tensors<S>; constants: Tensors<C>; inputs: Tensors<I> }) => Tensors<O>;
}

/** Arrays returned by `run` are float32 (counts and flags too) and belong to the engine: they hold until the next run; copy to keep. */
export type Outputs<O extends string = string> = Record<O, Float32Array>;

export interface Step<S extends string = string, I extends string = string, O extends string = string> {
  /** One update: reads the current state, replaces it. @throws naming the input that is missing or has the wrong size. */
  run(inputs: Record<I, Values>): Promise<Outputs<O>>;
  /**
   * Several updates, one after the other, and their outputs, which hold until the next call. Compiled on a CPU or on CUDA they are
   * one call, a loop through which the state goes where it is: that saves what a call costs, on CUDA the copies of the state too.
   */
  runMany(inputsOfEach: readonly Record<I, Values>[]): Promise<Outputs<O>[]>;
  /** A copy of the current state, for checkpoints. */
  readState(): Promise<Record<S, Float32Array>>;
  /** Replaces the named part of the state; the values are copied. */
  writeState(values: Partial<Record<S, Float32Array>>): Promise<void>;
  dispose(): Promise<void>;
}

export interface CompiledFunction<S extends string = string, I extends string = string, O extends string = string> {
  /** `state` is a step of the same engine (read in place) or plain values. */
  run(inputs: Record<I, Values>, state: Step | Record<S, Float32Array>): Promise<Outputs<O>>;
  dispose(): Promise<void>;
}

export type Device = "cpu" | "webgpu" | "cuda";

/** What was chosen to compute on, and why: logged and stored with the run. */
export interface DeviceChoice {
  readonly device: Device;
  readonly engine: "compiled" | "eager";
  /** e.g. "onnxruntime cpu", "tfjs-node-gpu". */
  readonly provider: string;
  readonly reason: string;
  /** How exactly it multiplies, as tried when the engine was made. */
  readonly precision: Precision;
  /** Name of the GPU, where the process was put on one. */
  readonly card?: string;
}

/**
 * A definition, which is written for one run, computed for several at once. State, outputs and what is named here have `runs` times
 * their values, run after run: a run's are together. The other constants and inputs are shared. One run is the definition itself.
 */
export interface Pack {
  /** S */
  readonly runs: number;
  readonly perRun: { readonly constants?: readonly string[]; readonly inputs?: readonly string[] };
}

export interface Engine {
  readonly choice: DeviceChoice;
  compileStep<S extends string, C extends string, I extends string, O extends string>(
    definition: StepDefinition<S, C, I, O>,
    pack?: Pack,
  ): Promise<Step<S, I, O>>;
  compileFunction<S extends string, C extends string, I extends string, O extends string>(
    definition: FunctionDefinition<S, C, I, O>,
    pack?: Pack,
  ): Promise<CompiledFunction<S, I, O>>;
}

export interface EngineOptions {
  /** `auto` takes the best available device and says which; a named device that is not available is an error. */
  readonly device?: Device | "auto";
  /** `auto`: compiled where ONNX Runtime has the device, else eager, on a TensorFlow.js backend. */
  readonly engine?: "compiled" | "eager" | "auto";
  /** Threads of one run (1 by default): ONNX Runtime's threads spin, so threads × processes must not exceed the cores. */
  readonly threads?: number;
}
