import * as ort from "onnxruntime-node";
import type { Traced, TraceOptions } from "../trace/trace.ts";
import { checkedInput, sizeOf } from "./checkValues.ts";
import type {
  CompiledFunction,
  Device,
  DeviceChoice,
  Engine,
  FunctionDefinition,
  Outputs,
  Step,
  StepDefinition,
  TensorSpec,
  Values,
} from "./engine.ts";
import { type Feeds, hostStore, type StateStore } from "./hostStore.ts";
import { oneByOne } from "./oneByOne.ts";
import { packFunction, packStep } from "./packDefinition.ts";
import { type RepeatedStep, repeatedStep } from "./repeatedStep.ts";
import { sessionOptions } from "./sessionOptions.ts";
import { traceFunction, traceStep } from "./traceDefinition.ts";
import { webgpuStore } from "./webgpuStore.ts";

/**
 * Whether several updates are one call. CUDA: a call copies the state to the device and back, so that a single update is a loop
 * too. WebGPU: its provider has no loop, and its state stays there anyway.
 */
type Looping = "several" | "always" | "never";
const loopingOn: Record<Device, Looping> = { cpu: "several", cuda: "always", webgpu: "never" };

/** Compiles definitions to ONNX graphs and runs them with ONNX Runtime. */
export function createCompiledEngine(choice: DeviceChoice, threads: number, looping = loopingOn[choice.device]): Engine {
  return {
    choice,
    compileStep: async (definition, pack) => compiledStep(packStep(definition, pack), choice, threads, looping),
    compileFunction: async (definition, pack) => compiledFunction(packFunction(definition, pack), choice, threads),
  };
}

/**
 * Which constants become part of the model, in bytes. CPU: small ones, for ONNX Runtime packs them for its matrix products (up to
 * 10 % of a step), at the price of some copies. CUDA: all, for it would copy an input to the device at every call.
 */
const embedUpTo: Record<Device, number> = { cpu: 32 * 2 ** 20, webgpu: 0, cuda: Number.POSITIVE_INFINITY };

/** WebGPU promises 8 storage buffers an operator, one of which is for what is cut. */
const piecesOnWebgpu = 7;

function traceOptions({ device }: DeviceChoice): TraceOptions {
  return {
    embedUpTo: embedUpTo[device],
    filtersMinimally: device === "cpu",
    ...(device === "webgpu" ? { maxPieces: piecesOnWebgpu } : {}),
  };
}

/** The stores of the compiled steps, so that functions read a step's state without a copy. */
const storesOfSteps = new WeakMap<object, StateStore>();

async function compiledStep(definition: StepDefinition, choice: DeviceChoice, threads: number, looping: Looping): Promise<Step> {
  const specs = Object.fromEntries(Object.entries(definition.state).map(([name, spec]) => [`state.${name}`, spec]));
  const views = choice.device === "cpu" ? Object.keys(specs).flatMap((name) => [name, `next.${name}`]) : [];
  const traced = traceStep(definition, { ...traceOptions(choice), views });
  const alone = looping === "always" ? null : await open(traced, specs, definition.inputs, choice, threads);
  const store = alone?.store ?? hostStore(specs, traced);
  let repeated: Promise<RepeatedStep> | undefined;
  const repeat = () => {
    repeated ??= repeatedStep(views.length ? traceStep(definition, traceOptions(choice)) : traced, definition, choice, threads);
    return repeated;
  };
  if (!alone) await repeat();
  const read = new Set(traced.inputs.map(({ name }) => name));
  const step: Step = {
    async run(values) {
      if (!alone) return (await (await repeat()).run([values], store))[0];
      const feeds = { ...alone.inputs(values) };
      for (const [name, tensor] of Object.entries(store.current())) if (read.has(name)) feeds[name] = tensor;
      const results = await alone.session.run(feeds, fetchesOf(traced, { ...alone.outputs, ...store.targets() }));
      store.advance(results);
      return arraysOf(results);
    },
    async runMany(inputsOfEach) {
      if (alone && (looping === "never" || inputsOfEach.length < 2)) return oneByOne(step, inputsOfEach);
      return (await repeat()).run(inputsOfEach, store);
    },
    async readState() {
      const values = await store.read();
      return Object.fromEntries(Object.entries(values).map(([name, data]) => [name.slice("state.".length), data]));
    },
    async writeState(values) {
      for (const [name, data] of Object.entries(values)) {
        const checked = checkedInput(`state '${name}'`, definition.state[name], data) as Float32Array;
        await store.write(`state.${name}`, checked);
      }
    },
    async dispose() {
      await (await repeated)?.dispose();
      await store.dispose();
      await alone?.session.release();
    },
  };
  storesOfSteps.set(step, store);
  return step;
}

async function compiledFunction(
  definition: FunctionDefinition,
  choice: DeviceChoice,
  threads: number,
): Promise<CompiledFunction> {
  const traced = traceFunction(definition, traceOptions(choice));
  const { session, store, inputs, outputs } = await open(traced, {}, definition.inputs, choice, threads);
  const read = new Set(traced.inputs.map(({ name }) => name));
  return {
    async run(values, from) {
      const feeds = { ...inputs(values) };
      const shared = storesOfSteps.get(from)?.current();
      for (const [name, spec] of Object.entries(definition.state)) {
        const tensor = stateTensor(name, spec, shared, from as Record<string, Float32Array>);
        if (read.has(`state.${name}`)) feeds[`state.${name}`] = tensor;
      }
      return arraysOf(await session.run(feeds, fetchesOf(traced, outputs)));
    },
    async dispose() {
      await store.dispose();
      await session.release();
    },
  };
}

/** The session of a graph, with everything that stays the same from call to call. */
async function open(
  traced: Traced,
  state: Record<string, TensorSpec>,
  specs: Record<string, TensorSpec>,
  choice: DeviceChoice,
  threads: number,
) {
  const locations = Object.fromEntries(
    traced.outputs.map(({ name }) => [name, name.startsWith("next.") ? "gpu-buffer" : "cpu"] as const),
  );
  const session = await ort.InferenceSession.create(traced.model, {
    ...sessionOptions(choice.device, threads),
    ...(choice.device === "webgpu" ? { preferredOutputLocation: locations } : {}),
  });
  const store = choice.device === "webgpu" ? await webgpuStore(state) : hostStore(state, traced);
  const bound: Feeds = {};
  for (const { name, data, shape, dtype } of traced.constants)
    bound[name] = await store.bind(name, new ort.Tensor(dtype, data as Float32Array, shape));
  const read = new Set(traced.inputs.map(({ name }) => name));
  return {
    session,
    store,
    // The WebGPU provider does not write into buffers that are there already.
    outputs: choice.device === "webgpu" ? {} : outputBuffers(traced.outputs.filter(({ name }) => name.startsWith("output."))),
    inputs: (values: Record<string, Values>): Feeds => {
      const feeds: Feeds = { ...bound };
      for (const [name, spec] of Object.entries(specs)) {
        const data = checkedInput(`input '${name}'`, spec, values[name]);
        if (read.has(`input.${name}`))
          feeds[`input.${name}`] = new ort.Tensor(spec.dtype ?? "float32", data as Float32Array, spec.shape);
      }
      return feeds;
    },
  };
}

/** Every output of the graph: into its buffer if it has one, or wherever ONNX Runtime puts it. */
function fetchesOf({ outputs }: Traced, targets: Feeds): ort.InferenceSession.FetchesType {
  return Object.fromEntries(outputs.map(({ name }) => [name, targets[name] ?? null]));
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

function outputBuffers(outputs: Traced["outputs"]): Feeds {
  return Object.fromEntries(
    outputs.map(({ name, shape }) => [name, new ort.Tensor("float32", new Float32Array(sizeOf({ shape })), shape)]),
  );
}

function arraysOf(results: Feeds): Outputs {
  const arrays: Outputs = {};
  for (const [name, tensor] of Object.entries(results)) {
    if (name.startsWith("output.")) arrays[name.slice("output.".length)] = tensor.data as Float32Array;
  }
  return arrays;
}
