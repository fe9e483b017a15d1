/**
 * A TensorFlow.js function of one run, computed for S runs at once, by whatever backend is in force (the compiling one too).
 *
 * Inside, tensors have the shapes of one run; where the runs differ, they stand for S tensors that lie along a leading axis
 * underneath. Every kernel has a rule (rules/) that says what it is with that axis. What no run-dependent input reaches has no such
 * axis: it is computed once and not copied. Gradients come out of TensorFlow.js' own differentiation, which sees one run.
 *
 * ```ts
 * const all = pack(3, ({ w, x }) => ({ y: tf.matMul(w, x) }), new Set(["w"]));
 * all({ w: tf.ones([3, 4, 5]), x: tf.ones([5, 2]) }).y; // [3, 4, 2]
 * ```
 */
import * as tf from "@tensorflow/tfjs";
import { PackedBackend } from "./backend.ts";

type Tensors = Record<string, tf.Tensor>;

/**
 * @param perRun names of the inputs that have a leading axis S; the others are what all runs share
 * @returns the function on such tensors; all of its results have the leading axis. Call it inside tf.tidy
 */
export function pack(runs: number, fn: (given: Tensors) => Tensors, perRun: ReadonlySet<string>): (given: Tensors) => Tensors {
  return (given) =>
    within(runs, (backend) => {
      const one = Object.entries(given).map(([name, tensor]) => [name, enter(backend, tensor, perRun.has(name))]);
      const results = fn(Object.fromEntries(one));
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, backend.whole(tensor)]));
    });
}

const NAME = "collapsar-pack";
let created: PackedBackend | undefined;

/** Calls `work` with the packed backend in force over the present one, and puts that back after. */
function within<T>(runs: number, work: (backend: PackedBackend) => T): T {
  created ??= register();
  const backend = created;
  if (backend.current) throw new Error("a pack may not hold another");
  const name = tf.getBackend();
  offer(backend, name);
  backend.current = { inner: { name, backend: tf.backend() }, runs };
  void tf.setBackend(NAME); // without a promise to wait for: the backend is registered with a synchronous factory
  try {
    return work(backend);
  } finally {
    void tf.setBackend(name);
    backend.current = undefined;
  }
}

function register(): PackedBackend {
  const backend = new PackedBackend();
  tf.registerBackend(NAME, () => backend, 0);
  return backend;
}

/** Every kernel that the backend underneath has. */
function offer(backend: PackedBackend, inner: string): void {
  for (const { kernelName } of tf.getKernelsForBackend(inner)) {
    if (tf.getKernel(kernelName, NAME)) continue;
    tf.registerKernel({
      kernelName,
      backendName: NAME,
      kernelFunc: ({ inputs, attrs }) => backend.run(kernelName, inputs as Record<string, tf.TensorInfo>, attrs ?? {}),
    });
  }
}

function enter(backend: PackedBackend, tensor: tf.Tensor, isPacked: boolean): tf.Tensor {
  const { dataId, shape, dtype } = tensor;
  const info = backend.put({ info: backend.share({ dataId, shape, dtype }), isPacked });
  return tf.engine().makeTensorFromTensorInfo(info, backend);
}
