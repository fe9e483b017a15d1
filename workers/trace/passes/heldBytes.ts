import { type Node, sizeOf, type Value } from "../graph/graph.ts";

const bytesOf = { float32: 4, float64: 8, int32: 4, int64: 8, bool: 1 };
/** Their output is their input, looked at in another way. */
const views = new Set(["Reshape", "Squeeze", "Unsqueeze", "Identity"]);
/** These read several values, or each value several times, so that they cannot write over what they read. */
const apart =
  /^(Mat|Fused|Gemm|Conv|Transpose|Concat|Split|Slice|Pad|Gather|Reduce|LayerNormalization|Expand|Scatter|Cast|Softmax)/;

/**
 * Bytes of what a graph holds between its nodes at the moment when it holds most, run in this order, each value given up after
 * its last reader. Not counted: inputs, constants, and outputs, which have buffers of their own.
 */
export function heldBytes(nodes: readonly Node[], outputs: readonly Value[]): number {
  const origin = new Map<Value, Value>();
  const source = (value: Value): Value => origin.get(value) ?? value;
  for (const { op, inputs, outputs: made } of nodes) if (views.has(op) && inputs[0]) origin.set(made[0], source(inputs[0]));
  const lastReader = new Map<Value, number>();
  nodes.forEach(({ inputs }, at) => {
    for (const value of inputs) if (value) lastReader.set(source(value), at);
  });
  const kept = new Set(outputs.map(source));
  const isCounted = (value: Value) => value.node !== undefined && !origin.has(value) && !kept.has(value);
  const sizeIn = (value: Value) => sizeOf(value.shape) * bytesOf[value.dtype];
  let held = 0;
  let most = 0;
  nodes.forEach(({ op, inputs, outputs: made }, at) => {
    const read = new Set(inputs.flatMap((value) => (value ? [source(value)] : [])));
    const given = [...read].filter((value) => isCounted(value) && lastReader.get(value) === at);
    const freed = given.reduce((sum, value) => sum + sizeIn(value), 0);
    const added = made.reduce((sum, value) => sum + (isCounted(value) ? sizeIn(value) : 0), 0);
    const inPlace = apart.test(op) ? 0 : Math.min(added, ...given.map(sizeIn), freed);
    most = Math.max(most, held + added - (given.length > 0 ? inPlace : 0));
    held += added - freed;
    for (const value of made) if (isCounted(value) && !lastReader.has(value)) held -= sizeIn(value);
  });
  return most;
}
