import * as ort from "onnxruntime-node";
import { TURNS } from "../trace/onnx/loop.ts";
import type { Traced } from "../trace/trace.ts";
import { checkedInput, sizeOf } from "./checkValues.ts";
import type { DeviceChoice, Outputs, TensorSpec, Values } from "./engine.ts";
import type { Feeds, StateStore } from "./hostStore.ts";
import { sessionOptions } from "./sessionOptions.ts";

/** A step as a loop: many updates a call, the state going from one to the next where the products are. */
export interface RepeatedStep {
  /** @throws naming the input that is missing or has the wrong size. */
  run(inputsOfEach: readonly Record<string, Values>[], store: StateStore): Promise<Outputs[]>;
  dispose(): Promise<void>;
}

/** `traced` is a step's graph, with each piece of its state as one input and one output. */
export async function repeatedStep(
  traced: Traced,
  { state, inputs }: { state: Record<string, TensorSpec>; inputs: Record<string, TensorSpec> },
  choice: DeviceChoice,
  threads: number,
): Promise<RepeatedStep> {
  const carried = Object.keys(state).map((name) => ({ input: `state.${name}`, output: `next.state.${name}` }));
  const session = await ort.InferenceSession.create(traced.loop(carried), sessionOptions(choice.device, threads));
  const read = new Set(traced.inputs.map(({ name }) => name));
  const bound = Object.fromEntries(
    traced.constants.map(({ name, dtype, data, shape }) => [name, new ort.Tensor(dtype, data as Float32Array, shape)]),
  );
  const collected = traced.outputs.filter(({ name }) => name.startsWith("output."));
  return {
    async run(inputsOfEach, store) {
      const turns = inputsOfEach.length;
      const feeds: Feeds = { ...bound, [TURNS]: new ort.Tensor("int64", BigInt64Array.of(BigInt(turns)), []) };
      for (const [name, spec] of Object.entries(inputs)) {
        const stacked = stack(name, spec, inputsOfEach);
        if (read.has(`input.${name}`)) feeds[`input.${name}`] = stacked;
      }
      const [current, targets] = [store.current(), store.targets()];
      const fetches: Record<string, ort.Tensor | null> = {};
      for (const { input, output } of carried) {
        feeds[input] = current[input];
        fetches[output] = targets[output];
      }
      for (const { name } of collected) fetches[name] = null;
      const results = await session.run(feeds, fetches);
      store.advance(results);
      return inputsOfEach.map((_, turn) => {
        const outputs: Outputs = {};
        for (const { name, shape } of collected) {
          const size = sizeOf({ shape });
          outputs[name.slice("output.".length)] = (results[name].data as Float32Array).subarray(turn * size, (turn + 1) * size);
        }
        return outputs;
      });
    },
    dispose: () => session.release(),
  };
}

/** The values of an input for each update, one after the other [turns, …]. */
function stack(name: string, spec: TensorSpec, inputsOfEach: readonly Record<string, Values>[]): ort.Tensor {
  const size = sizeOf(spec);
  const dtype = spec.dtype ?? "float32";
  const Kind = dtype === "float32" ? Float32Array : dtype === "int32" ? Int32Array : Uint8Array;
  const all = new Kind(size * inputsOfEach.length);
  for (const [turn, values] of inputsOfEach.entries()) all.set(checkedInput(`input '${name}'`, spec, values[name]), turn * size);
  return new ort.Tensor(dtype, all as Float32Array, [inputsOfEach.length, ...spec.shape]);
}
