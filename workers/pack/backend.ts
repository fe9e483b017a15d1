import * as tf from "@tensorflow/tfjs";
import { PlainBackend } from "../trace/plainBackend.ts";
import { ruleOf } from "./rules/allRules.ts";
import { type Batched, type Kernels, packed, shapeOf, spread } from "./rules/rule.ts";

/** The TensorFlow.js backend that computes underneath. */
interface Inner {
  readonly name: string;
  readonly backend: tf.KernelBackend;
}

interface Held extends Batched {
  readonly inner: Inner;
  references: number;
}

type Infos = Record<string, tf.TensorInfo> | tf.TensorInfo[];

/** Kernels that give a list also where it has one entry. */
const givesList = new Set(["SplitV", "Unpack"]);

/** A TensorFlow.js backend on which tensors have the shapes of one run and stand for S runs; see pack.ts. */
export class PackedBackend extends PlainBackend {
  private readonly held = new WeakMap<object, Held>();
  /** Set while a pack is computed. */
  current: { inner: Inner; runs: number } | undefined;

  /** Takes over one reference to what `info` holds. */
  put({ info, isPacked }: Batched): tf.TensorInfo {
    const dataId = {};
    this.held.set(dataId, { info, isPacked, inner: this.opened.inner, references: 1 });
    return { dataId, shape: shapeOf({ info, isPacked }), dtype: info.dtype };
  }

  get({ dataId, shape, dtype }: tf.TensorInfo): Batched {
    // A tensor made on another backend.
    if (!this.held.has(dataId)) tf.engine().moveData(this, dataId);
    const { info, isPacked, inner } = this.held.get(dataId) as Held;
    if (inner.backend !== this.opened.inner.backend)
      throw new Error("a tensor of another pack is used: pass it as an input or a constant");
    return isPacked ? { info, isPacked } : { info: { ...info, shape, dtype }, isPacked };
  }

  /** One more reference to what a tensor holds, for somebody who keeps it. */
  share(info: tf.TensorInfo): tf.TensorInfo {
    this.opened.inner.backend.incRef(info.dataId);
    return info;
  }

  /** A kernel for all runs, by its rule; what no run-dependent input reaches is computed once. */
  run(
    kernel: string,
    inputs: Record<string, tf.TensorInfo> | tf.TensorInfo[],
    attributes: object,
  ): tf.TensorInfo | tf.TensorInfo[] {
    const given = mapped(inputs, (info) => info && this.get(info));
    const isPacked = Object.values(given).some((x: Batched | undefined) => x?.isPacked);
    const results = this.tidied((k) => {
      if (isPacked) return [ruleOf(kernel)(k, given, attributes)].flat();
      const outputs = k.callAll(kernel, mapped(given, (x) => x?.info) as Infos, attributes);
      return outputs.map((info) => ({ info, isPacked: false }));
    });
    const outputs = results.map((result) => this.put(result));
    return outputs.length === 1 && !givesList.has(kernel) ? outputs[0] : outputs;
  }

  /** A tensor of the backend underneath, with the runs along its leading axis. */
  whole(tensor: tf.Tensor): tf.Tensor {
    const given = this.get(tensor);
    const [{ info }] = this.tidied((k) => [packed(spread(k, given))]);
    return tf.engine().makeTensorFromTensorInfo(info, this.opened.inner.backend);
  }

  /** Results with one reference each; what else was made is disposed of. */
  private tidied(work: (k: Kernels) => Batched[]): Batched[] {
    const made = new Set<tf.TensorInfo>();
    const results = work(this.kernels(made));
    for (const { info } of results) if (!made.delete(info)) this.share(info);
    for (const { dataId } of made) this.opened.inner.backend.disposeData(dataId);
    return results;
  }

  private kernels(made: Set<tf.TensorInfo>): Kernels {
    const { inner, runs } = this.opened;
    const keep = (info: tf.TensorInfo) => {
      made.add(info);
      return info;
    };
    const callAll: Kernels["callAll"] = (kernel, inputs, attributes = {}) =>
      callInner(inner, kernel, inputs, attributes).map(keep);
    return {
      runs,
      has: (kernel) => tf.getKernel(kernel, inner.name) !== undefined,
      callAll,
      call: (kernel, inputs, attributes) => callAll(kernel, inputs, attributes)[0],
      integers: (values, shape) =>
        keep({ dataId: inner.backend.write(Int32Array.from(values), [...shape], "int32"), shape: [...shape], dtype: "int32" }),
    };
  }

  private get opened(): { inner: Inner; runs: number } {
    if (!this.current) throw new Error("a tensor of a pack is used outside of it");
    return this.current;
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = this.opened.inner.backend.write(values, shape, dtype);
    return this.put({ info: { dataId, shape, dtype }, isPacked: false }).dataId;
  }

  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    const { inner } = this.opened;
    inner.backend.move(dataId, values, shape, dtype, 1);
    this.held.set(dataId, { info: { dataId, shape, dtype }, isPacked: false, inner, references });
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const { info, isPacked, inner } = this.held.get(dataId) as Held;
    if (isPacked) throw new Error("the value of a tensor that differs between the runs of a pack cannot be read in their step");
    return inner.backend.readSync(info.dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const held = this.held.get(dataId);
    if (!held) return true;
    held.references--;
    if (held.references > 0 && !force) return false;
    this.held.delete(dataId);
    held.inner.backend.disposeData(held.info.dataId);
    return true;
  }

  override incRef(dataId: object): void {
    const held = this.held.get(dataId);
    if (held) held.references++;
  }

  override refCount(dataId: object): number {
    return this.held.get(dataId)?.references ?? 0;
  }
}

/** The outputs of a kernel of the backend underneath, each with one reference. @throws where it has no such kernel */
function callInner({ name, backend }: Inner, kernel: string, inputs: Infos, attributes: object): tf.TensorInfo[] {
  const found = tf.getKernel(kernel, name);
  if (!found) throw new Error(`Kernel '${kernel}' not registered for backend '${name}'`);
  // Kernels of some backends call operations themselves.
  const engine = tf.engine() as unknown as { backendName: string; backendInstance: tf.KernelBackend };
  const { backendName, backendInstance } = engine;
  engine.backendName = name;
  engine.backendInstance = backend;
  try {
    const result = found.kernelFunc({ inputs: inputs as tf.NamedTensorInfoMap, attrs: attributes as tf.NamedAttrMap, backend });
    return [result].flat().map((info) => released(backend, info));
  } finally {
    engine.backendName = backendName;
    engine.backendInstance = backendInstance;
  }
}

/** Some backends give tensors, which TensorFlow.js disposes of at the end of the scope: what they hold is kept beyond it. */
function released(backend: tf.KernelBackend, info: tf.TensorInfo): tf.TensorInfo {
  const { dataId, shape, dtype } = info;
  if (info instanceof tf.Tensor) {
    backend.incRef(dataId);
    info.dispose();
  }
  return { dataId, shape, dtype };
}

function mapped<A, B>(inputs: Record<string, A> | A[], fn: (value: A) => B): Record<string, B> | B[] {
  if (Array.isArray(inputs)) return inputs.map(fn);
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, fn(value)]));
}
