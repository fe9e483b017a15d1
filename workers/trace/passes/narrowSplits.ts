import type { Graph, Value } from "../graph/graph.ts";
import { Rebuild } from "./rebuild.ts";
import { sortNodes } from "./sortNodes.ts";

/**
 * Makes trees of the Splits into more than `most` pieces. A GPU binds only so many buffers at once, and ONNX Runtime's WebGPU
 * provider refuses a Split of more (a Concat of more it does in several passes).
 */
export function narrowSplits(outputs: readonly Value[], most: number): Value[] {
  const rebuild = new Rebuild();
  for (const node of sortNodes(outputs)) {
    const isWide = node.op === "Split" && node.outputs.length > most;
    const { axis } = node.attributes as { axis: number };
    rebuild.node(node, isWide ? split(rebuild.graph, rebuild.now(node.inputs[0] as Value), node.outputs, axis, most) : undefined);
  }
  return outputs.map((value) => rebuild.now(value));
}

function split(graph: Graph, whole: Value, parts: readonly Value[], axis: number, most: number): Value[] {
  if (parts.length === 1) return [whole];
  const groups = groupsOf(parts, most);
  const sizes = groups.map((group) => group.reduce((sum, { shape }) => sum + shape[axis], 0));
  const outputs = sizes.map((size) => ({ shape: whole.shape.with(axis, size), dtype: whole.dtype }));
  const cut = graph.nodes("Split", [whole, graph.ints(sizes)], outputs, { axis });
  return groups.flatMap((group, i) => split(graph, cut[i], group, axis, most));
}

/** Neighbours in at most `most` groups, about equally many in each, and no more groups than are needed. */
function groupsOf(parts: readonly Value[], most: number): Value[][] {
  const count = parts.length <= most ? parts.length : Math.min(most, Math.ceil(parts.length / most));
  const start = (i: number) => Math.round((i * parts.length) / count);
  return Array.from({ length: count }, (_, i) => parts.slice(start(i), start(i + 1)));
}
