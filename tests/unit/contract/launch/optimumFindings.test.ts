import { expect, test } from "vitest";
import type { ExperimentConfig } from "../../../../contract/config/experimentConfig.ts";
import { launchFindings } from "../../../../contract/launch/launchFindings.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const [{ config }] = presets;
const warnings = (changes: Partial<ExperimentConfig>) =>
  launchFindings({ ...config, ...changes }).warnings.map(({ message }) => message);
const network = (name: "rn1" | "resnet") => ({ name, normalization: "post-ln" }) as const;
const resNet = { architectures: [network("resnet")], depths: [18] };

test("a ResNet has no L*, whatever its width, and it is said once", () => {
  const said = warnings({ ...resNet, widths: [8], losses: ["ce", "mse"] });
  expect(said).toEqual([expect.stringMatching(/^A ResNet with BatchNorm has no known optimum L\*.*no gap and no distance/)]);
});

test("decay of all parameters has none in any network", () => {
  const [ridge] = config.regularizers;
  if (ridge?.family !== "weights") throw new Error("the first preset has a ridge on weights");
  const [said] = warnings({ regularizers: [{ ...ridge, decayed: "all" }] });
  expect(said).toMatch(/^With decay of all parameters/);
});

test("of RN1 and of a ridge on features nothing is said", () => {
  const features = { family: "features", lambdaW: 0.1, lambdaH: 0.1, lambdaB: 0 } as const;
  expect(warnings({})).toEqual([]);
  expect(warnings({ ...resNet, widths: [64], regularizers: [features] })).toEqual([]);
});

test("optimizers with some of the decay beside the gradient have none, and it is said of how many", () => {
  const adam = (share: number) => ({ ...config.training.optimizer, share }) as never;
  expect(warnings({ optimizers: [adam(1)] })).toEqual([]);
  expect(warnings({ optimizers: [adam(0.5), adam(0)] })).toEqual([
    expect.stringMatching(/^With a coupled share below 1 .*to it\.$/),
  ]);
  expect(warnings({ optimizers: [adam(1), adam(0)] })).toEqual([
    expect.stringMatching(/no gap and no distance to it\. Those with a share of 1 have all of it\.$/),
  ]);
  expect(warnings({ optimizers: [adam(0)], regularizers: [{ family: "none" }] })).toEqual([]);
});

test("of an MLP it is said where nothing, or an activation, bounds its features", () => {
  const mlp = (more: object = {}) => [{ name: "mlp" as const, normalization: "post-ln" as const, ...more }];
  expect(warnings({ architectures: mlp() })).toEqual([]);
  const said = warnings({ architectures: [...mlp(), ...mlp({ normalization: "none" })], losses: ["ce", "mse"] });
  expect(said).toEqual([expect.stringMatching(/^An MLP without LayerNorm has no known optimum L\*/)]);
  const features = { family: "features", lambdaW: 0.1, lambdaH: 0.1, lambdaB: 0 } as const;
  expect(warnings({ architectures: mlp(), regularizers: [features] })).toEqual([expect.stringMatching(/^Behind ReLU/)]);
  expect(warnings({ architectures: mlp({ activation: "linear" }), regularizers: [features] })).toEqual([]);
});
