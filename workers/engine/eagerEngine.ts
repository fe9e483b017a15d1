import * as tf from "@tensorflow/tfjs";
import { checkedInput, checkedState, sizeOf } from "./checkValues.ts";
import type {
  CompiledFunction,
  Constant,
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
import { oneByOne } from "./oneByOne.ts";
import { packFunction, packStep } from "./packDefinition.ts";

/** Runs definitions directly, kernel by kernel, on the TensorFlow.js backend named `backend` (it must be registered). */
export function createEagerEngine(backend: string, choice: DeviceChoice): Engine {
  tf.enableProdMode(); // without the banner that recommends another backend
  const here = async <T>(work: () => Promise<T>): Promise<T> => {
    if (tf.getBackend() !== backend) await tf.setBackend(backend);
    return work();
  };
  return {
    choice,
    compileStep: (definition, pack) => here(async () => eagerStep(packStep(definition, pack), here)),
    compileFunction: (definition, pack) => here(async () => eagerFunction(packFunction(definition, pack), here)),
  };
}

type Here = <T>(work: () => Promise<T>) => Promise<T>;

/** The current state tensors of the eager steps, so that functions read them without a copy. */
const statesOfSteps = new WeakMap<object, Tensors>();

function eagerStep(definition: StepDefinition, here: Here): Step {
  const constants = upload(definition.constants ?? {});
  const state: Tensors = {};
  for (const [name, spec] of Object.entries(definition.state)) state[name] = tf.zeros([...spec.shape]);
  const replace = (name: string, next: tf.Tensor) => {
    if (state[name] === next) return;
    state[name].dispose();
    state[name] = next;
  };
  const step: Step = {
    run: (inputs) =>
      here(async () => {
        const given = fill(definition.inputs, inputs);
        const result = tf.tidy(() => {
          const { state: next, outputs } = definition.fn({ state: { ...state }, constants, inputs: given });
          // Clones, so that the old state can be disposed of even where a step hands a tensor through.
          return { next: map(next, (t) => tf.clone(t)), outputs: map(outputs, (t) => tf.cast(t, "float32").clone()) };
        });
        tf.dispose(given);
        for (const [name, spec] of Object.entries(definition.state)) replace(name, checkedState(name, spec, result.next[name]));
        return read(result.outputs);
      }),
    runMany: (inputsOfEach) => oneByOne(step, inputsOfEach),
    readState: () =>
      here(async () => {
        const values: Record<string, Float32Array> = {};
        for (const name of Object.keys(state)) values[name] = Float32Array.from(await state[name].data());
        return values;
      }),
    writeState: (values) =>
      here(async () => {
        for (const [name, data] of Object.entries(values)) {
          const spec = definition.state[name];
          replace(name, tensorOf(`state '${name}'`, spec, checkedInput(`state '${name}'`, spec, data)));
        }
      }),
    dispose: () =>
      here(async () => {
        tf.dispose(constants);
        tf.dispose(state);
      }),
  };
  statesOfSteps.set(step, state);
  return step;
}

function eagerFunction(definition: FunctionDefinition, here: Here): CompiledFunction {
  const constants = upload(definition.constants ?? {});
  return {
    run: (inputs, from) =>
      here(async () => {
        const shared = statesOfSteps.get(from);
        const given = fill(definition.inputs, inputs);
        const state = shared ?? fill(definition.state, from as Record<string, Float32Array>);
        const outputs = tf.tidy(() => {
          for (const [name, spec] of Object.entries(definition.state)) checkedState(name, spec, state[name]);
          return map(definition.fn({ state: { ...state }, constants, inputs: given }), (t) => tf.cast(t, "float32").clone());
        });
        tf.dispose(given);
        if (!shared) tf.dispose(state);
        return read(outputs);
      }),
    dispose: () => here(async () => tf.dispose(constants)),
  };
}

function upload(constants: Record<string, Constant>): Tensors {
  return map(constants, (constant, name) =>
    tensorOf(`constant '${name}'`, constant, checkedInput(`constant '${name}'`, constant, constant.data)),
  );
}

function fill(specs: Record<string, TensorSpec>, values: Record<string, Values>): Tensors {
  return map(specs, (spec, name) => tensorOf(`input '${name}'`, spec, checkedInput(`input '${name}'`, spec, values[name])));
}

function tensorOf(what: string, spec: TensorSpec, data: Float32Array | Int32Array | Uint8Array): tf.Tensor {
  if (data.length !== sizeOf(spec))
    throw new Error(`${what} has ${data.length} values, but its shape [${spec.shape}] needs ${sizeOf(spec)}`);
  // A copy: some backends keep the array itself, and callers reuse theirs.
  return tf.tensor(data.slice(), [...spec.shape], spec.dtype ?? "float32");
}

async function read(tensors: Tensors): Promise<Outputs> {
  const values: Outputs = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    values[name] = (await tensor.data()) as Float32Array;
    tensor.dispose();
  }
  return values;
}

function map<A, B>(record: Record<string, A>, fn: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value, name)]));
}
