import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { type Traced, trace } from "../trace/trace.ts";
import { checkedInput, checkedState, sizeOf } from "./checkValues.ts";
import type {
  CompiledFunction,
  DeviceChoice,
  Engine,
  FunctionDefinition,
  Outputs,
  Step,
  StepDefinition,
  TensorSpec,
  Tensors,
  Values,
} from "./engine.ts";
import { sessionOptions } from "./sessionOptions.ts";

type Feeds = Record<string, ort.Tensor>;
type Specs = Record<string, TensorSpec>;

/** Compiles definitions to ONNX graphs and runs them with ONNX Runtime, on the CPU or with its state copied to the host (CUDA). */
export function createCompiledEngine(choice: DeviceChoice, threads: number): Engine {
  const options = sessionOptions(choice.device, threads);
  return {
    choice,
    compileStep: (definition) => compiledStep(definition, options),
    compileFunction: (definition) => compiledFunction(definition, options),
  } as Engine;
}

/** The current state tensors of the compiled steps, so that functions read them without a copy. */
const statesOfSteps = new WeakMap<object, () => Feeds>();

async function compiledStep(definition: StepDefinition, options: ort.InferenceSession.SessionOptions): Promise<Step> {
  const traced = traceStep(definition);
  const session = await ort.InferenceSession.create(traced.model, options);
  const inputs = prepareInputs(traced, definition.inputs);
  const outputs = outputBuffers(traced.outputs.filter(({ name }) => name.startsWith("output.")));
  // Two sets of buffers: one is read while the other is written.
  let current = stateBuffers("state.", definition.state);
  let next = stateBuffers("state.", definition.state);
  const read = new Set(traced.inputs.map(({ name }) => name));
  const step: Step = {
    async run(values) {
      const feeds = { ...inputs.fill(values) };
      for (const [name, tensor] of Object.entries(current)) if (read.has(name)) feeds[name] = tensor;
      const fetches: Feeds = { ...outputs };
      for (const [name, tensor] of Object.entries(next)) fetches[`next.${name}`] = tensor;
      await session.run(feeds, fetches);
      [current, next] = [next, current];
      return arraysOf(outputs);
    },
    async readState() {
      return Object.fromEntries(
        Object.keys(definition.state).map((name) => [name, (current[`state.${name}`].data as Float32Array).slice()]),
      );
    },
    async writeState(values) {
      for (const [name, data] of Object.entries(values)) {
        const checked = checkedInput(`state '${name}'`, definition.state[name], data as Values) as Float32Array;
        (current[`state.${name}`].data as Float32Array).set(checked);
      }
    },
    dispose: () => session.release(),
  };
  statesOfSteps.set(step, () => current);
  return step;
}

async function compiledFunction(
  definition: FunctionDefinition,
  options: ort.InferenceSession.SessionOptions,
): Promise<CompiledFunction> {
  const traced = traceFunction(definition);
  const session = await ort.InferenceSession.create(traced.model, options);
  const inputs = prepareInputs(traced, definition.inputs);
  const outputs = outputBuffers(traced.outputs);
  const read = new Set(traced.inputs.map(({ name }) => name));
  return {
    async run(values, from) {
      const feeds = { ...inputs.fill(values) };
      const shared = statesOfSteps.get(from)?.();
      for (const [name, spec] of Object.entries(definition.state)) {
        if (read.has(`state.${name}`))
          feeds[`state.${name}`] = stateTensor(name, spec, shared, from as Record<string, Float32Array>);
      }
      await session.run(feeds, outputs);
      return arraysOf(outputs);
    },
    dispose: () => session.release(),
  };
}

function stateTensor(
  name: string,
  spec: TensorSpec,
  shared: Feeds | undefined,
  values: Record<string, Float32Array>,
): ort.Tensor {
  if (!shared) return new ort.Tensor("float32", checkedInput(`state '${name}'`, spec, values[name]) as Float32Array, spec.shape);
  const tensor = shared[`state.${name}`];
  if (!tensor) throw new Error(`the step has no state '${name}'`);
  if (tensor.dims.join() !== spec.shape.join())
    throw new Error(`state '${name}' has shape [${tensor.dims}], not [${spec.shape}]`);
  return tensor;
}

export function traceStep(definition: StepDefinition): Traced {
  return trace((given) => {
    const { state, outputs } = definition.fn(sorted(definition, given));
    const results: Tensors = {};
    for (const [name, spec] of Object.entries(definition.state))
      results[`next.state.${name}`] = checkedState(name, spec, state[name]);
    for (const [name, tensor] of Object.entries(outputs)) results[`output.${name}`] = tf.cast(tensor, "float32");
    return results;
  }, specsOf(definition));
}

export function traceFunction(definition: FunctionDefinition): Traced {
  return trace((given) => {
    const results: Tensors = {};
    for (const [name, tensor] of Object.entries(definition.fn(sorted(definition, given))))
      results[`output.${name}`] = tf.cast(tensor, "float32");
    return results;
  }, specsOf(definition));
}

function specsOf({ state, constants = {}, inputs }: StepDefinition | FunctionDefinition) {
  const prefixed = <T>(prefix: string, record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).map(([name, spec]) => [prefix + name, spec]));
  const checked = Object.fromEntries(
    Object.entries(constants).map(([name, constant]) => [
      name,
      { ...constant, data: checkedInput(`constant '${name}'`, constant, constant.data) },
    ]),
  );
  return { ...prefixed("state.", state), ...prefixed("constant.", checked), ...prefixed("input.", inputs) };
}

function sorted({ state, constants = {}, inputs }: StepDefinition | FunctionDefinition, given: Tensors) {
  const pick = (prefix: string, names: object) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, given[prefix + name]]));
  return { state: pick("state.", state), constants: pick("constant.", constants), inputs: pick("input.", inputs) };
}

function stateBuffers(prefix: string, specs: Specs): Feeds {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      prefix + name,
      new ort.Tensor("float32", new Float32Array(sizeOf(spec)), spec.shape),
    ]),
  );
}

function outputBuffers(outputs: Traced["outputs"]): Feeds {
  return Object.fromEntries(
    outputs.map(({ name, shape }) => [name, new ort.Tensor("float32", new Float32Array(sizeOf({ shape })), shape)]),
  );
}

function arraysOf(outputs: Feeds): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name.slice("output.".length), data as Float32Array]),
  );
}

/** The tensors for a graph's inputs: constants bound once, the others filled anew at each call. */
function prepareInputs(traced: Traced, specs: Specs) {
  const feeds: Feeds = {};
  for (const { name, data, shape, dtype } of traced.constants) feeds[name] = new ort.Tensor(dtype, data as Float32Array, shape);
  const read = new Set(traced.inputs.map(({ name }) => name));
  return {
    fill(values: Record<string, Values>): Feeds {
      for (const [name, spec] of Object.entries(specs)) {
        const data = checkedInput(`input '${name}'`, spec, values[name]);
        if (read.has(`input.${name}`))
          feeds[`input.${name}`] = new ort.Tensor(spec.dtype ?? "float32", data as Float32Array, spec.shape);
      }
      return feeds;
    },
  };
}
