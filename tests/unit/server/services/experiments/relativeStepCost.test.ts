import { describe, expect, test } from "vitest";
import { type Architecture, architectures } from "../../../../../contract/config/architecture.ts";
import { expandGrid } from "../../../../../contract/config/experimentConfig.ts";
import { optimizerConfig } from "../../../../../contract/config/optimizerConfig.ts";
import type { RunConfig } from "../../../../../contract/config/runConfig.ts";
import { type DatasetConfig, datasetConfig, datasetIds, inputKind } from "../../../../../contract/data/datasetConfig.ts";
import { datasetSizes } from "../../../../../contract/data/datasetSizes.ts";
import { presets } from "../../../../../contract/presets/presets.ts";
import { relativeStepCost } from "../../../../../server/services/times/relativeStepCost.ts";

const base = expandGrid(presets.find(({ id }) => id === "first-light")!.config)[0];
const mnist: DatasetConfig = { id: "mnist", trainPerClass: 100, testPerClass: null };
const run = (architecture: Architecture, change: Partial<RunConfig> = {}): RunConfig => ({
  ...base,
  dataset: mnist,
  depth: 8,
  width: 64,
  definition: 2,
  ...change,
  architecture,
});
const cost = (...args: Parameters<typeof run>) => relativeStepCost(run(...args));

describe("relativeStepCost", () => {
  test("of Muon has five steps on each hidden matrix besides, three products each", () => {
    const training = { ...base.training, optimizer: optimizerConfig.parse({ name: "muon" }) };
    const more = (...[architecture, change]: Parameters<typeof run>) =>
      cost(architecture, { ...change, training }) - cost(architecture, change);
    const square = 5 * 3 * 2 * 64 ** 3;
    expect(more("rn1")).toBe(7 * square);
    expect(more("t22")).toBe(8 * 6 * square);
    // 64 × 576
    expect(more("conv")).toBe(7 * 5 * (2 * 2 * 64 ** 2 * 576 + 2 * 64 ** 3));
    expect(more("ufm", { depth: 1 })).toBe(0);
  });

  test("is that of the products alone where they are nearly all there is, counted by hand", () => {
    // T22, 4 tokens of 14 × 14 pixels, d = 1024, L = 2: a block for every token and one that reads the last token alone.
    const [n, d, t, classes] = [1000, 1024, 4, 10];
    const embedding = 4 * t * 196 * d;
    const full = t * (4 * d * d + 2 * t * d + 2 * d * d);
    const last = t * 2 * d * d + (2 * d * d + 2 * t * d + 2 * d * d);
    const transformer = n * (embedding + 6 * (full + last + d * classes));
    expect(cost("t22", { width: d, depth: 2, patch: 14 }) / transformer).toBeCloseTo(1, 1);
    // The first definition had L − 1 blocks.
    expect(cost("t22", { width: d, depth: 3, patch: 14, definition: undefined })).toBe(
      cost("t22", { width: d, depth: 2, patch: 14 }),
    );
    // Convolution: 14 × 14 places, C = 1024.
    const conv = n * (196 * (4 * 9 * d + 6 * 9 * 2 * d * d) + 6 * d * classes);
    expect(cost("conv", { width: d, depth: 3 }) / conv).toBeCloseTo(1, 1);
  });

  test("of an MLP is that of its layers, each with its width", () => {
    const rn1 = cost("rn1", { depth: 3, width: 64 });
    expect(cost("mlp", { depth: 3, width: 64, normalization: "post-ln" }) / rn1).toBeCloseTo(1, 9);
    const widths = { depth: 3, widths: [512, 64, 64], normalization: "post-ln" as const };
    const more = 1000 * (4 * 784 + 6 * 64 + 30) * (512 - 64) + 12 * (784 + 1 + 64) * (512 - 64);
    expect(cost("mlp", widths) - cost("mlp", { ...widths, widths: undefined, width: 64 })).toBe(more);
  });

  test("grows with what makes a step longer", () => {
    for (const name of ["t11", "t12", "t21", "t22", "conv", "rn1"] as const) {
      expect(cost(name, { depth: 16 }) / cost(name)).toBeGreaterThan(1.5);
      expect(cost(name, { width: 512 }) / cost(name)).toBeGreaterThan(8);
      expect(cost(name, { dataset: { ...mnist, trainPerClass: 200 } }) / cost(name)).toBeCloseTo(2, 1);
    }
    expect(cost("t11")).toBeLessThan(cost("t12"));
    expect(cost("t12")).toBeLessThan(cost("t22"));
    expect(cost("t11", { heads: 4 })).toBeGreaterThan(cost("t11"));
    expect(cost("t22", { patch: 4 })).toBeGreaterThan(cost("t22", { patch: 7 }));
    const text = (maxLength: number) => datasetConfig.parse({ id: "sentence-polarity", maxLength });
    expect(cost("t22", { dataset: text(64) }) / cost("t22", { dataset: text(32) })).toBeGreaterThan(1.9);
    expect(cost("ufm", { depth: 1 })).toBeLessThan(cost("rn1", { depth: 2 }));
  });

  test("is a positive number for every architecture on every data set it reads, and for every preset", () => {
    const ownNames = { "image-folder": { folder: "x" }, "text-file": { file: "x" } };
    for (const id of datasetIds) {
      const dataset = datasetConfig.parse({ id, ...(id in ownNames ? ownNames[id as keyof typeof ownNames] : {}) });
      expect(datasetSizes(dataset).train, id).toBeGreaterThan(0);
      for (const name of architectures) {
        if (inputKind(id) === "vector" && name.startsWith("t")) continue;
        expect(cost(name, { dataset, depth: { ufm: 1, resnet: 18 }[name as string] ?? 2 }), `${name} on ${id}`).toBeGreaterThan(
          0,
        );
      }
    }
    for (const { id, config } of presets)
      for (const cell of expandGrid(config))
        expect(Number.isFinite(relativeStepCost(cell)) && relativeStepCost(cell) > 0, id).toBe(true);
  });
});
