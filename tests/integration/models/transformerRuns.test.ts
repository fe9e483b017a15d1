import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../workers/measure/featureReader.ts";
import { attention, lastTokens } from "../../../workers/models/attention.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters, parameterSlice } from "../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { imageRun, textRun } from "../../unit/workers/data/tokenData.ts";

const engine = await createEngine({ device: "cpu" });
const names = ["t11", "t12", "t21", "t22"];

/** Logits and last features of all training samples. */
async function readAll(config: RunConfig, data: Dataset, parameters: Float32Array) {
  const reader = await makeFeatureReader(engine, defineNetwork(config, data), [data.train]);
  const all: number[] = [];
  for await (const { logits, features } of reader.read(data.train, { parameters }))
    all.push(...logits, ...features.flatMap((layer) => [...layer]));
  await reader.dispose();
  return all;
}

describe("padding", () => {
  test.each(names)("more of it in front of a text changes nothing (%s)", async (architecture) => {
    for (const heads of [1, 2]) {
      const short = textRun({ architecture, heads }, 6);
      const long = textRun({ architecture, heads }, 9);
      short.data.train.inputs.forEach((word, at) => {
        long.data.train.inputs[Math.floor(at / 6) * 9 + 3 + (at % 6)] = word;
      });
      const specs = defineNetwork(short.config, short.data).parameters;
      const longSpecs = defineNetwork(long.config, long.data).parameters;
      const parameters = initializeParameters(specs, 2);
      const longParameters = initializeParameters(longSpecs, 5);
      for (const { name } of specs) {
        const from = parameterSlice(parameters, specs, name);
        const to = parameterSlice(longParameters, longSpecs, name);
        if (name === "Wp") for (let i = 0; i < from.length; i++) to[Math.floor(i / 6) * 9 + 3 + (i % 6)] = from[i];
        else to.set(from);
      }
      const [a, b] = [await readAll(short.config, short.data, parameters), await readAll(long.config, long.data, longParameters)];
      const worst = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
      expect(worst).toBeLessThan(1e-5);
    }
  });
});

describe("attention", () => {
  const [width, samples, tokens] = [4, 2, 5];
  const shape = { samples, tokens };
  const mask = tf.tensor2d(
    Array.from({ length: tokens }, (_, query) => Array.from({ length: tokens }, (_, key) => (key > query ? -1e9 : 0))),
  );
  test.each([
    { layers: 1, heads: 1 },
    { layers: 1, heads: 2 },
    { layers: 2, heads: 1 },
    { layers: 2, heads: 2 },
  ] as const)("looks back only, and the last token's is that of all tokens ($layers layers, $heads heads)", async (kind) => {
    await tf.setBackend("cpu");
    const matrix = (rows: number, columns: number, seed: number) => tf.randomNormal([rows, columns], 0, 1, "float32", seed);
    const parameters = {
      "W1.QK": matrix(width, kind.heads * width, 1),
      "W1.VO": matrix(width, kind.heads * width, 2),
      "W1.Q": matrix(width, width, 3),
      "W1.K": matrix(width, width, 4),
      "W1.V": matrix(width, width, 5),
      "W1.O": matrix(width, width, 6),
    };
    const options = { ...kind, width };
    const before = matrix(width, samples * tokens, 7) as tf.Tensor2D;
    const moved = 3;
    const change = tf.tensor2d(
      Array.from({ length: width }, () => Array.from({ length: samples * tokens }, (_, at) => (at === moved ? 1 : 0))),
    );
    const run = (x: tf.Tensor2D) => attention(options, parameters, 1, x, shape, mask, false);
    const difference = tf.abs(tf.sub(run(before), run(tf.add(before, change)))).max(0);
    const changed = Array.from(difference.dataSync(), (value) => value > 1e-4);
    // The fourth token of the first sample moves what it and its successor see, and nothing else.
    expect(changed).toEqual(Array.from({ length: samples * tokens }, (_, at) => at === moved || at === moved + 1));
    const last = attention(options, parameters, 1, before, shape, null, true);
    expect(
      tf
        .abs(tf.sub(last, lastTokens(run(before), shape)))
        .max()
        .dataSync()[0],
    ).toBeLessThan(1e-5);
  });
});

describe("parameters", () => {
  const named = (config: RunConfig, data: Dataset, penalty: string) =>
    defineNetwork(config, data)
      .parameters.filter((spec) => spec.penalty === penalty)
      .map((spec) => `${spec.name} ${spec.shape.join("×")}`);

  test("every matrix but embedding and positions is penalized, and no bias", () => {
    const { config, data } = imageRun({ architecture: "t11", heads: 2, headBias: true });
    const blocks = (count: number) =>
      Array.from({ length: count }, (_, i) => [`W${i + 1}.QK 8×16`, `W${i + 1}.VO 8×16`, `W${i + 1} 8×8`]).flat();
    expect(named(config, data, "hidden")).toEqual(blocks(3));
    expect(named(config, data, "head")).toEqual(["W4 3×8"]);
    expect(named(config, data, "headBias")).toEqual(["b4 3×1"]);
    expect(named(config, data, "free")).toEqual(["We 8×8", "Wp 8×6", "b1 8×1", "b2 8×1", "b3 8×1"]);
    const earlier = imageRun({ architecture: "t11", heads: 2, headBias: true, definition: 1 });
    expect(named(earlier.config, earlier.data, "hidden")).toEqual(blocks(2));
    expect(named(earlier.config, earlier.data, "head")).toEqual(["W3 3×8"]);
    expect(named(earlier.config, earlier.data, "free")).toEqual(["We 8×8", "Wp 8×6", "b1 8×1", "b2 8×1"]);
    const separate = textRun({ architecture: "t22", heads: 2, depth: 2 });
    expect(named(separate.config, separate.data, "hidden")).toEqual(
      [1, 2].flatMap((l) => ["Q", "K", "V", "O", "1", "2"].map((name) => `W${l}.${name} 8×8`)),
    );
    expect(named(separate.config, separate.data, "free")).toEqual([
      ...["We 12×8", "Wp 8×6", "b1.1 8×1", "b1.2 8×1"],
      ...["b2.1 8×1", "b2.2 8×1"],
    ]);
  });

  test("branchGain scales the last matrix of each branch", () => {
    const deviations = (branchGain: number) => {
      const { config, data } = imageRun({ architecture: "t22", depth: 2, training: { initialization: { gain: 1, branchGain } } });
      return Object.fromEntries(defineNetwork(config, data).parameters.map(({ name, deviation }) => [name, deviation]));
    };
    const [whole, half] = [deviations(1), deviations(0.5)];
    const scaled = Object.keys(whole).filter((name) => half[name] !== whole[name]);
    expect(scaled).toEqual(["W1.O", "W1.2", "W2.O", "W2.2"]);
    expect(half["W1.O"]).toBe(whole["W1.O"] / 2);
  });

  test("what does not fit is refused by name", () => {
    const { config, data } = imageRun({ patch: 3 });
    expect(() => defineNetwork(config, data)).toThrow("Patches of side 3 do not divide the images of 4 × 6 pixels");
    const heads = imageRun({ heads: 3 });
    expect(() => defineNetwork(heads.config, heads.data)).toThrow("3 heads do not divide the width 8");
    const vectors = smallRun({ architecture: "t11" });
    expect(() => defineNetwork(vectors, dataOf(vectors))).toThrow("A transformer reads images, text or tokens");
  });
});
