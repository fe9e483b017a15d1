import * as tf from "@tensorflow/tfjs";
import { type Data, type Dtype, sizeOf } from "./graph.ts";
import type { Sym, Symbolic } from "./symbolic.ts";

/** Larger host tensors inside a traced function are a mistake: data belongs into inputs or constants. */
const LARGEST_LITERAL = 65_536;

/** A TensorFlow.js backend whose tensors have no values, only a place in the graph that is being built. */
export class TraceBackend extends tf.KernelBackend {
  /** Set while a function is traced. */
  symbolic: Symbolic | undefined;
  private tensors = new WeakMap<object, Sym>();
  private references = new WeakMap<object, number>();

  put(sym: Sym): tf.TensorInfo {
    const dataId = {};
    this.tensors.set(dataId, sym);
    this.references.set(dataId, 1);
    return { dataId, shape: [...sym.shape], dtype: tfDtype(sym.value.dtype) };
  }

  get(info: tf.TensorInfo): Sym {
    const sym = this.tensors.get(info.dataId);
    if (!sym) throw new Error("a tensor of another trace is used: pass it as an input or a constant");
    return sym;
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.references.set(dataId, 1);
    this.move(dataId, values, shape, dtype);
    return dataId;
  }

  override move(dataId: object, values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): void {
    if (!this.symbolic) throw new Error("tensors of the tracing backend exist only while a function is traced");
    if (dtype === "string" || dtype === "complex64") throw new Error(`tensors of dtype ${dtype} cannot be compiled`);
    const array = values as ArrayLike<number>;
    const { graph } = this.symbolic;
    const kind = dtype as "float32" | "int32" | "bool";
    const size = sizeOf(shape);
    if (size > 0 && isUniform(array)) {
      this.tensors.set(dataId, this.symbolic.scalar(Number(array[0]), kind, shape));
    } else if (size > LARGEST_LITERAL) {
      throw new Error(
        `a tensor of ${size} values, shape [${shape}], is made inside the function or comes from its closure: pass it as an input or a constant`,
      );
    } else {
      const Kind = kind === "float32" ? Float32Array : kind === "int32" ? Int32Array : Uint8Array;
      this.tensors.set(dataId, this.symbolic.of(graph.constant(Kind.from(array) as Data, [...shape], kind)));
    }
    if (!this.references.has(dataId)) this.references.set(dataId, 1);
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const sym = this.tensors.get(dataId);
    const data = sym?.value.input === undefined ? sym?.value.data : undefined;
    if (!sym || !data) {
      throw new Error(
        "the value of a tensor cannot be read while a step is compiled (dataSync, arraySync, data): there is none yet",
      );
    }
    if (sym.value.shape.length === 0)
      return new (data.constructor as Float32ArrayConstructor)(sizeOf(sym.shape)).fill(Number(data[0]));
    return data as tf.backend_util.BackendValues;
  }

  override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const left = (this.references.get(dataId) ?? 1) - 1;
    this.references.set(dataId, left);
    if (left > 0 && !force) return false;
    this.tensors.delete(dataId);
    return true;
  }

  override incRef(dataId: object): void {
    this.references.set(dataId, (this.references.get(dataId) ?? 0) + 1);
  }

  override refCount(dataId: object): number {
    return this.references.get(dataId) ?? 0;
  }

  override numDataIds(): number {
    return 0;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override memory() {
    return { unreliable: true };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}

function isUniform(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

function tfDtype(dtype: Dtype): tf.DataType {
  if (dtype === "int64") throw new Error("an int64 value cannot leave its kernel");
  return dtype;
}
