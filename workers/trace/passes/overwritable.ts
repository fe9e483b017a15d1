import { type Node, sameShape, type Value } from "../graph/graph.ts";

/** Operators whose kernels read a place of their inputs before they write the same place of their output, and make no views. */
export const elementwise = new Set(["Add", "Sub", "Mul", "Div", "Sqrt", "Neg", "Abs", "Max", "Min", "Reciprocal", "Relu"]);

/**
 * The inputs in whose memory an output may lie: those that nothing reads any more when the output is written, because all that
 * reads them is needed for it (or is itself, place by place). Memory that was just read is written faster than memory that was not.
 */
export function overwritable(nodes: readonly Node[], outputs: readonly Value[]): Map<Value, Set<string>> {
  const readers = new Map<Value, Node[]>();
  for (const node of nodes)
    for (const value of new Set(node.inputs)) {
      if (value?.input === undefined || value.data) continue;
      const list = readers.get(value) ?? [];
      list.push(node);
      readers.set(value, list);
    }
  // A reshape, for example, would be a view that is read later.
  const candidates = [...readers].filter(
    ([value, list]) => !outputs.includes(value) && list.every(({ op }) => elementwise.has(op)),
  );
  const found = new Map<Value, Set<string>>();
  for (const output of outputs) {
    if (!output.node || !elementwise.has(output.node.op)) continue;
    const alike = candidates.filter(([{ shape, dtype }]) => sameShape(shape, output.shape) && dtype === output.dtype);
    if (alike.length === 0) continue;
    const before = ancestors(output.node);
    const free = alike.filter(([, list]) => list.every((node) => before.has(node)));
    found.set(output, new Set(free.map(([value]) => value.input as string)));
  }
  return found;
}

/** A node and all that it needs. */
function ancestors(node: Node): Set<Node> {
  const found = new Set([node]);
  for (const one of found) for (const value of one.inputs) if (value?.node) found.add(value.node);
  return found;
}
