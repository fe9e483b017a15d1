import { type Node, sameShape, scalarOf, type Value } from "./graph.ts";
import { Rebuild } from "./rebuild.ts";
import { countUses, sortNodes } from "./sortNodes.ts";

/**
 * Rebuilds the graph behind `outputs` with what needs to know how often a value is used: additions and factors become part of
 * the matrix product before them.
 */
export function fuse(outputs: readonly Value[]): Value[] {
  const rebuild = new Rebuild();
  const nodes = sortNodes(outputs);
  const uses = countUses(nodes, outputs);
  for (const node of nodes) {
    const single = (i: number) => uses.get(node.inputs[i] as Value) === 1;
    const fused = node.op === "Add" || node.op === "Mul" ? intoGemm(rebuild, node, single) : undefined;
    rebuild.node(node, fused && [fused]);
  }
  return outputs.map((value) => rebuild.now(value));
}

function intoGemm(rebuild: Rebuild, node: Node, single: (i: number) => boolean): Value | undefined {
  const { graph } = rebuild;
  const inputs = node.inputs.map((value) => rebuild.now(value as Value));
  const output = node.outputs[0];
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
