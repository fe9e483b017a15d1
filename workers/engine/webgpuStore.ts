import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { trace } from "../trace/trace.ts";
import { sizeOf } from "./checkValues.ts";
import type { TensorSpec } from "./engine.ts";
import type { Feeds, StateStore } from "./hostStore.ts";
import { sessionOptions } from "./sessionOptions.ts";

/**
 * State on the device of ONNX Runtime's WebGPU provider. A GPU buffer cannot be read or written from Node (getData aborts the
 * process), so values go there and back through sessions that compute nothing.
 */
export async function webgpuStore(specs: Record<string, TensorSpec>): Promise<StateStore> {
  const copies = copySessions();
  const bound: ort.Tensor[] = [];
  const current: Feeds = {};
  for (const [name, { shape }] of Object.entries(specs)) {
    current[name] = await copies.copy(new ort.Tensor("float32", new Float32Array(sizeOf({ shape })), shape), "gpu-buffer");
  }
  const replace = (name: string, tensor: ort.Tensor) => {
    current[name].dispose();
    current[name] = tensor;
  };
  return {
    current: () => current,
    targets: () => ({}),
    advance(results) {
      for (const name of Object.keys(specs)) replace(name, results[`next.${name}`]);
    },
    async read() {
      const values: Record<string, Float32Array> = {};
      for (const name of Object.keys(specs)) values[name] = (await copies.copy(current[name], "cpu")).data as Float32Array;
      return values;
    },
    async write(name, values) {
      // A copy of the values keeps a later change of theirs out of an upload that has not happened yet.
      replace(name, await copies.copy(new ort.Tensor("float32", values.slice(), specs[name].shape), "gpu-buffer"));
    },
    async bind(_name, tensor) {
      const there = await copies.copy(tensor, "gpu-buffer");
      bound.push(there);
      return there;
    },
    async dispose() {
      for (const tensor of [...Object.values(current), ...bound]) tensor.dispose();
      await copies.release();
    },
  };
}

/** Sessions that copy a tensor from or to the device. They live as long as the tensors they made: a buffer belongs to its session. */
function copySessions() {
  const sessions = new Map<string, Promise<ort.InferenceSession>>();
  const open = (dims: readonly number[], dtype: "float32" | "int32" | "bool", to: "gpu-buffer" | "cpu") => {
    const { model } = trace(({ x }) => ({ y: tf.clone(x) }), { x: { shape: dims, dtype } });
    return ort.InferenceSession.create(model, { ...sessionOptions("webgpu", 1), preferredOutputLocation: { y: to } });
  };
  return {
    async copy(tensor: ort.Tensor, to: "gpu-buffer" | "cpu"): Promise<ort.Tensor> {
      const key = `${tensor.type} ${tensor.dims} ${to}`;
      const session = sessions.get(key) ?? open(tensor.dims, tensor.type as "float32", to);
      sessions.set(key, session);
      return (await (await session).run({ x: tensor })).y;
    },
    async release(): Promise<void> {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}
