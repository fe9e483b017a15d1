import { expect, test } from "vitest";
import { newDataset } from "../../../../../app/new/datasets/newDataset.ts";
import { type Draft, firstDraft, readDraft } from "../../../../../app/new/draft/draft.ts";
import { draftProblems, problemAt } from "../../../../../app/new/draft/draftProblems.ts";
import { expandGrid, experimentConfig } from "../../../../../contract/config/experimentConfig.ts";
import { gridOfRun } from "../../../../../contract/config/gridOfRun.ts";
import { regularizer } from "../../../../../contract/config/regularizer.ts";
import { aConfig } from "../../builders.ts";

/** As it comes back from the browser's storage. */
const stored = (draft: unknown) => JSON.parse(JSON.stringify(draft)) as unknown;
const withConfig = (patch: object): Draft => ({ ...firstDraft(), config: { ...firstDraft().config, ...patch } });

test("a draft comes back as it was left, also with numbers that were never finished", () => {
  expect(readDraft(stored(firstDraft()))).toEqual(firstDraft());
  const { training } = firstDraft().config;
  for (const patch of [
    { depths: [2, 900] },
    { widths: [] },
    { training: { ...training, learningRate: Number.NaN, batch: Number.NaN } },
    { regularizers: [{ family: "slack", lambda: Number.NaN, rho: -1, frame: "simplex" }] },
    { datasets: [newDataset("text-file")] },
    { architectures: [{ name: "t11", normalization: "post-ln", heads: 5 }] },
    { afterTraining: { robustness: null, transfer: { dataset: newDataset("imdb"), ridge: Number.NaN } } },
    { convergence: { minTrainAccuracy: 99 } },
  ]) {
    const draft = withConfig(patch);
    expect(readDraft(stored(draft)), JSON.stringify(patch)).toEqual(stored(draft));
  }
});

test("a draft of another shape is dropped", () => {
  const { training, ...config } = firstDraft().config;
  for (const [what, draft] of Object.entries({
    "no draft": "draft",
    "no training": { ...firstDraft(), config },
    "a key nobody knows": withConfig({ regularizers: [{ ...regularizer.parse({ family: "weights" }), mu: 1 }] }),
    "a family nobody knows": withConfig({ regularizers: [{ family: "dropout", rate: 0.1 }], depths: [900] }),
    "a family without its numbers": withConfig({ regularizers: [{ family: "slack" }], depths: ["two"] }),
    "an architecture nobody knows": withConfig({ architectures: [{ name: "vgg", normalization: "post-ln" }] }),
    "a data set nobody knows": withConfig({ datasets: [{ id: "svhn", trainPerClass: null, testPerClass: null }] }),
    "a schedule nobody knows": withConfig({ training: { ...training, schedule: { name: "wave" } } }),
    "texts for numbers": withConfig({ depths: ["two"] }),
  }))
    expect(readDraft(stored(draft)), what).toBeNull();
});

test("a draft that lacks what has a default gets it", () => {
  const { measuring: _, ...config } = firstDraft().config;
  expect(readDraft(stored({ ...firstDraft(), config }))).toEqual(firstDraft());
});

test("a fork of a run is the grid of that one run", () => {
  const config = aConfig({ architecture: "t12", normalization: "pre-ln", heads: 2, patch: 7, dataset: newDataset("mnist") });
  expect(expandGrid(experimentConfig.parse(gridOfRun(config)))).toEqual([config]);
  const free = aConfig({ architecture: "ufm", depth: 1 });
  expect(expandGrid(experimentConfig.parse(gridOfRun(free)))).toEqual([free]);
});

test("a person's own set must be named", () => {
  const problems = draftProblems(withConfig({ datasets: [newDataset("image-folder")] }));
  expect(problemAt(problems, "config.datasets.0.folder")).toMatch(/^A name in the data-set folder: letters/);
});

test("incompatible choices are reported where they can be changed", () => {
  const { training } = firstDraft().config;
  const at = (patch: object, path: string) => problemAt(draftProblems(withConfig(patch)), path);
  const transformer = { architectures: [{ name: "t11", normalization: "post-ln", heads: 3 }] };
  expect(at(transformer, "config.architectures.0")).toBe("3 heads do not divide the width 64.");
  const text = { datasets: [newDataset("imdb")] };
  expect(at(text, "config.architectures.0")).toMatch(/IMDB is text: choose a transformer/);
  const free = { architectures: [{ name: "ufm", normalization: "post-ln" }], training: { ...training, batch: 32 } };
  expect(at(free, "config.training.batch")).toMatch(/^32 is not valid: free features \(UFM\) train on the full batch/);
  const probe = { afterTraining: { robustness: null, transfer: { dataset: newDataset("cifar10"), ridge: 1e-3 } } };
  expect(at(probe, "config.afterTraining.transfer.dataset")).toMatch(/choose sets of one size/);
});

test("incompatible choices are reported along with invalid values, if the values they depend on are valid", () => {
  const { training } = firstDraft().config;
  const problemsOf = (patch: object) => draftProblems({ ...withConfig(patch), name: "" });
  const wrong = problemsOf({
    depths: [900],
    datasets: [newDataset("imdb"), newDataset("image-folder")],
    widths: [64, Number.NaN],
    architectures: [
      { name: "rn1", normalization: "post-ln" },
      { name: "t11", normalization: "post-ln", heads: 3 },
      { name: "ufm", normalization: "post-ln" },
    ],
    training: { ...training, learningRate: -1, batch: 32 },
  });
  expect(problemAt(wrong, "name")).toMatch(/^Give the experiment a name/);
  expect(problemAt(wrong, "config.depths.0")).toMatch(/^900 is not valid/);
  expect(problemAt(wrong, "config.widths.1")).toMatch(/^Enter a number/);
  expect(problemAt(wrong, "config.training.learningRate")).toMatch(/^-1 is not valid/);
  expect(problemAt(wrong, "config.architectures.0")).toMatch(/IMDB is text: choose a transformer/);
  expect(problemAt(wrong, "config.architectures.1")).toBe("3 heads do not divide the width 64.");
  expect(problemAt(wrong, "config.training.batch")).toMatch(/^32 is not valid: free features/);
  // Of values that are wrong themselves nothing more is said.
  const batch = problemsOf({ architectures: [{ name: "ufm", normalization: "post-ln" }], training: { ...training, batch: 0 } });
  expect(batch.filter(({ path }) => path === "config.training.batch")).toHaveLength(1);
  const probe = { ridge: -1, dataset: newDataset("cifar10") };
  const transfer = problemsOf({ afterTraining: { robustness: null, transfer: probe } });
  expect(problemAt(transfer, "config.afterTraining.transfer.ridge")).toMatch(/^-1 is not valid/);
  expect(problemAt(transfer, "config.afterTraining.transfer.dataset")).toMatch(/choose sets of one size/);
});
