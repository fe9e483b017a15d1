import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import type { Dataset } from "../../../../workers/data/dataset.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { makeObserver } from "../../../../workers/measure/observer.ts";
import { runOptimum } from "../../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters, sizeOf } from "../../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../builders.ts";
import { imageRun, textRun } from "../data/tokenData.ts";

const engine = await createEngine({ device: "cpu" });
type Given = { config: RunConfig; data: Dataset };

/** Every metric of a network with first values of which those that `factorOf` knows are multiplied. */
async function measure({ config, data }: Given, factorOf: (name: string, penalty: string) => number) {
  const network = defineNetwork(config, data);
  const parameters = initializeParameters(network.parameters, 3);
  let at = 0;
  for (const spec of network.parameters) {
    const factor = factorOf(spec.name, spec.penalty);
    for (const end = at + sizeOf(spec); at < end; at++)
      parameters[at] = factor * (spec.deviation === 0 ? 0.1 * Math.sin(at) : parameters[at]);
  }
  const observer = await makeObserver(engine, config, network, data, runOptimum(config, data.resolved.trainCounts));
  const found = await observer.observe(0, { parameters });
  await observer.dispose();
  return found;
}

const onVectors = (overrides: Parameters<typeof smallRun>[0]): Given => {
  const config = smallRun(overrides);
  return { config, data: dataOf(config) };
};
const networks = {
  RN1: (of: Parameters<typeof smallRun>[0]) => onVectors({ architecture: "rn1", ...of }),
  RN2: (of: Parameters<typeof smallRun>[0]) => onVectors({ architecture: "rn2", ...of }),
  T11: (of: Parameters<typeof smallRun>[0]) => imageRun({ architecture: "t11", ...of }),
  T12: (of: Parameters<typeof smallRun>[0]) => imageRun({ architecture: "t12", ...of }),
  T21: (of: Parameters<typeof smallRun>[0]) => textRun({ architecture: "t21", ...of }),
  T22: (of: Parameters<typeof smallRun>[0]) => textRun({ architecture: "t22", ...of }),
  Conv: (of: Parameters<typeof smallRun>[0]) => imageRun({ architecture: "conv", patch: undefined, ...of }),
};
const embedding = /^(W0|b0|We|Wp)$/;
const scale = 4; // a power of 2: exact in floating point

describe.each(Object.entries(networks))("%s", (name, of) => {
  test.each(["post-ln", "pre-ln"])("the embedding's scale changes no metric (%s)", async (normalization) => {
    const given = of({ normalization });
    const [before, after] = [await measure(given, () => 1), await measure(given, (id) => (embedding.test(id) ? scale : 1))];
    expect(before.values["train/gap.representation"]).toBeGreaterThan(0);
    expect(Object.keys(after.values)).toEqual(Object.keys(before.values));
    for (const [key, value] of Object.entries(before.values))
      expect(Math.abs(after.values[key] - value), key).toBeLessThanOrEqual(1e-6 * Math.abs(value));
  });

  test.each([
    { normalization: "pre-ln-open", definition: 2 },
    { normalization: "pre-ln", definition: undefined },
  ])(
    "without the first LN the stream's scale takes the hidden ridge away and changes nothing else: $normalization",
    async (kind) => {
      const given = of(kind);
      const double = name === "RN2" || name === "T12" || name === "T22";
      /** All that is added to the stream, by c: of two layers the second, and the bias that is added last. */
      const adds = double ? /^(W0|b0|We|Wp|W\d+\.2|b\d+\.2|W\d+\.V?O)$/ : /^(W0|b0|We|Wp|W\d+\.V?O|[Wb]\d+)$/;
      const before = await measure(given, () => 1);
      const shrunk = await measure(given, (id, penalty) => (penalty !== "head" && adds.test(id) ? 1 / scale : 1));
      const others = Object.keys(before.values).filter((key) => !/ridge\.hidden|\/loss$/.test(key));
      expect(others.length).toBeGreaterThan(20);
      for (const key of others)
        expect(Math.abs(shrunk.values[key] - before.values[key]), key).toBeLessThanOrEqual(1e-6 * Math.abs(before.values[key]));
      // By c² exactly where every hidden weight is scaled; elsewhere some keep their part of it.
      const [least, most] = ["RN1", "Conv"].includes(name) ? [1 / scale ** 2 - 5e-13, 1 / scale ** 2 + 5e-13] : [0, 0.75];
      const ridge = shrunk.values["train/ridge.hidden"] / before.values["train/ridge.hidden"];
      expect(ridge).toBeGreaterThan(least);
      expect(ridge).toBeLessThan(most);
      for (const part of ["total", "representation"]) {
        expect(before.values[`train/gap.${part}`]).toBeUndefined();
        expect(before.missing[`train/gap.${part}`]).toContain("Pre-LN without the first LN");
      }
      expect(before.values["train/gap.head"]).toBeGreaterThan(0);
    },
  );
});
