import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { Graph } from "../../../../../workers/trace/graph/graph.ts";
import { narrowSplits } from "../../../../../workers/trace/passes/narrowSplits.ts";
import { sortNodes } from "../../../../../workers/trace/passes/sortNodes.ts";
import { trace } from "../../../../../workers/trace/trace.ts";

test.each([
  { pieces: 3, splits: 1 },
  { pieces: 7, splits: 1 },
  { pieces: 8, splits: 3 }, // two groups of four
  { pieces: 49, splits: 8 },
  { pieces: 50, splits: 10 }, // one of seven groups has eight
  { pieces: 70, splits: 22 },
])("no Split makes more than 7 pieces ($pieces pieces)", ({ pieces, splits }) => {
  const graph = new Graph();
  const whole = graph.input("x", [3, pieces], "float32");
  const specs = Array.from({ length: pieces }, () => ({ shape: [3, 1], dtype: "float32" as const }));
  const parts = graph.nodes("Split", [whole, graph.ints(specs.map(() => 1))], specs, { axis: 1 });
  const narrowed = narrowSplits(parts, 7);
  expect(narrowed.map(({ shape }) => shape)).toEqual(specs.map(({ shape }) => shape));
  const made = sortNodes(narrowed);
  expect(made).toHaveLength(splits);
  for (const { op, outputs } of made) {
    expect(op).toBe("Split");
    expect(outputs.length).toBeLessThanOrEqual(7);
  }
});

test.each([0, 1, 2])("pieces of unequal length come out in their order along axis %i", async (axis) => {
  const sizes = Array.from({ length: 23 }, (_, i) => 1 + (i % 3));
  const shape = [2, 2, 2].with(
    axis,
    sizes.reduce((sum, n) => sum + n, 0),
  );
  const x = Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => i);
  const results: number[][] = [];
  for (const options of [{}, { maxPieces: 7 }]) {
    const fn = (given: Record<string, tf.Tensor>) => {
      const parts = tf.split(given.x, sizes, axis);
      return { y: tf.concat(parts.map((part, i) => tf.mul(part, i + 1)).reverse(), axis), last: tf.square(parts[22]) };
    };
    const { model } = trace(fn, { x: { shape } }, options);
    const session = await ort.InferenceSession.create(model);
    const { y, last } = await session.run({ x: new ort.Tensor("float32", x, shape) });
    results.push([...(y.data as Float32Array), ...(last.data as Float32Array)]);
    await session.release();
  }
  expect(results[1]).toEqual(results[0]);
});
