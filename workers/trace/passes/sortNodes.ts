import type { Node, Value } from "../graph/graph.ts";

/** The nodes that the outputs need, each after the ones it reads, in the order in which they were traced where that is free. */
export function sortNodes(outputs: readonly Value[]): Node[] {
  const live = new Set<Node>();
  const open: Node[] = [];
  const visit = (value: Value | undefined) => {
    if (value?.node && !live.has(value.node)) {
      live.add(value.node);
      open.push(value.node);
    }
  };
  outputs.forEach(visit);
  for (let node = open.pop(); node; node = open.pop()) node.inputs.forEach(visit);
  // Ids grow with time, and a node is traced after what it reads.
  return [...live].sort((a, b) => a.outputs[0].id - b.outputs[0].id);
}

/** How often each value is read, by a node or as an output. */
export function countUses(nodes: readonly Node[], outputs: readonly Value[]): Map<Value, number> {
  const uses = new Map<Value, number>();
  const count = (value: Value | undefined) => value && uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of nodes) node.inputs.forEach(count);
  outputs.forEach(count);
  return uses;
}
