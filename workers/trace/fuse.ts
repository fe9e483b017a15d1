import { Graph, type Node, sameShape, scalarOf, type Value } from "./graph.ts";
import { countUses, sortNodes } from "./sortNodes.ts";

/**
 * Rebuilds the graph behind `outputs` with what needs to know how often a value is used: additions and factors become part of
 * the matrix product before them.
 */
export function fuse(outputs: readonly Value[]): Value[] {
  const graph = new Graph();
  const nodes = sortNodes(outputs);
  const uses = countUses(nodes, outputs);
  const rebuilt = new Map<Value, Value>();
  const now = (value: Value): Value => {
    let found = rebuilt.get(value);
    if (!found) {
      // Constants and inputs stay what they are, but in the new graph's count.
      found =
        value.input === undefined
          ? graph.constant(value.data as NonNullable<Value["data"]>, value.shape, value.dtype)
          : graph.input(value.input, value.shape, value.dtype, value.data);
      rebuilt.set(value, found);
    }
    return found;
  };
  for (const node of nodes) {
    const inputs = node.inputs.map((value) => value && now(value));
    const single = (i: number) => uses.get(node.inputs[i] as Value) === 1;
    const fused = node.outputs.length === 1 ? intoGemm(graph, node, inputs as Value[], single) : undefined;
    const results = fused ? [fused] : graph.nodes(node.op, inputs, node.outputs, node.attributes, node.domain);
    node.outputs.forEach((value, i) => {
      rebuilt.set(value, results[i]);
    });
  }
  return outputs.map(now);
}

function intoGemm(graph: Graph, node: Node, inputs: readonly Value[], single: (i: number) => boolean): Value | undefined {
  const output = node.outputs[0];
  if (node.op !== "Add" && node.op !== "Mul") return undefined;
  for (const i of [1, 0]) {
    const product = inputs[i].node;
    const other = inputs[1 - i];
    if (product?.op !== "Gemm" || product.inputs.length > 2 || !single(i) || !sameShape(inputs[i].shape, output.shape)) continue;
    if (node.op === "Add") return graph.node("Gemm", [...product.inputs, other], output, product.attributes);
    const factor = scalarOf(other);
    if (factor === undefined || product.attributes.alpha) continue;
    return graph.node("Gemm", product.inputs, output, { ...product.attributes, alpha: { float: factor } });
  }
  return undefined;
}
