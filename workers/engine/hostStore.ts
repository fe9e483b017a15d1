import * as ort from "onnxruntime-node";
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

/** State in host memory: two sets of buffers, one is read while the other is written. */
export function hostStore(specs: Record<string, TensorSpec>): StateStore {
  const allocate = (): Feeds =>
    Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [name, new ort.Tensor("float32", new Float32Array(sizeOf(spec)), spec.shape)]),
    );
  let current = allocate();
  let next = allocate();
  const values = (name: string) => current[name].data as Float32Array;
  return {
    current: () => current,
    targets: () => Object.fromEntries(Object.entries(next).map(([name, tensor]) => [`next.${name}`, tensor])),
    advance() {
      [current, next] = [next, current];
    },
    read: async () => Object.fromEntries(Object.keys(specs).map((name) => [name, values(name).slice()])),
    write: async (name, data) => values(name).set(data),
    bind: async (_name, tensor) => tensor,
    async dispose() {},
  };
}
