import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { randomStream } from "../../../math/statistics/randomStream.ts";
import type { Dataset, SampleSet } from "../../../workers/data/dataset.ts";
import { makeSynthetic } from "../../../workers/data/resolve/makeSynthetic.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../workers/measure/featureReader.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters, parameterCount } from "../../../workers/models/parameterLayout.ts";
import { smallRun } from "../../unit/workers/builders.ts";
import { gradientBy } from "../../unit/workers/gradientBy.ts";
import { nameParameters, referenceObjective } from "../../unit/workers/models/referenceNetwork.ts";
import { referenceConvolutional } from "./referenceConvolutional.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

/** An even and an odd side, and a side that the stem halves to one place. */
const images = [
  { channels: 2, height: 4, width: 7 },
  { channels: 1, height: 2, width: 5 },
];
type Image = (typeof images)[number];
const classes = 3;

const runOf = (overrides: Parameters<typeof smallRun>[0]) =>
  smallRun({ architecture: "conv", dataset: { id: "fashion-mnist-mini" }, width: 5, ...overrides });

/** Noise with a wave a class, and a corner of zeros as pictures have them. */
function dataOf({ channels, height, width }: Image): Dataset {
  const dimension = channels * height * width;
  const fill = (count: number, seed: number): SampleSet => {
    const random = randomStream(seed, "pixels");
    const labels = Uint16Array.from({ length: count }, (_, i) => i % classes);
    const inputs = Float32Array.from({ length: count * dimension }, (_, i) => {
      const place = i % dimension;
      const value = random.normal() + 2 * Math.cos(place * (labels[Math.floor(i / dimension)] + 1));
      return place % width < 2 ? 0 : value;
    });
    return { count, labels, inputs };
  };
  const like = smallRun().dataset;
  if (like.id !== "gaussian-clusters") throw new Error("a small run is on clusters");
  const synthetic = makeSynthetic(like);
  const [train, test] = [fill(18, 1), fill(12, 2)];
  const input = { kind: "image" as const, channels, height, width };
  const resolved = { ...synthetic.resolved, inputDimension: dimension, input, trainCounts: [6, 6, 6], testCounts: [4, 4, 4] };
  return { ...synthetic, resolved, classes, dimension, input, train, test };
}

/** First parameters, the biases too. */
function startOf(config: RunConfig, data: Dataset) {
  const { parameters: specs } = defineNetwork(config, data);
  const parameters = initializeParameters(specs, 3);
  for (let i = 0; i < parameters.length; i++) if (parameters[i] === 0) parameters[i] = 0.1 * Math.sin(i);
  return { specs, parameters };
}

const sampleOf = (data: Dataset, i: number) =>
  Array.from(data.train.inputs.subarray(i * data.dimension, (i + 1) * data.dimension));

const norms = [
  { normalization: "post-ln", definition: undefined },
  { normalization: "pre-ln", definition: 2 },
  { normalization: "pre-ln-open", definition: undefined },
  { normalization: "pre-ln", definition: undefined },
];
const kinds = norms.flatMap((norm) =>
  ["ce", "mse"].flatMap((loss) => images.map((image) => ({ ...norm, loss, headBias: loss === "mse", image }))),
);
const regularizers = [
  { family: "weights", lambda: 0.05 },
  { family: "features", lambdaW: 0.05, lambdaH: 0 }, // the head not normalized
];

describe.each(kinds)("$normalization (definition $definition) $loss on $image", ({ image, ...kind }) => {
  const data = dataOf(image);

  test.each(regularizers)("features and logits are those of the formulas ($family)", async (regularizer) => {
    const config = runOf({ ...kind, regularizer });
    const network = defineNetwork(config, data);
    const { parameters } = startOf(config, data);
    const named = nameParameters(network.parameters, parameters);
    const reader = await makeFeatureReader(compiled, network, [data.train, data.test]);
    let seen = 0;
    for await (const chunk of reader.read(data.train, { parameters })) {
      expect(chunk.features.length).toBe(config.depth);
      for (let i = 0; i < chunk.count; i++, seen++) {
        const expected = referenceConvolutional(config, image, named, sampleOf(data, seen));
        expected.logits.forEach((z, k) => {
          expect(chunk.logits[i * classes + k]).toBeCloseTo(z, 4);
        });
        expected.features.forEach((layer, l) => {
          const feature = chunk.features[l].subarray(i * config.width, (i + 1) * config.width);
          layer.forEach((value, j) => {
            expect(feature[j]).toBeCloseTo(value, 4);
          });
          if (l === config.depth - 1 && regularizer.family === "features") return;
          expect(feature.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(config.width, 4);
          expect(feature.reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 4);
        });
      }
    }
    expect(seen).toBe(data.train.count);
    await reader.dispose();
  });

  test.each(regularizers)(
    "the compiled gradient is the derivative of J, and TensorFlow.js' own ($family)",
    async (regularizer) => {
      const config = runOf({ ...kind, regularizer });
      const { specs, parameters } = startOf(config, data);
      const gradient = await gradientBy(compiled, config, data, parameters);
      const eagerly = await gradientBy(eager, config, data, parameters);
      const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      gradient.forEach((g, i) => {
        expect(Math.abs(g - eagerly[i]) / size).toBeLessThan(5e-6);
      });
      const point = Float64Array.from(parameters);
      const h = 1e-5;
      const forward = (p: Record<string, number[][]>, x: number[]) => referenceConvolutional(config, image, p, x);
      for (let i = 0; i < point.length; i += 31) {
        const at = (value: number) => {
          const moved = point.slice();
          moved[i] = value;
          return referenceObjective(config, specs, moved, data.train, forward);
        };
        const difference = (at(point[i] + h) - at(point[i] - h)) / (2 * h);
        expect(Math.abs(gradient[i] - difference) / size, `parameter ${i}`).toBeLessThan(2e-5);
      }
    },
  );
});

test("the filters are penalized as matrices; the stem and the biases are free; width counts channels", () => {
  const config = runOf({ width: 6, depth: 3, headBias: false });
  const { parameters } = defineNetwork(config, dataOf(images[0]));
  const named = (penalty: string) => parameters.filter((spec) => spec.penalty === penalty).map((spec) => spec.name);
  expect(named("head")).toEqual(["W3"]);
  expect(named("hidden")).toEqual(["W1", "W2"]);
  expect(named("free")).toEqual(["W0", "b0", "b1", "b2"]);
  expect(parameterCount(parameters)).toBe(6 * 9 * 2 + 6 + 2 * (6 * 9 * 6 + 6) + 3 * 6);
});

test("inputs that are not images are refused", () => {
  const input = { kind: "vector" as const, dimension: 4 };
  expect(() => defineNetwork(runOf({}), { classes, dimension: 4, input })).toThrow("reads images");
});
