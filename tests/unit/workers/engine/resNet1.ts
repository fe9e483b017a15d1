import * as tf from "@tensorflow/tfjs";
import type { StepDefinition } from "../../../../workers/engine/engine.ts";
import { flatAdam } from "../../../../workers/models/ops/flatAdam.ts";
import { layerNorm } from "../../../../workers/models/ops/layerNorm.ts";
import { softmaxCrossEntropy } from "../../../../workers/models/ops/softmaxCrossEntropy.ts";

export interface Case {
  readonly name: string;
  readonly d: number;
  readonly depth: number;
  readonly batch: number;
  readonly inputs: number;
  readonly classes: number;
}

const DECAY = 0.005;

/** The full-batch training step of L-RN1, features as columns, coupled-L2 Adam on one flat vector. */
export function resNet1Step({ d, depth, batch, inputs, classes }: Case): { definition: StepDefinition; parameters: number } {
  const shapes: [number, number][] = [
    [d, inputs],
    [d, 1],
  ];
  for (let l = 1; l < depth; l++) shapes.push([d, d], [d, 1]);
  shapes.push([classes, d]);
  const sizes = shapes.map(([m, n]) => m * n);
  const parameters = sizes.reduce((p, q) => p + q, 0);
  const forward = (theta: tf.Tensor2D[], x: tf.Tensor2D, y: tf.Tensor2D) => {
    let h = layerNorm(tf.add(tf.matMul(theta[0], x), theta[1]) as tf.Tensor2D, 0);
    for (let l = 1; l < depth; l++) {
      const branch = tf.relu(tf.add(tf.matMul(theta[2 * l], h), theta[2 * l + 1]));
      h = layerNorm(tf.add(h, branch) as tf.Tensor2D, 0);
    }
    return softmaxCrossEntropy(tf.matMul(theta[2 * depth], h), y, 0);
  };
  const flat = { shape: [parameters] };
  return {
    parameters,
    definition: {
      state: { parameters: flat, m: flat, v: flat },
      constants: {
        x: { shape: [inputs, batch], data: normals(inputs * batch) },
        y: { shape: [classes, batch], data: oneHot(classes, batch) },
      },
      inputs: { rate: { shape: [] }, step: { shape: [] } },
      fn: ({ state, constants: { x, y }, inputs: { rate, step } }) => {
        const parts = tf.split(state.parameters, sizes);
        const theta = parts.map((part, i) => tf.reshape(part, shapes[i]) as tf.Tensor2D);
        const { value, grads } = tf.valueAndGrads((...t: tf.Tensor[]) =>
          forward(t as tf.Tensor2D[], x as tf.Tensor2D, y as tf.Tensor2D),
        )(theta);
        const decayed = grads.map((g, i) => (i >= 2 && shapes[i][1] > 1 ? tf.add(g, tf.mul(theta[i], DECAY)) : g));
        const gradient = tf.concat(decayed.map((g) => tf.reshape(g, [-1]))) as tf.Tensor1D;
        const next = flatAdam(state as never, gradient, rate as tf.Scalar, step as tf.Scalar);
        return { state: { ...next }, outputs: { loss: value } };
      },
    },
  };
}

export function initial({ d, depth, inputs, classes }: Case, parameters: number): Float32Array {
  const values = normals(parameters);
  for (let i = 0; i < d * inputs; i++) values[i] /= Math.sqrt(3 * inputs);
  for (let i = d * inputs; i < parameters; i++) values[i] /= Math.sqrt(3 * d);
  void depth;
  void classes;
  return values;
}

function normals(count: number): Float32Array {
  let seed = 12345;
  const uniform = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed + 0.5) / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

function oneHot(classes: number, batch: number): Float32Array {
  const values = new Float32Array(classes * batch);
  for (let n = 0; n < batch; n++) values[((n * 7919) % classes) * batch + n] = 1;
  return values;
}
