import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import type { InputShape } from "../../../../contract/data/datasetConfig.ts";
import type { SampleSet } from "../../../../workers/data/dataset.ts";
import { loadDataset } from "../../../../workers/data/resolve/loadDataset.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../../workers/measure/featureReader.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters, parameterCount } from "../../../../workers/models/parameterLayout.ts";
import { makeTrainer } from "../../../../workers/training/train.ts";
import { smallRun } from "../builders.ts";

const places = { folder: null, cache: "/nowhere", system: [], insecure: false } as never;
const engine = await createEngine({ device: "cpu" });

/** Last features of the training samples, of a network with these values. */
async function outputs(config: RunConfig, input: InputShape, set: SampleSet, dimension: number, classes: number) {
  const network = defineNetwork(config, { classes, dimension, input });
  const parameters = initializeParameters(network.parameters, 5);
  const reader = await makeFeatureReader(engine, network, [set]);
  const rows: number[] = [];
  for await (const { logits } of reader.read(set, { parameters })) rows.push(...logits);
  await reader.dispose();
  return { rows, size: parameterCount(network.parameters) };
}

describe("tokens as inputs", () => {
  const tasks = [
    { id: "modular-addition", modulus: 5 },
    { id: "next-token", tokens: 6, context: 3, trainSamples: 60, testSamples: 20 },
  ];
  test.each(tasks.flatMap((dataset) => ["rn1", "rn2"].map((architecture) => ({ ...dataset, architecture }))))(
    "$architecture on $id reads one-hot vectors beside each other",
    async ({ architecture, ...dataset }) => {
      const config = smallRun({ dataset, architecture });
      const data = await loadDataset(config.dataset, places);
      const { train, input, dimension, classes } = data;
      if (input.kind !== "tokens") throw new Error("tokens only");
      const wide = input.length * input.vocabulary;
      const vectors = new Float32Array(train.count * wide);
      train.inputs.forEach((token, at) => {
        vectors[at * input.vocabulary + token] = 1;
      });
      const tokens = await outputs(config, input, train, dimension, classes);
      const direct = await outputs(config, { kind: "vector", dimension: wide }, { ...train, inputs: vectors }, wide, classes);
      expect(tokens.size).toBe(direct.size);
      expect(tokens.rows).toEqual(direct.rows);
    },
  );

  test.each(["t11", "t12", "t21", "t22"])("%s sees every token, also the first one", async (architecture) => {
    const config = smallRun({ dataset: { id: "modular-addition", modulus: 5 }, architecture });
    const data = await loadDataset(config.dataset, places);
    const { rows } = await outputs(config, data.input, data.train, data.dimension, data.classes);
    // Pairs that differ in their first token alone have other logits: none is taken for padding.
    const pairs = Array.from({ length: data.train.count }, (_, i) => [...data.train.inputs.subarray(2 * i, 2 * i + 2)]);
    const alike = pairs.flatMap(([a, b], i) => pairs.flatMap(([c, d], j) => (i < j && b === d && a !== c ? [[i, j]] : [])));
    expect(alike.length).toBeGreaterThan(3);
    for (const [i, j] of alike) expect(rows.slice(5 * i, 5 * i + 5)).not.toEqual(rows.slice(5 * j, 5 * j + 5));
  });

  test.each(["rn1", "rn2", "t11", "t12", "t21", "t22", "ufm"])(
    "%s learns a small task, in full batches and in mini-batches",
    async (architecture) => {
      for (const batch of ["full", 5] as const) {
        if (architecture === "ufm" && batch !== "full") continue;
        const config = smallRun({
          ...{
            dataset: { id: "modular-addition", modulus: 3, trainShare: 0.7 },
            architecture,
            depth: architecture === "ufm" ? 1 : 2,
          },
          ...{ regularizer: { family: "none" }, training: { steps: 150, learningRate: 0.02, batch } },
        });
        const data = await loadDataset(config.dataset, places);
        const network = defineNetwork(config, data);
        const trainer = await makeTrainer(engine, config, network, data, {
          parameters: initializeParameters(network.parameters, 1),
        });
        const fits: number[] = [];
        for await (const { fit } of trainer.train(0)) fits.push(fit);
        await trainer.dispose();
        expect(fits.at(-1)).toBeLessThan(0.2);
      }
    },
  );
});
