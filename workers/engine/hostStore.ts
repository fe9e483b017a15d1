import * as ort from "onnxruntime-node";
import type { Tensor, Traced } from "../trace/trace.ts";
import { sizeOf } from "./checkValues.ts";
import type { TensorSpec } from "./engine.ts";

export type Feeds = Record<string, ort.Tensor>;

/** Where a compiled step keeps its state between calls, under the names of the graph's inputs ("state.w"). */
export interface StateStore {
  current(): Feeds;
  /** What the next state is to be written into: nothing where ONNX Runtime allocates it. */
  targets(): Feeds;
  /** Makes the results of a call, named "next.state.w", the current state. */
  advance(results: Feeds): void;
  read(): Promise<Record<string, Float32Array>>;
  write(name: string, values: Float32Array): Promise<void>;
  /** Tensors that never change, where the device can read them without a copy. */
  bind(name: string, tensor: ort.Tensor): Promise<ort.Tensor>;
  dispose(): Promise<void>;
}

/** One set of buffers, with the tensors that look at them. */
interface Buffers {
  values: Record<string, Float32Array>;
  inputs: Feeds;
  outputs: Feeds;
}

/**
 * State in host memory: two sets of buffers, one is read while the other is written; what may be overwritten lies in both. Where the
 * graph takes a vector apart, its inputs and outputs are views of the buffers.
 */
export function hostStore(specs: Record<string, TensorSpec>, traced: Traced): StateStore {
  const inPlace = overwritten(traced);
  const allocate = (before?: Buffers): Buffers => {
    const buffer = (name: string, spec: TensorSpec) =>
      before && inPlace(name) ? before.values[name] : new Float32Array(sizeOf(spec));
    const values = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, buffer(name, spec)]));
    const view = (whole: string, { shape, part }: Pick<Tensor, "shape" | "part">) => {
      const from = part?.offset ?? 0;
      return new ort.Tensor("float32", values[whole].subarray(from, from + sizeOf({ shape })), shape);
    };
    const inputs: Feeds = {};
    for (const [name, spec] of Object.entries(specs)) inputs[name] = view(name, spec);
    for (const input of traced.inputs) if (input.part) inputs[input.name] = view(input.part.of, input);
    const outputs: Feeds = {};
    for (const [name, spec] of Object.entries(specs)) outputs[`next.${name}`] = view(name, spec);
    for (const output of traced.outputs)
      if (output.part?.of.startsWith("next.")) outputs[output.name] = view(output.part.of.slice("next.".length), output);
    return { values, inputs, outputs };
  };
  let current = allocate();
  let next = allocate(current);
  return {
    current: () => current.inputs,
    targets: () => next.outputs,
    advance() {
      [current, next] = [next, current];
    },
    read: async () => Object.fromEntries(Object.entries(current.values).map(([name, values]) => [name, values.slice()])),
    write: async (name, data) => current.values[name].set(data),
    bind: async (_name, tensor) => tensor,
    async dispose() {},
  };
}

/** Whether every piece of a state's next value may be written over the same piece of the present one. */
function overwritten({ outputs }: Traced): (state: string) => boolean {
  return (state) => {
    const pieces = outputs.filter(({ name, part }) => (part?.of ?? name) === `next.${state}`);
    return pieces.length > 0 && pieces.every(({ name, over }) => over?.has(name.slice("next.".length)));
  };
}
