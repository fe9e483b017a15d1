import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters, parameterCount, unpackParameters } from "../../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../builders.ts";

describe("parameters", () => {
  test("the paper's penalties: the head, the hidden matrices, and the last bias apart, and neither other biases nor the embedding", () => {
    const config = smallRun({ architecture: "rn2", depth: 3, headBias: true });
    const { parameters } = defineNetwork(config, dataOf(config));
    const named = (penalty: string) => parameters.filter((spec) => spec.penalty === penalty).map((spec) => spec.name);
    expect(named("head")).toEqual(["W3"]);
    expect(named("hidden")).toEqual(["W1.1", "W1.2", "W2.1", "W2.2"]);
    expect(named("headBias")).toEqual(["b3"]);
    expect(named("free")).toEqual(["W0", "b0", "b1.1", "b1.2", "b2.1", "b2.2"]);
    expect(parameterCount(parameters)).toBe(8 * 4 + 8 + 4 * (64 + 8) + 3 * 8 + 3);
  });

  test("the same seed gives the same numbers, another seed others, another depth the same in what is shared", () => {
    const network = (depth: number) => {
      const config = smallRun({ depth });
      return defineNetwork(config, dataOf(config)).parameters;
    };
    expect(initializeParameters(network(3), 1)).toEqual(initializeParameters(network(3), 1));
    expect(initializeParameters(network(3), 1)).not.toEqual(initializeParameters(network(3), 2));
    const shared = 8 * 4 + 8 + 64 + 8;
    expect(initializeParameters(network(5), 1).subarray(0, shared)).toEqual(
      initializeParameters(network(2), 1).subarray(0, shared),
    );
  });

  test("weights have deviation gain·√(1/fan-in), a branch's last matrix branchGain times that", async () => {
    await tf.setBackend("cpu");
    const config = smallRun({
      width: 64,
      depth: 2,
      architecture: "rn2",
      training: { initialization: { gain: 2, branchGain: 0.25 } },
    });
    const { parameters } = defineNetwork(config, dataOf(config));
    const flat = initializeParameters(parameters, 0);
    tf.tidy(() => {
      const matrices = unpackParameters(tf.tensor1d(flat), parameters);
      const deviation = (name: string) => Math.sqrt(tf.mean(tf.square(matrices[name])).dataSync()[0]);
      expect(deviation("W1.1")).toBeCloseTo(2 / 8, 2);
      expect(deviation("W1.2")).toBeCloseTo(0.25 * (2 / 8), 2);
      expect(deviation("b1.1")).toBe(0);
    });
  });
});
