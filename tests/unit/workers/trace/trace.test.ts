import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { trace } from "../../../../workers/trace/trace.ts";
import { compareGradients, compareWithCpu } from "./compareWithCpu.ts";

const x = { x: { shape: [3, 4] } };

describe("trace", () => {
  test("names a kernel that cannot be compiled", () => {
    expect(() => trace((given) => ({ y: tf.spectral.fft(tf.complex(given.x, given.x)) }), x)).toThrow(
      /TensorFlow\.js kernel '\w+' cannot be compiled yet/,
    );
    expect(() =>
      trace((given) => ({ y: tf.image.resizeBilinear(tf.reshape(given.x, [1, 3, 4, 1]) as tf.Tensor4D, [6, 8]) }), x),
    ).toThrow("TensorFlow.js kernel 'ResizeBilinear' cannot be compiled yet");
  });

  test("refuses to read a value, to draw random numbers and to take in large data", () => {
    expect(() => trace((given) => ({ y: tf.mul(given.x, given.x.dataSync()[0]) }), x)).toThrow(
      "cannot be read while a step is compiled",
    );
    expect(() => trace((given) => ({ y: tf.add(given.x, tf.randomNormal([3, 4])) }), x)).toThrow("random numbers");
    expect(() => trace((given) => ({ y: tf.dropout(given.x, 0.5) }), x)).toThrow("random numbers");
    const large = Float32Array.from({ length: 300 * 300 }, (_, i) => i);
    expect(() => trace((given) => ({ y: tf.matMul(tf.tensor(large, [300, 300]), tf.zeros([300, 1])), z: given.x }), x)).toThrow(
      "pass it as an input or a constant",
    );
  });

  test("puts the backend and Math.random back, after an error too", async () => {
    await tf.setBackend("cpu");
    const { random } = Math;
    const fail = () => {
      throw new Error("fails on purpose");
    };
    expect(() => trace(fail, x)).toThrow("fails on purpose");
    expect(tf.getBackend()).toBe("cpu");
    expect(Math.random).toBe(random);
    expect([...tf.add([1, 2], 3).dataSync()]).toEqual([4, 5]);
  });

  test("small tensors of a closure become constants, and are usable afterwards", async () => {
    await tf.setBackend("cpu");
    const outside = tf.tensor1d([1, 2, 3, 4]);
    await compareWithCpu((a) => tf.mul(a, outside), [{ shape: [3, 4] }]);
    await tf.setBackend("cpu");
    expect([...outside.dataSync()]).toEqual([1, 2, 3, 4]);
  });

  test("outputs may be inputs, constants and each other", async () => {
    await compareWithCpu(
      (a, b) => [a, tf.ones([2, 3]), tf.add(a, b), tf.add(a, b), tf.reshape(a, [3, 1])],
      [{ shape: [3] }, { shape: [] }],
    );
  });

  test("a relu's gradient reads its output, so that product, bias and relu stay together", async () => {
    const given = [{ shape: [4, 3] }, { shape: [3, 5] }, { shape: [4, 1] }];
    const { operators } = await compareGradients((w, a, b) => tf.relu(tf.add(tf.matMul(w, a), b)), given);
    expect(operators.Gemm).toBe(3);
    expect(operators.Add).toBeUndefined();
  });

  test("uniform tensors stay small", () => {
    const { model } = trace((given) => ({ y: tf.grad((t: tf.Tensor) => tf.sum(tf.mul(t, tf.ones([300, 400]))))(given.x) }), {
      x: { shape: [300, 400] },
    });
    expect(model.length).toBeLessThan(1000);
  });

  test("cuts and transposes of bound data are made when compiling", () => {
    const data = Float32Array.from({ length: 12 }, (_, i) => i);
    const { constants, operators } = trace((given) => ({ y: tf.add(tf.transpose(tf.slice(given.x, [1, 1], [2, 2])), 1) }), {
      x: { shape: [3, 4], data },
    });
    expect(operators).toEqual({ Add: 1 });
    expect(constants.map((constant) => [...(constant.data as Float32Array)])).toEqual([[5, 9, 6, 10]]);
  });
});
