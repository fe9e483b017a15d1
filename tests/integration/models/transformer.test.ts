import { describe, expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../workers/measure/featureReader.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { imageRun, textRun } from "../../unit/workers/data/tokenData.ts";
import { gradientBy } from "../../unit/workers/gradientBy.ts";
import { nameParameters, referenceObjective } from "../../unit/workers/models/referenceNetwork.ts";
import { referenceTransformer } from "./referenceTransformer.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

/** Of two blocks each: L = 2, and L = 3 by the first definition. */
const norms = [
  { normalization: "post-ln", definition: 2 },
  { normalization: "pre-ln", definition: 2 },
  { normalization: "pre-ln-open", definition: 2 },
  { normalization: "post-ln", definition: undefined },
  { normalization: "pre-ln", definition: undefined },
];
const kinds = ["t11", "t12", "t21", "t22"].flatMap((architecture) =>
  norms.flatMap(({ normalization, definition }) =>
    ["ce", "mse"].map((loss) => ({
      ...{ architecture, normalization, definition, loss },
      ...{ headBias: loss === "mse", width: 8, depth: definition === 2 ? 2 : 3 },
    })),
  ),
);
const inputs = [
  { input: "images", run: imageRun },
  { input: "text", run: textRun },
];
const cases = kinds.flatMap((kind) => inputs.map((one) => ({ ...kind, ...one })));
/** What the head's normalization and several heads change. */
const variants = [
  { name: "one head", heads: 1, regularizer: { family: "weights", lambda: 0.05 } },
  { name: "two heads", heads: 2, regularizer: { family: "weights", lambda: 0.05 } },
  { name: "head not normalized", heads: 1, regularizer: { family: "features", lambdaW: 0.05, lambdaH: 0 } },
];

/** First parameters, the biases too. */
function startOf(config: ReturnType<typeof imageRun>["config"], data: ReturnType<typeof imageRun>["data"]) {
  const { parameters: specs } = defineNetwork(config, data);
  const parameters = initializeParameters(specs, 3);
  for (let i = 0; i < parameters.length; i++) if (parameters[i] === 0) parameters[i] = 0.1 * Math.sin(i);
  return { specs, parameters };
}

describe.each(cases)("$architecture $normalization (definition $definition) $loss on $input", ({ input: _, run, ...kind }) => {
  test.each(variants)("features and logits are those of the formulas ($name)", async ({ name: __, ...variant }) => {
    const { config, data } = run({ ...kind, ...variant });
    const network = defineNetwork(config, data);
    const { parameters } = startOf(config, data);
    const named = nameParameters(network.parameters, parameters);
    const reader = await makeFeatureReader(compiled, network, [data.train, data.test]);
    let seen = 0;
    for await (const chunk of reader.read(data.train, { parameters })) {
      for (let i = 0; i < chunk.count; i++, seen++) {
        const expected = referenceTransformer(config, data.input, named, sampleOf(data, seen));
        expected.logits.forEach((z, k) => {
          expect(chunk.logits[i * data.classes + k]).toBeCloseTo(z, 4);
        });
        expect(chunk.features.length).toBe(3);
        expected.features.forEach((layer, l) => {
          layer.forEach((value, j) => {
            expect(chunk.features[l][i * config.width + j]).toBeCloseTo(value, 4);
          });
        });
      }
    }
    expect(seen).toBe(data.train.count);
    await reader.dispose();
  });

  test("the compiled gradient is the derivative of J", async () => {
    const { config, data } = run({ ...kind, regularizer: variants[0].regularizer });
    const { specs, parameters } = startOf(config, data);
    const gradient = await gradientBy(compiled, config, data, parameters);
    const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const point = Float64Array.from(parameters);
    const h = 1e-5;
    for (let i = 0; i < point.length; i += 41) {
      const at = (value: number) => {
        const moved = point.slice();
        moved[i] = value;
        const forward = (p: Record<string, number[][]>, x: number[]) => referenceTransformer(config, data.input, p, x);
        return referenceObjective(config, specs, moved, data.train, forward);
      };
      const difference = (at(point[i] + h) - at(point[i] - h)) / (2 * h);
      expect(Math.abs(gradient[i] - difference) / size, `parameter ${i}`).toBeLessThan(2e-5);
    }
  });
});

const variantCases = ["t11", "t22"].flatMap((architecture) =>
  variants.slice(1).flatMap((variant) => inputs.map((one) => ({ ...variant, ...one, architecture }))),
);

test.each(variantCases)("eager and compiled gradients agree ($architecture, $name, $input)", async (one) => {
  const { name: _, input: __, run, ...overrides } = one;
  await expectEagerAgrees(run(overrides));
});

async function expectEagerAgrees({ config, data }: ReturnType<typeof imageRun>) {
  const { parameters } = startOf(config, data);
  const [a, b] = [await gradientBy(compiled, config, data, parameters), await gradientBy(eager, config, data, parameters)];
  const size = Math.sqrt(a.reduce((sum, g) => sum + g * g, 0));
  const worst = a.reduce((most, g, i) => Math.max(most, Math.abs(g - b[i])), 0);
  expect(worst / size).toBeLessThan(5e-6);
}

const sampleOf = (data: { dimension: number; train: { inputs: Float32Array } }, i: number) =>
  Array.from(data.train.inputs.subarray(i * data.dimension, (i + 1) * data.dimension));
