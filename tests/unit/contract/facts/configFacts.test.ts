import { describe, expect, test } from "vitest";
import { architectures, normalizations } from "../../../../contract/config/architecture.ts";
import { configColumns } from "../../../../contract/config/configColumns.ts";
import { regularizerFamilies } from "../../../../contract/config/regularizer.ts";
import { deviceChoices, type RunConfig, runConfig } from "../../../../contract/config/runConfig.ts";
import { datasetIds } from "../../../../contract/data/datasetConfig.ts";
import { configFacts } from "../../../../contract/facts/configFacts.ts";

const noise = { labelNoise: { rate: 0.2, seed: 1 }, imbalance: 0.5, largeClasses: 1, trainPerClass: 20, testPerClass: 10 };
const folder = { id: "image-folder", folder: "birds", size: 32, ...noise };
const file = { id: "text-file", file: "reviews.tsv", testShare: 0.2, splitSeed: 3, maxLength: 8, vocabulary: 100, ...noise };
const clusters = {
  ...{ id: "gaussian-clusters", classes: 4, dimension: 5, trainPerClass: 9, testPerClass: 8, dataSeed: 2, separation: 2 },
  ...{ imbalance: 0.5, largeClasses: 2, labelNoise: { rate: 0.1, seed: 0 } },
};
const base = {
  dataset: folder,
  architecture: "t11",
  normalization: "pre-ln",
  ...{ heads: 2, patch: 4, definition: 2, depth: 5, width: 32, loss: "ce", headBias: false },
  regularizer: { family: "weights", objective: "split", lambda: 0.01, scaling: "constant", headLambda: 0.02 },
  training: { warmupSteps: 5, schedule: { name: "step", at: [0.3, 0.6], factor: 0.2 }, batch: 10, steps: 100 },
  measuring: { name: "log", perDecade: 7, layers: "every", pictured: [0, 1, 2] },
  ...{ seed: 3, device: "cpu" },
  afterTraining: { robustness: {}, transfer: { dataset: folder, ridge: 0.1 } },
};
const weights = { lambda: 0.01, headLambda: 0.02 };
/** Between them they have every field, each where it has an effect. */
const bases: RunConfig[] = [
  base,
  { ...base, dataset: file, regularizer: { family: "features", lambdaW: 0.1, lambdaH: 0.2, lambdaB: 0.3 } },
  { ...base, dataset: clusters, architecture: "rn1", heads: undefined, patch: undefined, measuring: { name: "every", steps: 9 } },
  { ...base, regularizer: { family: "slack", rho: 0.2 }, training: { optimizer: { name: "sgd", momentum: 0.5 } } },
  { ...base, training: { grown: {}, polish: {} } },
  { ...base, regularizer: { family: "weights", ...weights, decayed: "all" }, afterTraining: { transfer: { dataset: file } } },
  { ...base, training: { batch: 10, augmentation: "crop-flip" }, afterTraining: { transfer: { dataset: clusters } } },
  { ...base, training: { optimizer: { name: "muon", share: 0.5 } } },
  {
    ...{ ...base, architecture: "dufm", activation: "relu", heads: undefined, patch: undefined, depth: 3 },
    regularizer: { family: "features", lambdaW: 0.1, lambdaH: 0.2, lambdaB: 0.3, lambdaHidden: [0.1, 0.2] },
  },
  {
    ...{ ...base, dataset: clusters, architecture: "mlp", normalization: "none", activation: "gelu" },
    ...{ heads: undefined, patch: undefined, definition: undefined, depth: 3, width: 16, widths: [32, 8, 16] },
  },
  { ...base, smoothing: 0.1, classifier: { name: "normalized", temperature: 5, unitRows: false } },
  { ...base, classifier: { name: "linear", layers: 2 } },
  { ...base, loss: "focal", gamma: 2 },
  ...[
    { id: "modular-addition", modulus: 9, dataSeed: 2 },
    { id: "next-token", dataSeed: 2 },
  ].map((dataset) => ({ ...base, dataset, patch: undefined, afterTraining: { transfer: { dataset } }, other: { dataset } })),
  ...[folder, file, clusters].map((dataset) => ({
    ...{ ...base, dataset, architecture: dataset === clusters ? "rn1" : "t11", heads: undefined, patch: undefined },
    other: { dataset, samples: 50, rank: 3, alpha: 0.01, temperature: 2 },
  })),
].map((config) => runConfig.parse(config));

const words: unknown[] = [
  ...[...architectures, ...normalizations, ...datasetIds, ...regularizerFamilies, ...deviceChoices],
  ...["fixed-simplex", "ce", "mse", "linear", "relu", "uniform", "split", "constant", "inverse-depth", "simplex", "orthogonal"],
  ...["adam", "sgd", "signum", "muon"],
  ...["cosine", "step", "identity", "split", "log", "every", "off", "full", "another-name", 1, true, false, undefined],
];
/** Other values that a field might have. */
function alternatives(value: unknown): unknown[] {
  if (typeof value === "number") return [value * 2, value + 1, value / 2, value - 1];
  if (Array.isArray(value)) return [value.slice(0, -1), [value[0] + 1, ...value.slice(1)]];
  return words.filter((word) => word !== value);
}

/** The config with one field changed; where the others of its group do not fit it, with their defaults. */
function* changes(config: RunConfig, path: string): Generator<RunConfig> {
  const keys = path.split(".");
  const last = keys.pop() as string;
  for (const alone of [false, true]) {
    const group = (copy: unknown) => keys.reduce((at, key) => (at as Record<string, unknown> | undefined | null)?.[key], copy);
    const current = group(config) as Record<string, unknown> | null | undefined;
    if (current?.[last] === undefined || current[last] === null) return;
    for (const value of alternatives(current[last])) {
      const copy = structuredClone(config);
      const at = group(copy) as Record<string, unknown>;
      if (alone) for (const key of Object.keys(at)) delete at[key];
      at[last] = value;
      const parsed = runConfig.safeParse(copy);
      if (parsed.success) yield parsed.data;
    }
  }
}

describe("what a page says of a config", () => {
  test.each(configColumns)("says %s", (path) => {
    const said = bases.some((config) => {
      const before = JSON.stringify(configFacts(config));
      return [...changes(config, path)].some((other) => JSON.stringify(configFacts(other)) !== before);
    });
    expect(said).toBe(true);
  });

  test("names initialization, Adam's ε, and the schedule's steps", () => {
    const facts = Object.fromEntries(configFacts(bases[0]));
    expect(facts).toMatchObject({
      Architecture: "T11 pre-LN 2 heads patch 4",
      Normalization: "LayerNorm after the embedding and before each branch",
      "Depth L": "5 (5 blocks)",
      Optimizer: "Adam, β₁ 0.9, β₂ 0.999, ε 1e-8",
      Schedule: "× 0.2 after 0.3, 0.6 of the steps",
      Initialization: "standard deviation 1·√(1/fan-in); of each branch's last matrix 1 times that",
      "λ in effect": "head 0.02, hidden layers 0.01",
    });
    const earlier = Object.fromEntries(configFacts({ ...bases[0], definition: undefined }));
    expect(earlier).toMatchObject({
      Architecture: "T11 pre-LN without first LN 2 heads patch 4 (L − 1 blocks)",
      "Depth L": "5 (X₁ and 4 blocks)",
    });
  });
});
