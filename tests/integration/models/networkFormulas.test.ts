import { describe, expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../workers/measure/featureReader.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { gradientBy } from "../../unit/workers/gradientBy.ts";
import { nameParameters, referenceForward, referenceObjective } from "../../unit/workers/models/referenceNetwork.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });

const norms = [
  { normalization: "post-ln", definition: undefined },
  { normalization: "pre-ln", definition: 2 },
  { normalization: "pre-ln-open", definition: undefined },
  { normalization: "pre-ln", definition: undefined },
];
const kinds = ["rn1", "rn2"].flatMap((architecture) =>
  norms.flatMap((norm) =>
    ["ce", "mse"].flatMap((loss) =>
      [false, true].map((headBias) => ({ architecture, ...norm, loss, headBias, width: 8, depth: 3 })),
    ),
  ),
);
const regularizers = [
  { family: "weights", objective: "uniform", lambda: 0.05 },
  { family: "weights", objective: "split", lambda: 0.06, scaling: "inverse-depth", headLambda: 0.3 },
];

describe.each(kinds)("$architecture $normalization (definition $definition) $loss bias $headBias", (kind) => {
  test.each(regularizers)("the compiled gradient is the derivative of J ($objective)", async (regularizer) => {
    const config = smallRun({ ...kind, regularizer });
    const data = dataOf(config);
    const { parameters: specs } = defineNetwork(config, data);
    const parameters = initializeParameters(specs, 3);
    for (let i = 0; i < parameters.length; i++) if (parameters[i] === 0) parameters[i] = 0.1 * Math.sin(i); // biases too
    const gradient = await gradientBy(compiled, config, dataOf(config), parameters);
    const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const point = Float64Array.from(parameters);
    const h = 1e-5;
    for (let i = 0; i < point.length; i++) {
      const at = (value: number) => {
        const moved = point.slice();
        moved[i] = value;
        return referenceObjective(config, specs, moved, data.train);
      };
      const difference = (at(point[i] + h) - at(point[i] - h)) / (2 * h);
      expect(Math.abs(gradient[i] - difference) / size, `parameter ${i}`).toBeLessThan(2e-5);
    }
  });

  test("features and logits are those of the formulas; every feature has norm √d and mean 0", async () => {
    const config = smallRun(kind);
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    const parameters = initializeParameters(network.parameters, 7);
    const named = nameParameters(network.parameters, parameters);
    const reader = await makeFeatureReader(compiled, network, [data.train, data.test]);
    let seen = 0;
    for await (const chunk of reader.read(data.train, { parameters })) {
      for (let i = 0; i < chunk.count; i++, seen++) {
        const x = Array.from(data.train.inputs.subarray(seen * data.dimension, (seen + 1) * data.dimension));
        const expected = referenceForward(config, named, x);
        expected.logits.forEach((z, k) => {
          expect(chunk.logits[i * data.classes + k]).toBeCloseTo(z, 4);
        });
        expected.features.forEach((layer, l) => {
          const feature = chunk.features[l].subarray(i * config.width, (i + 1) * config.width);
          layer.forEach((value, j) => {
            expect(feature[j]).toBeCloseTo(value, 4);
          });
          expect(feature.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(config.width, 4);
          expect(feature.reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 4);
        });
      }
    }
    expect(seen).toBe(data.train.count);
  });
});
