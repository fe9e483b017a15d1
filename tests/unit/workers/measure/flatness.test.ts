import { expect, test } from "vitest";
import { relativeFlatness } from "../../../../math/collapse/relativeFlatness.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { curvedLoss } from "../../../../workers/measure/curvedLoss.ts";
import { makeFeatureReader } from "../../../../workers/measure/featureReader.ts";
import { makeObserver } from "../../../../workers/measure/observer.ts";
import { runOptimum } from "../../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { classifierOf, initializeParameters } from "../../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../builders.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

const losses = [
  { loss: "ce" },
  { loss: "ce", smoothing: 0.2 },
  { loss: "mse" },
  { loss: "focal", gamma: 0 },
  { loss: "dot-regression" },
];

test.each(losses)("is measured on the host, on the device and by both engines as it is defined: %j", async (loss) => {
  const config = smallRun({ ...loss, headBias: false, architecture: "rn2" });
  const data = dataOf(config);
  const network = defineNetwork(config, data);
  const parameters = initializeParameters(network.parameters, 4);
  const reader = await makeFeatureReader(compiled, network, [data.train]);
  let expected = Number.NaN;
  for await (const { features, logits, labels } of reader.read(data.train, { parameters })) {
    const curved = curvedLoss(config);
    if (curved === null) throw new Error("a loss without second derivatives");
    expected = relativeFlatness({
      loss: curved,
      weights: classifierOf(parameters, network),
      features: features.at(-1)!,
      logits,
      labels,
    });
  }
  expect(expected).toBeGreaterThan(0);
  for (const [engine, place] of [
    [compiled, "host"],
    [compiled, "device"],
    [eager, "host"],
  ] as const) {
    const observer = await makeObserver(engine, config, network, data, runOptimum(config, data.resolved.trainCounts), { place });
    const { values } = await observer.observe(0, { parameters });
    expect(values["train/flatness"] / expected).toBeCloseTo(1, 5);
    expect(values["test/flatness"]).toBeUndefined();
    await observer.dispose();
  }
});

test.each([
  [{ loss: "focal", gamma: 2 }, /second derivatives of the focal loss, γ 2 are not computed/],
  [{ classifier: { name: "normalized", temperature: 5 } }, /one linear layer/],
  [{ classifier: { name: "linear", layers: 2 } }, /one linear layer/],
])("is absent with a reason for %j", async (change, reason) => {
  const config = smallRun(change);
  const data = dataOf(config);
  const network = defineNetwork(config, data);
  for (const place of ["host", "device"] as const) {
    const observer = await makeObserver(compiled, config, network, data, runOptimum(config, data.resolved.trainCounts), {
      place,
    });
    const { values, missing } = await observer.observe(0, { parameters: initializeParameters(network.parameters, 4) });
    expect(values["train/flatness"]).toBeUndefined();
    expect(missing["train/flatness"]).toMatch(reason);
    await observer.dispose();
  }
});
