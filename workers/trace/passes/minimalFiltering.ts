import type { Graph, Node, Value } from "../graph/graph.ts";
import { type FilterGradient, filterGradient, filterGradientOf } from "./filterGradients.ts";
import { Rebuild } from "./rebuild.ts";
import { builder, rowPairs, type Shape } from "./rowPairs.ts";
import { countUses, sortNodes } from "./sortNodes.ts";

/** Below so many multiplications the sums around the products take as long as what they save. */
const FEWEST = 25e6;

/**
 * Winograd's minimal filtering F(2, 3), along the rows of the maps, in the place of large convolutions with three rows of weights: two
 * rows of output from four products where the definition takes six. With rows d_0 … d_3 of the input, of which d_1 and d_2 are the output's:
 *
 *   m_0 = (d_0 − d_2) w_0,  m_1 = (d_1 + d_2)(w_0 + w_1 + w_2)/2,  m_2 = (d_2 − d_1)(w_0 − w_1 + w_2)/2,  m_3 = (d_3 − d_1) w_2
 *   y_1 = m_0 + m_1 + m_2,  y_2 = m_1 − m_2 + m_3
 *
 * (Winograd, Arithmetic complexity of computations, 1980.) For ONNX Runtime's CPU provider, where products are bound by arithmetic.
 */
export function minimalFiltering(outputs: readonly Value[]): Value[] {
  const nodes = sortNodes(outputs);
  const uses = countUses(nodes, outputs);
  const rebuild = new Rebuild();
  // A ReLU right after a convolution becomes part of it.
  const rectified = new Map<Node, Node>();
  for (const node of nodes) {
    const source = node.op === "Relu" ? node.inputs[0]?.node : undefined;
    if (source && isEligible(source) && uses.get(source.outputs[0]) === 1) rectified.set(node, source);
  }
  const postponed = new Set(rectified.values());
  for (const node of nodes) {
    if (!postponed.has(node)) rebuild.node(node, replacement(rebuild, node, rectified.get(node)));
  }
  return outputs.map((value) => rebuild.now(value));
}

function replacement(rebuild: Rebuild, node: Node, convolution: Node | undefined): Value[] | undefined {
  if (convolution) return [filtered(rebuild, convolution, true)];
  if (isEligible(node)) return [filtered(rebuild, node, false)];
  const found = filterGradientOf(node);
  if (!found || !isWorth(found)) return undefined;
  const { gradient, maps } = found;
  return [filterGradient(rebuild.graph, { ...found, gradient: rebuild.now(gradient), maps: rebuild.now(maps) })];
}

const isWorth = ({ gradient, maps, rows, places }: FilterGradient) =>
  rows % 2 === 0 && 9 * gradient.shape[0] * maps.shape[0] * rows * places >= FEWEST;

/** Three rows of weights that stand close together, on an even number of rows, as many as come out. */
function isEligible({ op, inputs, attributes, outputs }: Node): boolean {
  if (op !== "Conv" || attributes.group !== undefined) return false;
  const list = (name: string) => attributes[name] as Shape;
  const [x, filter] = inputs as Value[];
  const [samples, channels, rows, places] = outputs[0].shape;
  const multiplications = samples * channels * rows * places * filter.shape[1] * filter.shape[2] * filter.shape[3];
  return (
    list("kernel_shape")[0] === 3 &&
    list("strides").every((n) => n === 1) &&
    list("dilations")[0] === 1 &&
    list("pads")[0] === 1 &&
    list("pads")[2] === 1 &&
    x.shape[2] === rows &&
    rows % 2 === 0 &&
    multiplications >= FEWEST
  );
}

function filtered(rebuild: Rebuild, { inputs, attributes, outputs: [output] }: Node, rectifies: boolean): Value {
  const { graph } = rebuild;
  const { node, reshape, pair } = builder(graph);
  const [x, filter, bias] = inputs.map((value) => value && rebuild.now(value)) as [Value, Value, Value | undefined];
  const { combined } = rowPairs(graph, x);
  const weights = combinedWeights(graph, filter);
  const [n, maps, rows, places] = output.shape;
  const half = [n, maps, rows / 2, places];
  const [, before, , after] = attributes.pads as Shape;
  const along = { ...attributes, kernel_shape: [1, filter.shape[3]], pads: [0, before, 0, after] };
  const product = (k: number, given: (Value | undefined)[]) => node("Conv", [combined[k], weights[k], ...given], half, along);
  const onto = (k: number, sum: Value) => {
    const given: Node["attributes"] = rectifies ? { ...along, activation: "Relu" } : along;
    return node("FusedConv", [combined[k], weights[k], undefined, sum], half, given, "com.microsoft");
  };
  // m_1 is in both rows once: the bias goes with it.
  const [m1, m2] = [product(1, bias ? [bias] : []), product(2, [])];
  const both = [onto(0, pair("Add", m1, m2)), onto(3, pair("Sub", m1, m2))];
  const single = both.map((value) => reshape(value, [n * maps, rows / 2, 1, places]));
  return reshape(node("Concat", single, [n * maps, rows / 2, 2, places], { axis: 2 }), output.shape);
}

/** The factors of m_0 … m_3, [O, I, 1, k] each, of a filter [O, I, 3, k]. */
function combinedWeights(graph: Graph, filter: Value): Value[] {
  const { pair } = builder(graph);
  const [outputs, inputs, , k] = filter.shape;
  const row = { shape: [outputs, inputs, 1, k], dtype: "float32" as const };
  const [w0, w1, w2] = graph.nodes("Split", [filter, graph.ints([1, 1, 1])], [row, row, row], { axis: 2 });
  const half = (value: Value) => pair("Mul", value, graph.scalar(0.5));
  const [outer, inner] = [half(pair("Add", w0, w2)), half(w1)];
  return [w0, pair("Add", outer, inner), pair("Sub", outer, inner), w2];
}
