import * as tf from "@tensorflow/tfjs";
import { type Dtype, sizeOf } from "./graph/graph.ts";
import type { Sym, Symbolic } from "./graph/symbolic.ts";
import { PlainBackend } from "./plainBackend.ts";

/** Larger host tensors inside a traced function are a mistake: data belongs into inputs or constants. */
const LARGEST_LITERAL = 65_536;

interface Literal {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
}

/** A TensorFlow.js backend whose tensors have no values, only a place in the graph that is being built. */
export class TraceBackend extends PlainBackend {
  private current: Symbolic | undefined;
  private tensors = new WeakMap<object, Sym>();
  private cached = new WeakMap<object, Sym>();
  /** Tensors made from host data, or moved here from another backend: they outlive a trace. */
  private readonly literals = new WeakMap<object, Literal>();
  private readonly references = new WeakMap<object, number>();

  /** Set while a function is traced. */
  get symbolic(): Symbolic | undefined {
    return this.current;
  }

  set symbolic(symbolic: Symbolic | undefined) {
    this.current = symbolic;
    this.tensors = new WeakMap();
    this.cached = new WeakMap();
  }

  put(sym: Sym): tf.TensorInfo {
    const dataId = {};
    this.tensors.set(dataId, sym);
    this.references.set(dataId, 1);
    return { dataId, shape: [...sym.shape], dtype: tfDtype(sym.value.dtype) };
  }

  get({ dataId, shape, dtype }: tf.TensorInfo): Sym {
    const found = this.tensors.get(dataId);
    if (found) return found;
    if (!this.literals.has(dataId)) {
      // Before it is moved, for moving takes it away from where it is.
      if (sizeOf(shape) > LARGEST_LITERAL) throw tooLarge(shape);
      tf.engine().moveData(this, dataId);
    }
    const literal = this.literals.get(dataId);
    if (!literal || !this.current) throw new Error("a tensor of another trace is used: pass it as an input or a constant");
    const sym = this.cached.get(dataId) ?? literalSym(this.current, literal);
    this.cached.set(dataId, sym);
    // Backends let a tensor and its reshaped or cast self share their data.
    return this.current.reshape(this.current.cast(sym, dtype as Literal["dtype"]), shape);
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    if (dtype === "string" || dtype === "complex64") throw new Error(`tensors of dtype ${dtype} cannot be compiled`);
    this.literals.set(dataId, { values: values as ArrayLike<number>, shape: [...shape], dtype: dtype });
    this.references.set(dataId, references);
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const literal = this.literals.get(dataId);
    if (literal) return literal.values as tf.backend_util.BackendValues;
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

  override disposeData(dataId: object, force = false): boolean {
    const left = (this.references.get(dataId) ?? 1) - 1;
    this.references.set(dataId, left);
    if (left > 0 && !force) return false;
    this.tensors.delete(dataId);
    this.literals.delete(dataId);
    return true;
  }

  override incRef(dataId: object): void {
    this.references.set(dataId, (this.references.get(dataId) ?? 0) + 1);
  }

  override refCount(dataId: object): number {
    return this.references.get(dataId) ?? 0;
  }
}

function literalSym({ graph }: Symbolic, { values, shape, dtype }: Literal): Sym {
  if (values.length > 0 && isUniform(values)) return { value: graph.scalar(Number(values[0]), dtype), shape };
  if (values.length > LARGEST_LITERAL) throw tooLarge(shape);
  const Kind = dtype === "float32" ? Float32Array : dtype === "int32" ? Int32Array : Uint8Array;
  return { value: graph.constant(Kind.from(values), shape, dtype), shape };
}

function tooLarge(shape: readonly number[]): Error {
  return new Error(
    `a tensor of ${sizeOf(shape)} values, shape [${shape}], is made inside the function or comes from its closure: pass it as an input or a constant`,
  );
}

function isUniform(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

function tfDtype(dtype: Dtype): tf.DataType {
  if (dtype === "int64") throw new Error("an int64 value cannot leave its kernel");
  // TensorFlow.js has no name for it (see workers/engine/wide.ts).
  return dtype === "float64" ? "float32" : dtype;
}
