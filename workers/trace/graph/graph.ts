/**
 * The graph that tracing builds: values and the nodes that make them, in ONNX' own vocabulary.
 * Equal nodes are built once, and a few identities are applied on the way (x · 1, transposes of transposes, …).
 */
export type Dtype = "float32" | "float64" | "int32" | "int64" | "bool";

/** TensorProto.DataType of ONNX: the type of a tensor, and what Cast casts to. */
export const typeCodes: Record<Dtype, number> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

export type Data = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
export type Attribute = number | readonly number[] | string | { readonly float: number };

export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Set for a graph input. */
  readonly input?: string;
  /** Set for a value known when tracing. */
  readonly data?: Data;
  /** Set for a value that a node makes. */
  readonly node?: Node;
}

export interface Node {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: Value[];
}

interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array };

export class Graph {
  readonly inputs: Value[] = [];
  private readonly known = new Map<string, Node>();
  private readonly constants = new Map<string, Value>();
  private count = 0;

  /** A graph input; with `data` its content is known and bound once. */
  input(name: string, shape: readonly number[], dtype: Dtype, data?: Data): Value {
    const value: Value = { id: this.count++, shape, dtype, input: name, data };
    this.inputs.push(value);
    return value;
  }

  constant(data: Data, shape: readonly number[], dtype: Dtype): Value {
    const key =
      data.length <= 64
        ? `${dtype}[${shape}]${Array.from(data as ArrayLike<unknown>, (x) => (Object.is(x, -0) ? "-0" : x))}`
        : undefined;
    const found = key === undefined ? undefined : this.constants.get(key);
    if (found) return found;
    const value: Value = { id: this.count++, shape, dtype, data };
    if (key !== undefined) this.constants.set(key, value);
    return value;
  }

  scalar(x: number, dtype: Dtype = "float32"): Value {
    const data = dtype === "int64" ? BigInt64Array.of(BigInt(x)) : arrays[dtype].of(x);
    return this.constant(data, [], dtype);
  }

  /** A list of int64, the form in which ONNX takes shapes, axes and bounds. */
  ints(list: readonly number[]): Value {
    return this.constant(BigInt64Array.from(list, BigInt), [list.length], "int64");
  }

  /** The outputs of a node: an existing equal one, or a new one. */
  nodes(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly OutputSpec[],
    attributes: Node["attributes"] = {},
    domain = "",
  ): Value[] {
    const key = `${domain}.${op}(${inputs.map((v) => v?.id)})${JSON.stringify(attributes)}→${outputs.map((o) => `${o.dtype}[${o.shape}]`)}`;
    let node = this.known.get(key);
    if (!node) {
      node = { op, domain, inputs, attributes, outputs: [] };
      for (const { shape, dtype } of outputs) node.outputs.push({ id: this.count++, shape, dtype, node });
      this.known.set(key, node);
    }
    return node.outputs;
  }

  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    output: OutputSpec,
    attributes: Node["attributes"] = {},
    domain = "",
  ): Value {
    return this.nodes(op, inputs, [output], attributes, domain)[0];
  }

  /** The value of an equal one-output node, if it was built before. */
  find(op: string, inputs: readonly Value[], output: OutputSpec, attributes: Node["attributes"] = {}): Value | undefined {
    return this.known.get(`.${op}(${inputs.map((v) => v.id)})${JSON.stringify(attributes)}→${output.dtype}[${output.shape}]`)
      ?.outputs[0];
  }
}

/** The number behind a scalar constant, else undefined. */
export function scalarOf(value: Value): number | undefined {
  return value.data && value.input === undefined && value.shape.length === 0 ? Number(value.data[0]) : undefined;
}
