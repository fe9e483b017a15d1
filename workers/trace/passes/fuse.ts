import { type Node, sameShape, scalarOf, type Value } from "../graph/graph.ts";
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
  const single = (value: Value) => uses.get(value) === 1;
  for (const node of nodes) {
    const fused = node.op === "Add" || node.op === "Mul" ? intoGemm(rebuild, node, single) : undefined;
    rebuild.node(node, fused && [fused]);
  }
  return outputs.map((value) => rebuild.now(value));
}

/** Gemm is alpha · A · B + beta · C. */
function intoGemm(rebuild: Rebuild, node: Node, single: (value: Value) => boolean): Value | undefined {
  const [output] = node.outputs;
  for (const i of [1, 0]) {
    const product = node.inputs[i] as Value;
    const other = node.inputs[1 - i] as Value;
    const { node: gemm } = rebuild.now(product);
    if (gemm?.op !== "Gemm" || gemm.inputs.length > 2 || !single(product) || !sameShape(product.shape, output.shape)) continue;
    if (node.op === "Add") {
      const scaled = single(other) ? factorOf(other) : undefined;
      const attributes = scaled ? { ...gemm.attributes, beta: { float: scaled.factor } } : gemm.attributes;
      return rebuild.graph.node("Gemm", [...gemm.inputs, rebuild.now(scaled?.value ?? other)], output, attributes);
    }
    const factor = scalarOf(other);
    // alpha and beta are float32 whatever the product is.
    if (factor === undefined || gemm.attributes.alpha || (output.dtype === "float64" && Math.fround(factor) !== factor)) continue;
    return rebuild.graph.node("Gemm", gemm.inputs, output, { ...gemm.attributes, alpha: { float: factor } });
  }
  return undefined;
}

/** x and c of a product x · c, x of the product's shape. */
function factorOf({ node, shape }: Value): { value: Value; factor: number } | undefined {
  if (node?.op !== "Mul") return undefined;
  const [a, b] = node.inputs as Value[];
  const [value, constant] = scalarOf(a) === undefined ? [a, b] : [b, a];
  const factor = scalarOf(constant);
  if (factor === undefined || !sameShape(value.shape, shape)) return undefined;
  return value.dtype === "float64" && Math.fround(factor) !== factor ? undefined : { value, factor };
}
