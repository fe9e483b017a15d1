import { expect, test } from "vitest";
import { transferPartner } from "../../../../app/new/afterTraining/transferPartner.ts";
import {
  normalizationsOf,
  readWidths,
  toggleArchitecture,
  toggleNormalization,
  widthLabel,
  withMoreHeads,
} from "../../../../app/new/architectures/architectureChoices.ts";
import { newDataset } from "../../../../app/new/datasets/newDataset.ts";
import { presetFigures } from "../../../../app/new/presets/presetFigures.ts";
import { anotherRegularizer, everyFamily, withFamily } from "../../../../app/new/regularizers/regularizerFamilies.ts";
import { anotherOptimizer, entriesOf, withEntries, withName } from "../../../../app/new/training/optimizerTexts.ts";
import { type ArchitectureConfig, architectureConfig, architectures } from "../../../../contract/config/architecture.ts";
import { transferProblem } from "../../../../contract/config/compatibility.ts";
import { optimizerEntry } from "../../../../contract/config/optimizerConfig.ts";
import { type Regularizer, regularizer, regularizerFamilies } from "../../../../contract/config/regularizer.ts";
import { trainingConfig } from "../../../../contract/config/trainingConfig.ts";
import { type DatasetId, datasetIds } from "../../../../contract/data/datasetConfig.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const t11: ArchitectureConfig = { name: "t11", normalization: "post-ln", heads: 2, patch: 7, definition: 2 };

test("an architecture comes with the paper's normalization, and goes with all of its own", () => {
  const both = toggleNormalization(toggleArchitecture([], "rn2"), "rn2", "pre-ln");
  expect(normalizationsOf(both, "rn2")).toEqual(["post-ln", "pre-ln"]);
  expect(toggleArchitecture(both, "rn2")).toEqual([]);
  expect(normalizationsOf(toggleNormalization(both, "rn2", "post-ln"), "rn2")).toEqual(["pre-ln"]);
});

test("architectures stay in one order, and a new normalization keeps heads and patches", () => {
  const list = toggleArchitecture([t11], "rn1");
  expect(list.map((one) => one.name)).toEqual(["rn1", "t11"]);
  expect(toggleNormalization(list, "t11", "pre-ln")[2]).toEqual({ ...t11, normalization: "pre-ln" });
  expect(withMoreHeads(list, 1).map((one) => one.heads)).toEqual([undefined, 2, 4]);
  for (const name of architectures) expect(architectureConfig.safeParse(toggleArchitecture([], name)[0]).success).toBe(true);
});

test("the width is called channels where nothing else has one", () => {
  const of = (...names: ArchitectureConfig["name"][]) =>
    widthLabel(names.map((name) => ({ name, normalization: "post-ln" as const })));
  expect(of("conv")).toBe("Channels");
  expect(of("rn1", "t11")).toBe("Widths d");
  expect(of("rn1", "conv")).toMatch(/^Widths d, or channels$/);
});

test("another regularization is the next step of a sweep in each family", () => {
  const next = (one: object) => anotherRegularizer([regularizer.parse(one)]);
  expect(next({ family: "weights", lambda: 0.01 })).toMatchObject({ family: "weights", lambda: 0.005 });
  expect(next({ family: "features", lambdaW: 0.01, lambdaH: 2e-5 })).toMatchObject({ lambdaW: 0.005, lambdaH: 1e-5 });
  expect(next({ family: "slack", rho: 0.1 })).toMatchObject({ lambda: 0.005, rho: 1 });
  expect(next({ family: "slack", rho: 0 })).toMatchObject({ rho: 0.1 });
  expect(next({ family: "none" }).family).toBe("weights");
  const unfinished = { family: "slack", lambda: 0.005, rho: Number.NaN, frame: "simplex" } as Regularizer;
  expect(regularizer.safeParse(anotherRegularizer([unfinished])).success).toBe(true);
});

test("a comparison has one of each family, of one strength where that means the same", () => {
  const start = [regularizer.parse({ family: "weights", lambda: 0.02 })];
  const all = [...start, ...everyFamily(start)];
  // Decoupled decay is a share of the optimizer's.
  expect(all.map((one) => one.family).sort()).toEqual(regularizerFamilies.filter((family) => family !== "adamw").sort());
  for (const one of all) expect(regularizer.parse(one)).toEqual(one);
  expect(withFamily(start[0], "slack")).toMatchObject({ lambda: 0.02 });
  expect(everyFamily(all)).toEqual([]);
});

test("optimizers are compared from one on, each at its rate, and the last that is left is the training's again", () => {
  const training = trainingConfig.parse({ learningRate: 0.01 });
  let entries = entriesOf(training, undefined);
  expect(entries).toEqual([training.optimizer]);
  for (const name of ["sgd", "signum", "muon"]) {
    entries = [...entries, anotherOptimizer(entries)];
    expect(entries.at(-1)).toMatchObject({ name, learningRate: expect.any(Number) });
  }
  expect(anotherOptimizer(entries)).toMatchObject({ name: "muon", share: 0 });
  for (const one of entries) expect(optimizerEntry.parse(one)).toEqual(one);
  expect(withEntries(training, entries)).toEqual({ training, optimizers: entries });
  const last = withEntries(training, entries.slice(1, 2));
  expect(last).toEqual({
    training: { ...training, optimizer: { name: "sgd", momentum: 0.9 }, learningRate: 0.05 },
    optimizers: undefined,
  });
  expect(withName({ name: "adam", beta1: 0.5, beta2: 0.9, epsilon: 1, share: 0.3 }, "muon")).toMatchObject({
    name: "muon",
    share: 0.3,
  });
});

test("a second set for the probe is one that the networks can read", () => {
  const read = (id: DatasetId) => transferProblem(newDataset(id), newDataset(transferPartner([newDataset(id)])));
  for (const id of datasetIds.filter((one) => one !== "image-folder")) expect(read(id), id).toBeNull();
  expect(transferPartner([newDataset("mnist")])).not.toBe("mnist");
});

test("each figure of the paper is one row with its evening's and its full protocol", () => {
  const paper = presets.filter((preset) => preset.group === "paper");
  const figures = presetFigures(paper);
  expect(figures.flatMap((figure) => figure.members)).toHaveLength(paper.length);
  for (const figure of figures)
    expect(
      figure.members.map((member) => member.label),
      figure.title,
    ).toEqual(["Tonight", "Full protocol"]);
});

test("widths of layers keep their order, and several may be equal", () => {
  expect(readWidths(" 512, 256 256, 64 ")).toEqual([512, 256, 256, 64]);
  expect(readWidths(" ")).toBeNull();
  expect(readWidths("512, x")).toEqual([512, Number.NaN]);
});
