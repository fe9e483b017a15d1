/**
 * Runs a TensorFlow.js function once on tensors without values, and writes down what it does, gradients and updates included, as
 * one ONNX model.
 *
 * ```ts
 * const { model } = trace(({ x, w }) => ({ y: tf.relu(tf.matMul(w, x)) }), { x: { shape: [3, 5] }, w: { shape: [4, 3] } });
 * ```
 */
import * as tf from "@tensorflow/tfjs";
import { TraceBackend } from "./backend.ts";
import { type Data, Graph, type Value } from "./graph/graph.ts";
import { Symbolic } from "./graph/symbolic.ts";
import { allKernels } from "./kernels/allKernels.ts";
import type { Kernel } from "./kernels/kernel.ts";
import { type Carried, toLoop } from "./onnx/loop.ts";
import { toOnnx } from "./onnx/onnx.ts";
import { foldConstants } from "./passes/foldConstants.ts";
import { fuse } from "./passes/fuse.ts";
import { heldBytes } from "./passes/heldBytes.ts";
import { minimalFiltering } from "./passes/minimalFiltering.ts";
import { narrowSplits } from "./passes/narrowSplits.ts";
import { overwritable } from "./passes/overwritable.ts";
import { countUses, sortNodes } from "./passes/sortNodes.ts";
import { type Part, type Split, splitVectors } from "./passes/splitVectors.ts";

export interface TraceInput {
  readonly shape: readonly number[];
  readonly dtype?: "float32" | "int32" | "bool";
  /** Content that never changes: bound once, cut and transposed once. */
  readonly data?: Float32Array | Int32Array | Uint8Array;
}

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
  /** Set where this is a piece of the flat vector `of`, from `offset` on: to be bound to a view of it. */
  readonly part?: Part;
  /** Of an output: the inputs in whose memory it may be written (see overwritable.ts). */
  readonly over?: ReadonlySet<string>;
}

export interface Traced {
  /** A serialized ONNX model. */
  readonly model: Uint8Array;
  /** The same repeated as often as a call asks for, as a model of its own (see onnx/loop.ts). */
  readonly loop: (carried: readonly Carried[]) => Uint8Array;
  /** The inputs that the model reads (others turned out to be unused). */
  readonly inputs: readonly Tensor[];
  /** Inputs to be bound once. */
  readonly constants: readonly (Tensor & { readonly data: Data })[];
  readonly outputs: readonly Tensor[];
  /** How many nodes of each operator there are. */
  readonly operators: Readonly<Record<string, number>>;
  /** Bytes between its nodes at the moment when it holds most (see heldBytes.ts). */
  readonly heldBytes: number;
}

export interface TraceOptions {
  /** Bound data of at most so many bytes becomes part of the model (which may have 2 GB), the rest an input; 0 by default. */
  readonly embedUpTo?: number;
  /** Names of inputs and outputs that, where it is faster, may be taken apart into views of them (see `part`). */
  readonly views?: readonly string[];
  /** A Split makes at most so many pieces (see narrowSplits.ts). */
  readonly maxPieces?: number;
  /** Large convolutions take fewer multiplications and more sums (see minimalFiltering.ts): for a CPU. */
  readonly filtersMinimally?: boolean;
}

/** @throws naming the kernel, the value or the tensor that cannot be compiled. */
export function trace(
  fn: (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
  inputs: Record<string, TraceInput>,
  { embedUpTo = 0, views = [], maxPieces, filtersMinimally = false }: TraceOptions = {},
): Traced {
  const symbolic = new Symbolic(new Graph());
  const names: string[] = [];
  const values: Value[] = [];
  record(symbolic, (backend) => {
    const given: Record<string, tf.Tensor> = {};
    for (const [name, { shape, dtype = "float32", data }] of Object.entries(inputs)) {
      given[name] = toTensor(backend.put(symbolic.of(symbolic.graph.input(name, [...shape], dtype, data))));
    }
    for (const [name, tensor] of Object.entries(fn(given))) {
      names.push(name);
      const sym = backend.get(tensor);
      values.push(symbolic.full(sym.value.dtype === "float64" ? symbolic.cast(sym, "float32") : sym));
    }
  });
  const fused = fuse(foldConstants(values));
  const filtered = filtersMinimally ? minimalFiltering(fused) : fused;
  const narrowed = maxPieces === undefined ? filtered : narrowSplits(filtered, maxPieces);
  const named = narrowed.map((value, i) => ({ name: names[i], value }));
  return emit(splitVectors(named, new Set(views)), embedUpTo);
}

function emit({ outputs, parts }: Split, embedUpTo: number): Traced {
  const values = outputs.map(({ value }) => value);
  const nodes = sortNodes(values);
  const used = [...countUses(nodes, values).keys()];
  const isInput = (value: Value) => value.input !== undefined && !(value.data && value.data.byteLength <= embedUpTo);
  const inputs = used.filter(isInput);
  const constants = used.filter((value) => value.data && !isInput(value));
  const tensor = (name: string, { shape, dtype }: Value, part?: Part): Tensor => ({
    name,
    shape,
    dtype: dtype as Tensor["dtype"],
    part,
  });
  const input = (value: Value) => tensor(value.input as string, value, parts.get(value.input as string));
  const free = overwritable(nodes, values);
  const operators: Record<string, number> = {};
  for (const { op } of nodes) operators[op] = (operators[op] ?? 0) + 1;
  const graph = { nodes, inputs, constants, outputs };
  return {
    model: toOnnx(graph),
    loop: (carried) => toLoop(graph, carried),
    inputs: inputs.filter(({ data }) => !data).map(input),
    constants: inputs.filter(({ data }) => data).map((value) => ({ ...input(value), data: value.data as Data })),
    outputs: outputs.map(({ name, value, part }) => ({ ...tensor(name, value, part), over: free.get(value) })),
    operators,
    heldBytes: heldBytes(nodes, values),
  };
}

const NAME = "collapsar-trace";
let backend: TraceBackend | undefined;

/** Calls `work` with the tracing backend in force, and puts back everything after. */
function record(symbolic: Symbolic, work: (backend: TraceBackend) => void): void {
  backend ??= register();
  const tracing = backend;
  if (tracing.symbolic) throw new Error("a traced function may not trace another");
  const before = tf.getBackend();
  const { random } = Math;
  tracing.symbolic = symbolic;
  void tf.setBackend(NAME); // without a promise to wait for: the backend is registered with a synchronous factory
  Math.random = () => {
    throw new Error(
      "random numbers drawn inside the function would be the same at every step: draw them outside and pass them as an input",
    );
  };
  try {
    tf.tidy(() => work(tracing));
  } catch (error) {
    throw readable(error);
  } finally {
    Math.random = random;
    tracing.symbolic = undefined;
    if (before) void tf.setBackend(before);
  }
}

function register(): TraceBackend {
  const created = new TraceBackend();
  tf.registerBackend(NAME, () => created, 0);
  const add = (kernelName: string, kernel: Kernel) =>
    tf.registerKernel({
      kernelName,
      backendName: NAME,
      kernelFunc: ({ inputs, attrs }) => {
        const given = Object.entries(inputs).map(([name, info]) => [name, info && created.get(info)]);
        const sources = Array.isArray(inputs) ? given.map(([, sym]) => sym) : Object.fromEntries(given);
        const result = kernel(created.symbolic as Symbolic, sources, attrs);
        return Array.isArray(result) ? result.map((sym) => created.put(sym)) : created.put(result);
      },
    });
  for (const [name, kernel] of Object.entries(allKernels)) add(name, kernel);
  return created;
}

const toTensor = (info: tf.TensorInfo): tf.Tensor => tf.engine().makeTensorFromTensorInfo(info);

function readable(error: unknown): unknown {
  const kernel = error instanceof Error ? /[Kk]ernel '(\w+)' not registered for backend/.exec(error.message)?.[1] : undefined;
  if (!kernel) return error;
  return new Error(
    `TensorFlow.js kernel '${kernel}' cannot be compiled yet; write it with other operations, or run the step eagerly`,
  );
}
