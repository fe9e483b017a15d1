import { expect, test } from "vitest";
import { stepsPerEpoch } from "../../../../contract/config/stepsPerEpoch.ts";
import { datasetSizes, trainingSamples } from "../../../../contract/data/datasetSizes.ts";
import { paperPresets } from "../../../../contract/presets/paper.ts";

test("an epoch is the whole batches in the training set; what is left over makes none", () => {
  expect(stepsPerEpoch("full", 1234)).toBe(1);
  expect(stepsPerEpoch(30, 100)).toBe(3);
  expect(stepsPerEpoch(100, 100)).toBe(1);
  expect(stepsPerEpoch(1000, 60_000)).toBe(60);
  expect(stepsPerEpoch(101, 100)).toBe(1);
});

test("training samples are known where the config tells them, and nowhere else", () => {
  const all = { trainPerClass: null, testPerClass: null } as const;
  expect(trainingSamples({ id: "mnist", ...all })).toBe(60_000);
  expect(trainingSamples({ id: "cifar100", trainPerClass: 20, testPerClass: null })).toBe(2_000);
  expect(trainingSamples({ id: "mnist", ...all, imbalance: 0.1 })).toBe(24_207);
  expect(trainingSamples({ id: "image-folder", folder: "birds", size: 32, ...all })).toBeNull();
});

test("the epochs that a preset's text names are those of its steps", () => {
  const named: [string, number, number][] = [];
  for (const { id, config, cut, choices } of paperPresets) {
    const { batch, steps } = config.training;
    const epochs = steps / stepsPerEpoch(batch, datasetSizes(config.datasets[0]).train);
    for (const [, text] of [...(cut ?? "").matchAll(/\(([\d,]+) epochs\)/g)])
      named.push([id, Number(text.replaceAll(",", "")), epochs]);
    for (const choice of choices)
      for (const [, many, count] of choice.matchAll(/([\d,]+) epochs are ([\d,]+) steps/g)) {
        expect(Number(count.replaceAll(",", "")), id).toBe(steps);
        named.push([id, Number(many.replaceAll(",", "")), epochs]);
      }
  }
  expect(named.length).toBeGreaterThanOrEqual(8);
  for (const [id, text, epochs] of named) expect(text, id).toBe(epochs);
});
