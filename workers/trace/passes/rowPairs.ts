import { type Graph, type Node, sameShape, type Value } from "../graph/graph.ts";

export type Shape = readonly number[];

/** Nodes with one float32 output. */
export function builder(graph: Graph) {
  const node = (op: string, values: (Value | undefined)[], shape: Shape, attributes: Node["attributes"] = {}, domain = "") =>
    graph.node(op, values, { shape, dtype: "float32" }, attributes, domain);
  const reshape = (value: Value, shape: Shape): Value =>
    sameShape(value.shape, shape) ? value : node("Reshape", [value, graph.ints(shape)], shape);
  const pair = (op: string, a: Value, b: Value) => node(op, [a, b], a.shape);
  /** The values moved along an axis, with zeros where none come from: value[· − by]. */
  const moved = (value: Value, axis: number, by: number) => {
    const at = (n: number) => value.shape.map((_, i) => (i === axis ? n : 0));
    return node("Pad", [value, graph.ints([...at(by), ...at(-by)]), graph.scalar(0)], value.shape, { mode: "constant" });
  };
  return { node, reshape, pair, moved };
}

interface RowPairs {
  /** The even rows d_1 and the odd rows d_2 of the maps, [n, C, H/2, M] each. */
  readonly even: Value;
  readonly odd: Value;
  /** With d_0 and d_3 the rows before and after them: d_0 − d_2, d_1 + d_2, d_2 − d_1, d_3 − d_1. */
  readonly combined: readonly [Value, Value, Value, Value];
}

/** What minimal filtering reads of maps [n, C, H, M] with an even number of rows; zeros beyond the border. */
export function rowPairs(graph: Graph, maps: Value): RowPairs {
  const { reshape, pair, moved } = builder(graph);
  const [n, channels, rows, places] = maps.shape;
  const apart = reshape(maps, [n * channels, rows / 2, 2, places]);
  const one = { shape: [n * channels, rows / 2, 1, places], dtype: "float32" as const };
  const split = graph.nodes("Split", [apart, graph.ints([1, 1])], [one, one], { axis: 2 });
  const [even, odd] = split.map((value) => reshape(value, [n, channels, rows / 2, places]));
  const before = pair("Sub", moved(odd, 2, 1), odd);
  const after = pair("Sub", moved(even, 2, -1), even);
  return { even, odd, combined: [before, pair("Add", even, odd), pair("Sub", odd, even), after] };
}

/** The value that reshapes made this one from. */
export function unshaped(value: Value): Value {
  return value.node?.op === "Reshape" ? unshaped(value.node.inputs[0] as Value) : value;
}
