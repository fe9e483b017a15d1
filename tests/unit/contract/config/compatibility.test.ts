import { describe, expect, test } from "vitest";
import { cellKey } from "../../../../app/result/model/grid/gridAxes.ts";
import { architectureLabel, architectures, hasLayerNorm, linearLayers } from "../../../../contract/config/architecture.ts";
import { headsProblem, readingProblem, transferProblem } from "../../../../contract/config/compatibility.ts";
import { countGrid, expandGrid, experimentConfig } from "../../../../contract/config/experimentConfig.ts";
import { gridOfRun } from "../../../../contract/config/gridOfRun.ts";
import { regularizer } from "../../../../contract/config/regularizer.ts";
import { resNetDepths } from "../../../../contract/config/resNet.ts";
import { type RunConfig, runConfig } from "../../../../contract/config/runConfig.ts";
import {
  type DatasetConfig,
  datasetConfig,
  datasetIds,
  datasetLabel,
  datasetTitles,
  imageShape,
  inputKind,
} from "../../../../contract/data/datasetConfig.ts";
import { packKey } from "../../../../contract/pack/packKey.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const base = presets[0].config;
const set = (id: string, more: object = {}): DatasetConfig => datasetConfig.parse({ id, ...own[id], ...more });
const own: Record<string, object> = { "image-folder": { folder: "birds" }, "text-file": { file: "news.tsv" } };
const all = datasetIds.map((id) => set(id));
const network = (name: (typeof architectures)[number], more: object = {}) => ({
  name,
  normalization: "post-ln" as const,
  ...more,
});

describe("which network reads which data", () => {
  test("is text for transformers, vectors for residual networks, images and tokens for both, anything for free features", () => {
    for (const dataset of all) {
      const kind = inputKind(dataset.id);
      expect(readingProblem(network("ufm"), dataset)).toBeNull();
      expect(readingProblem(network("rn1"), dataset) === null).toBe(kind !== "text");
      expect(readingProblem(network("t12"), dataset) === null).toBe(kind !== "vector");
      expect(readingProblem(network("conv"), dataset) === null).toBe(kind === "image");
      expect(imageShape(dataset) !== null).toBe(kind === "image");
    }
  });

  test("needs patches that divide the image and heads that divide the width", () => {
    expect(readingProblem(network("t11", { patch: 5 }), set("mnist"))).toMatch(/side 5 .* 28 × 28/);
    expect(readingProblem(network("t11", { patch: 7 }), set("mnist"))).toBeNull();
    expect(headsProblem(network("t11", { heads: 3 }), 64)).toMatch(/3 heads .* 64/);
    expect(headsProblem(network("t11", { heads: 4 }), 64)).toBeNull();
    expect(headsProblem(network("rn1", { heads: 3 }), 64)).toBeNull();
  });

  test("lets a network be probed only on inputs of its own shape", () => {
    expect(transferProblem(set("mnist"), set("fashion-mnist"))).toBeNull();
    expect(transferProblem(set("cifar10"), set("image-folder", { size: 32 }))).toBeNull();
    expect(transferProblem(set("cifar10"), set("mnist"))).toMatch(/1 × 28 × 28.*3 × 32 × 32/);
    expect(transferProblem(set("mnist"), set("imdb"))).toMatch(/text.*images/);
    const sums = set("modular-addition", { modulus: 7 });
    expect(transferProblem(sums, set("modular-addition", { modulus: 7, dataSeed: 3 }))).toBeNull();
    expect(transferProblem(sums, set("next-token", { tokens: 7, context: 2 }))).toBeNull();
    expect(transferProblem(sums, set("next-token", { tokens: 9, context: 2 }))).toMatch(/2 of 9 tokens .* 2 of 7/);
    expect(transferProblem(sums, set("imdb"))).toMatch(/text.*tokens/);
  });

  test("is said at the field of a grid that does not fit", () => {
    const paths = (change: object) =>
      experimentConfig.safeParse({ ...base, ...change }).error?.issues.map((issue) => issue.path.join(".")) ?? [];
    expect(paths({ architectures: [network("rn1"), network("conv")], datasets: [set("gaussian-clusters")] })).toEqual([
      "architectures.1",
    ]);
    expect(paths({ architectures: [network("ufm")], training: { ...base.training, batch: 10 } })).toEqual(["training.batch"]);
    expect(paths({ afterTraining: { transfer: { dataset: set("imdb") } } })).toEqual(["afterTraining.transfer.dataset"]);
    expect(paths({ architectures: [network("rn1"), network("t22", { heads: 4 }), network("ufm")] })).toEqual([]);
  });
});

describe("a grid with free features", () => {
  test("has them once, at depth 1, whatever depths the networks have", () => {
    const config = { ...base, architectures: [network("ufm"), network("rn2")], depths: [2, 3, 5], seeds: [0, 1] };
    const runs = expandGrid(config);
    expect(runs).toHaveLength(countGrid(config));
    expect(runs.filter((run) => run.architecture === "ufm").map((run) => [run.depth, run.seed])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(runs.filter((run) => run.architecture === "rn2")).toHaveLength(6);
  });

  test("keeps what is said of attention and of the time after training", () => {
    const afterTraining = { robustness: null, transfer: { dataset: set("mnist"), ridge: 0.1 } };
    const config = { ...base, architectures: [network("t21", { heads: 2, patch: 14 })], afterTraining };
    for (const run of expandGrid(config)) expect(run).toMatchObject({ heads: 2, patch: 14, afterTraining });
    for (const run of expandGrid(base)) expect(Object.keys(run)).not.toContain("heads");
  });
});

describe("a run's config by itself", () => {
  const [run] = expandGrid(base);
  const refusal = (more: object) =>
    runConfig.safeParse({ ...run, ...more }).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
  test("is refused where there is no such ResNet", () => {
    for (const depth of resNetDepths) expect(refusal({ architecture: "resnet", depth, width: 64 })).toEqual([]);
    expect(refusal({ architecture: "resnet", depth: 21, width: 60 })).toEqual([
      "depth: a ResNet has depth 9, 18, 20 or 34, not 21: choose among these, or study it by itself",
      "width: the width of a ResNet is the number of channels of its last stage, a multiple of 8, not 60",
    ]);
    expect(refusal({ depth: 21, width: 60 })).toEqual([]);
  });
});

describe("an MLP", () => {
  const clusters = set("gaussian-clusters");
  const grid = (architectures: object[], more: object = {}) => ({
    ...{ ...base, datasets: [clusters], depths: [2, 3, 5], widths: [16, 64], seeds: [0] },
    ...{ architectures, ...more },
  });
  const refusal = (architectures: object[], more: object = {}) =>
    experimentConfig
      .safeParse(grid(architectures, more))
      .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
  test("of a list of widths is trained at its own depth and width alone, and a grid of one cell is that cell again", () => {
    const config = experimentConfig.parse(
      grid([network("mlp"), network("mlp", { activation: "tanh", widths: [512, 256, 64] }), network("rn1")]),
    );
    const runs = expandGrid(config);
    expect(runs).toHaveLength(countGrid(config));
    const mine = runs.filter(({ widths }) => widths !== undefined);
    expect(mine.map(({ depth, width }) => [depth, width])).toEqual([[3, 64]]);
    expect(runs.filter(({ architecture }) => architecture === "mlp")).toHaveLength(7);
    for (const run of runs) {
      expect(runConfig.parse(run)).toEqual(run);
      expect(expandGrid(gridOfRun(run))).toEqual([run]);
    }
    expect(architectureLabel("mlp", mine[0] as (typeof mine)[number])).toBe("MLP tanh 512–256–64");
    expect(architectureLabel("mlp", { normalization: "none" })).toBe("MLP ReLU without LN");
  });
  test("is refused where its widths and the study's axes disagree, with the way out", () => {
    expect(refusal([network("mlp", { widths: [512, 256, 128, 60] })])).toEqual([
      "architectures.0: the widths of 4 layers are an MLP of depth 4, and the depths are 2, 3, 5: add 4 to the depths, or list as many widths",
      "architectures.0: the last of an MLP's widths is its d, here 60, and the study's widths are 16, 64: add 60 to them, or end the list with one of them",
    ]);
    expect(refusal([network("mlp", { widths: [3, 64] })])[0]).toMatch(/a layer's width must be at least 4$/);
  });
  test.each([
    ["mlp", { normalization: "pre-ln" }, /^architectures.0: an MLP has no residual stream to be pre-LN/],
    ["rn1", { normalization: "none" }, /^architectures.0: RN1 has no form without normalization/],
    ["rn1", { widths: [16, 64] }, /a width for each layer is for an MLP: leave the list out for RN1/],
  ] as const)("has a form of its own, and others have not: %s %j", (name, more, message) => {
    expect(refusal([network(name, more)])).toEqual([expect.stringMatching(message)]);
  });
  test("reads pictures and vectors, and no text", () => {
    for (const dataset of all) expect(readingProblem(network("mlp"), dataset) === null).toBe(inputKind(dataset.id) !== "text");
  });
  test("does not grow", () => {
    const grown = { training: { ...base.training, grown: { blocks: "identity", epsilon: 0.1 } } };
    expect(refusal([network("mlp")], grown)).toEqual([expect.stringMatching(/there is no identity block of MLP networks/)]);
  });
  test("runs of another activation or other widths are never one pack or one cell", () => {
    const runs = [{}, { activation: "gelu" }, { normalization: "none" }, { widths: [32, 16, 64] }, { widths: [16, 32, 64] }].map(
      (more) => expandGrid(experimentConfig.parse(grid([network("mlp", more)], { depths: [3], widths: [64] })))[0] as RunConfig,
    );
    expect(new Set(runs.map(packKey)).size).toBe(5);
    expect(new Set(runs.map((run) => cellKey(run, ["architecture"]))).size).toBe(5);
    expect(packKey({ ...runs[0], activation: "relu" } as RunConfig)).toBe(packKey(runs[0] as RunConfig));
  });
});

describe("deep free features", () => {
  test.each([[[Number.NaN, 1]], ["0.1"], [Array(64).fill(0.1)], [{}]])(
    "hidden λ %j is neither one nor a list",
    (lambdaHidden) => {
      const { error } = regularizer.safeParse({ family: "features", lambdaHidden });
      expect(error?.issues.map(({ path, message }) => [path.join("."), message])).toEqual([
        ["lambdaHidden", "give one λ of 0 to 10 for all hidden matrices, or a list of one for each, at most 63"],
      ]);
    },
  );
  const ridged = regularizer.parse({ family: "features", lambdaHidden: 0.01 });
  const deep = (more: object = {}) =>
    experimentConfig.safeParse({ ...base, architectures: [network("dufm")], regularizers: [ridged], ...more });
  test("take every depth, and their layers' activation along; a grid of one cell is that cell again", () => {
    const config = { ...base, architectures: [network("dufm", { activation: "relu" })], regularizers: [ridged] };
    const runs = expandGrid(config);
    expect(new Set(runs.map((run) => run.depth))).toEqual(new Set(base.depths));
    for (const run of runs) {
      expect(run.activation).toBe("relu");
      expect(expandGrid(gridOfRun(run))).toEqual([run]);
    }
  });
  test.each<[string, object, string | null]>([
    ["one λ", {}, null],
    ["no λ", { regularizers: [regularizer.parse({ family: "features" })] }, null],
    [
      "another family",
      { regularizers: [regularizer.parse({ family: "weights" })] },
      'deep free features are not normalized and need a ridge of their own: choose the family "features" instead of "weights"',
    ],
    ["a λ of each layer", { depths: [3], regularizers: [{ ...ridged, lambdaHidden: [0.1, 0.2] }] }, null],
    [
      "too few λ",
      { depths: [3, 5], regularizers: [{ ...ridged, lambdaHidden: [0.1, 0.2] }] },
      "2 hidden λ belong to depth 3, and depth 5 has 4 hidden matrices: give one λ for all, or 4",
    ],
    [
      "a λ of each layer of another network",
      { architectures: [network("rn1")], depths: [3], regularizers: [{ ...ridged, lambdaHidden: [0.1, 0.2] }] },
      "a λ for each layer is for deep free features: give one λ for all hidden matrices of RN1",
    ],
    ["batches", { training: { ...base.training, batch: 10 } }, 'free features (UFM) train on the full batch: choose "full"'],
  ])("%s", (_what, more, problem) => {
    const { success, error } = deep(more);
    expect(success ? null : error?.issues.map(({ message }) => message)).toEqual(problem === null ? null : [problem]);
  });
});

describe("labels", () => {
  test("tell every architecture and data set apart", () => {
    const labels = architectures.flatMap((name) => [
      architectureLabel(name, { normalization: "post-ln", definition: 2 }),
      ...(!hasLayerNorm(name)
        ? name === "dufm"
          ? [architectureLabel(name, { normalization: "post-ln", activation: "relu" })]
          : []
        : [
            architectureLabel(name, { normalization: "pre-ln", definition: 2 }),
            architectureLabel(name, { normalization: "pre-ln-open", definition: 2 }),
            architectureLabel(name, { normalization: "post-ln", definition: 2, heads: 4 }),
          ]),
    ]);
    expect(new Set(labels).size).toBe(labels.length);
    const sets = all.flatMap((one) => [
      one,
      ...(one.id === "random-labels"
        ? []
        : [
            { ...one, labelNoise: { rate: 0.2, seed: 0 } },
            { ...one, imbalance: 0.1 },
          ]),
    ]);
    expect(new Set(sets.map((one) => datasetLabel(one))).size).toBe(sets.length);
    const clusters = datasetConfig.parse({ id: "gaussian-clusters" });
    const texts = datasetConfig.parse({ id: "sentence-polarity" });
    const alike = [
      ...[clusters, { ...clusters, separation: 8 }, { ...clusters, dimension: 7 }, { ...clusters, dataSeed: 1 }],
      ...[texts, { ...texts, maxLength: 9 }, { ...texts, vocabulary: 90 }],
      ...[3, 4].map((seed) => ({ ...texts, labelNoise: { rate: 0.2, seed } })),
    ];
    expect(new Set(alike.map((one) => datasetLabel(one))).size).toBe(alike.length);
    for (const id of datasetIds) expect(datasetTitles[id]).not.toBe("");
  });

  test("name a transformer by its linear layers", () => {
    expect(linearLayers("t12")).toEqual({ attention: 1, mlp: 2 });
    expect(linearLayers("t21")).toEqual({ attention: 2, mlp: 1 });
  });
});

describe("names of a person's own data", () => {
  test.each(["../../up", "/etc", "a/b", "a\\b", ".hidden", "", "a\0b", "x".repeat(200)])("refuse %j", (name) => {
    expect(datasetConfig.safeParse({ id: "image-folder", folder: name }).success).toBe(false);
    expect(datasetConfig.safeParse({ id: "text-file", file: name }).success).toBe(false);
  });
});

test("a ResNet refuses depths, widths, pictures and batches that it cannot have, each by name", () => {
  const of = (changes: object) => {
    const config = {
      ...base,
      architectures: [network("resnet")],
      depths: [18],
      widths: [16],
      datasets: [set("cifar10")],
      ...changes,
    };
    return (experimentConfig.safeParse(config).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
  };
  expect(of({})).toEqual([]);
  expect(of({ depths: [9, 18, 20, 34] })).toEqual([]);
  expect(of({ depths: [18, 50, 2] })).toEqual([
    expect.stringMatching(/^architectures\.0: a ResNet has depth 9, 18, 20 or 34, not 50, 2: choose/),
  ]);
  expect(of({ widths: [12] })).toEqual([expect.stringMatching(/multiple of 8, not 12/)]);
  expect(of({ datasets: [set("gaussian-clusters")] })).toEqual([expect.stringMatching(/reads images/)]);
  expect(of({ training: { ...base.training, batch: 1 } })).toEqual([
    expect.stringMatching(/^training\.batch: BatchNorm .* at least 2/),
  ]);
  const augmented = { ...base.training, augmentation: "crop-flip" };
  expect(of({ training: { ...augmented, batch: 8 } })).toEqual([]);
  expect(of({ training: augmented })).toEqual([expect.stringMatching(/^training\.augmentation: .*choose mini-batches/)]);
});
