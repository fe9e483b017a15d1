import { type Data, type Node, sizeOf, type Value } from "../graph/graph.ts";
import { Rebuild } from "./rebuild.ts";
import { sortNodes } from "./sortNodes.ts";

/**
 * Moves slices, transposes and reshapes of bound data (the data set) from every step to the compilation: their results become
 * bound data themselves.
 */
export function foldConstants(outputs: readonly Value[]): Value[] {
  const rebuild = new Rebuild();
  let folded = 0;
  for (const node of sortNodes(outputs)) {
    const inputs = node.inputs.map((value) => value && rebuild.now(value));
    const source = inputs[0];
    const data = source?.input !== undefined && source.data ? moved(node, inputs as Value[], source.data) : undefined;
    const [output] = node.outputs;
    rebuild.node(node, data && [rebuild.graph.input(`folded${folded++}`, output.shape, output.dtype, data)]);
  }
  return outputs.map((value) => rebuild.now(value));
}

function moved(node: Node, inputs: readonly Value[], data: Data): Data | undefined {
  const from = inputs[0].shape;
  const to = node.outputs[0].shape;
  const strides = from.map((_, i) => sizeOf(from.slice(i + 1)));
  if (node.op === "Reshape") return data;
  if (node.op === "Transpose") {
    const perm = node.attributes.perm as readonly number[];
    return gather(
      data,
      to,
      perm.map((axis) => strides[axis]),
      0,
    );
  }
  if (node.op === "Slice") {
    const list = (i: number) => Array.from(inputs[i].data as BigInt64Array, Number);
    const [begin, , axes, steps] = [list(1), 0, list(3), list(4)];
    if (steps.some((step) => step < 0)) return undefined;
    const walk = [...strides];
    let start = 0;
    axes.forEach((axis, i) => {
      start += begin[i] * strides[axis];
      walk[axis] *= steps[i];
    });
    return gather(data, to, walk, start);
  }
  return undefined;
}

/** The array of shape `shape` whose element (i, j, …) is data[start + i · strides[0] + j · strides[1] + …]. */
function gather(data: Data, shape: readonly number[], strides: readonly number[], start: number): Data {
  const result = new (data.constructor as Float32ArrayConstructor)(sizeOf(shape));
  let at = 0;
  const walk = (axis: number, from: number) => {
    if (axis === shape.length) {
      result[at++] = data[from] as number;
      return;
    }
    for (let i = 0; i < shape[axis]; i++) walk(axis + 1, from + i * strides[axis]);
  };
  walk(0, start);
  return result;
}
