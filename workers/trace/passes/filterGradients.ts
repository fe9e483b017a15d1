import { type Graph, type Node, sizeOf, type Value } from "../graph/graph.ts";
import { builder, rowPairs, unshaped } from "./rowPairs.ts";

/** The gradient of a 3 × 3 filter: nine products of the maps' gradient with the maps, moved by rows and columns against each other. */
export interface FilterGradient {
  /** dy, O maps, and x, I maps, of H rows of M numbers each. */
  readonly gradient: Value;
  readonly maps: Value;
  readonly rows: number;
  readonly places: number;
  /** Numbers between a column and the next one. */
  readonly column: number;
}

/** Reads them off the node that puts the nine together, [O, I, 9], as models/ops/convolution3x3.ts makes them. */
export function filterGradientOf({ op, inputs, attributes }: Node): FilterGradient | undefined {
  if (op !== "Concat" || inputs.length !== 9 || attributes.axis !== 2) return undefined;
  const products = (inputs as Value[]).map((value) => unshaped(value).node);
  if (products.some((product) => !isPlainProduct(product))) return undefined;
  const [left, right] = [0, 1].map((i) => products.map((product) => product?.inputs[i] as Value));
  const [dy, x] = [left[4], right[4]];
  const places = movedBy(left[6], dy);
  const column = movedBy(right[0], x);
  if (!places || !column || unshaped(right[0]).shape[1] !== places) return undefined;
  const expected = products.every((_, i) => {
    const [row, at] = [Math.floor(i / 3), i % 3];
    return movedBy(left[i], dy) === (row - 1) * places && movedBy(right[i], x) === (1 - at) * column;
  });
  return expected ? { gradient: dy, maps: x, rows: sizeOf(x.shape.slice(1)) / places, places, column } : undefined;
}

const isPlainProduct = (node: Node | undefined) =>
  node?.op === "Gemm" &&
  node.inputs.length === 2 &&
  node.attributes.transA === 0 &&
  node.attributes.transB === 1 &&
  !node.attributes.alpha;

/** By how many places the rows of `value` are those of `source`, moved. */
function movedBy(value: Value, source: Value): number | undefined {
  const origin = unshaped(value);
  if (origin === unshaped(source)) return 0;
  if (origin.node?.op !== "Pad" || origin.shape.length !== 2) return undefined;
  const [from, pads] = origin.node.inputs as Value[];
  if (unshaped(from) !== unshaped(source) || !pads.data) return undefined;
  const [above, by, below, rest] = Array.from(pads.data as BigInt64Array, Number);
  return above === 0 && below === 0 && by === -rest ? by : undefined;
}

/**
 * The same by minimal filtering, the transposed algorithm: twelve products of half the length. With M_k the gradients by m_k of
 * minimalFiltering.ts and d_k what these are products of:
 *
 *   G_k = Σ M_k d_kᵀ,   ∂w_0 = G_0 + (G_1 + G_2)/2,  ∂w_1 = (G_1 − G_2)/2,  ∂w_2 = (G_1 + G_2)/2 + G_3
 *
 * @returns [O, I, 9]
 */
export function filterGradient(graph: Graph, { gradient, maps, rows, places, column }: FilterGradient): Value {
  const { node, reshape, pair, moved } = builder(graph);
  const inputs = sizeOf(maps.shape) / (rows * places);
  const outputs = sizeOf(gradient.shape) / (rows * places);
  const x = rowPairs(graph, reshape(unshaped(maps), [1, inputs, rows, places]));
  const dy = rowPairs(graph, reshape(unshaped(gradient), [1, outputs, rows, places]));
  // M_2 = even − odd: its sign is taken up below.
  const factors = [dy.even, dy.combined[1], dy.combined[2], dy.odd];
  const length = (rows / 2) * places;
  const columns = [1, 0, -1].map((at) => {
    const [g0, g1, minusG2, g3] = factors.map((factor, k) => {
      const lines = reshape(factor, [(outputs * rows) / 2, places]);
      const there = reshape(at === 0 ? lines : moved(lines, 1, -at * column), [outputs, length]);
      const here = reshape(x.combined[k], [inputs, length]);
      return node("Gemm", [there, here], [outputs, inputs], { transA: 0, transB: 1 });
    });
    const half = (value: Value) => pair("Mul", value, graph.scalar(0.5));
    const outer = half(pair("Sub", g1, minusG2));
    return [pair("Add", g0, outer), half(pair("Add", g1, minusG2)), pair("Add", g3, outer)];
  });
  const all = [0, 1, 2].flatMap((row) => columns.map((column) => reshape(column[row], [outputs, inputs, 1])));
  return node("Concat", all, [outputs, inputs, 9], { axis: 2 });
}
