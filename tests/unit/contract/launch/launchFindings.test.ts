import { describe, expect, test } from "vitest";
import { type ExperimentConfig, experimentConfig } from "../../../../contract/config/experimentConfig.ts";
import { trainingConfig } from "../../../../contract/config/trainingConfig.ts";
import { datasetConfig } from "../../../../contract/data/datasetConfig.ts";
import { type LaunchKnowledge, nothingKnown } from "../../../../contract/launch/finding.ts";
import { launchFindings } from "../../../../contract/launch/launchFindings.ts";
import { launchKnowledge } from "../../../../contract/launch/launchKnowledge.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const base = presets.find(({ id }) => id === "first-light")!.config;
const config = (change: object): ExperimentConfig => ({ ...base, ...change });
const training = (change: object) => ({ training: trainingConfig.parse({ steps: 100, ...change }) });
const mini = (change: object = {}) => ({ id: "fashion-mnist-mini", trainPerClass: 20, testPerClass: 10, ...change });
const said = (change: object, known?: LaunchKnowledge) =>
  launchFindings(config(change), known).problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
const warned = (change: object) =>
  launchFindings(config(change)).warnings.map(({ path, message }) => `${path.join(".")}: ${message}`);

test("presets have no problem, nor on a usual machine, but for the paper's full sizes", () => {
  const worker = { name: "lab", slots: 2, memoryBytes: 16e9, devices: ["cpu (onnxruntime cpu)"] };
  for (const preset of presets) expect(launchFindings(preset.config).problems, preset.id).toEqual([]);
  const small = presets.filter(({ id }) => !id.endsWith("-full"));
  expect(small.length).toBeGreaterThan(10);
  for (const preset of small)
    expect(launchFindings(preset.config, { ...nothingKnown, workers: [worker] }).problems, preset.id).toEqual([]);
});

const second = (change: object) => ({
  ...{ dataset: { id: "fashion-mnist-mini", ...change }, samples: 500, alpha: 1e-4, temperature: 1 },
});

describe("what would end a run is refused with the value, the bound and the way out", () => {
  test.each([
    [
      "a batch above the training set",
      { datasets: [mini()], ...training({ batch: 201 }) },
      [
        "training.batch: A batch of 201 is above the 200 training samples of Fashion-MNIST-mini n=20: choose at most 200, or the full batch.",
      ],
    ],
    [
      "a batch above a training set that an imbalance makes smaller: 20 + 9 + 4 + 2 + 6 · 1",
      { datasets: [mini({ imbalance: 0.001 })], ...training({ batch: 64 }) },
      [
        "training.batch: A batch of 64 is above the 41 training samples of Fashion-MNIST-mini n=20 imbalance 0.001: choose at most 41, or the full batch.",
      ],
    ],
    [
      "as many large classes as there are classes",
      { datasets: [mini({ imbalance: 0.1, largeClasses: 10 })] },
      [
        "datasets.0.largeClasses: 10 large classes leave no small one among 10: choose at most 9, or none for a geometric profile.",
      ],
    ],
    [
      "a batch above one of several sets",
      {
        datasets: [{ id: "gaussian-clusters", classes: 4, trainPerClass: 25, testPerClass: 5, dimension: 3 }, mini()],
        ...training({ batch: 128 }),
      },
      [
        "training.batch: A batch of 128 is above the 100 training samples of Gaussian clusters K=4 n=25 D=3 separation 3: choose at most 100, or the full batch.",
      ],
    ],
    [
      "more training samples of a class than there are",
      { datasets: [mini({ trainPerClass: 201 })] },
      [
        "datasets.0.trainPerClass: 201 training samples of class T-shirt/top are requested, but Fashion-MNIST-mini has 200: choose at most 200, or leave it empty for all.",
      ],
    ],
    [
      "more than the smallest class has, where classes differ",
      { datasets: [{ id: "cifar10-lossless-5k", trainPerClass: 367, testPerClass: 87 }] },
      [
        "datasets.0.trainPerClass: 367 training samples of class automobile are requested, but CIFAR-10 lossless 5k has 366: choose at most 366, or leave it empty for all.",
        "datasets.0.testPerClass: 87 test samples of class dog are requested, but CIFAR-10 lossless 5k has 86: choose at most 86, or leave it empty for all.",
      ],
    ],
    [
      "more than a large class of a text set has",
      {
        architectures: [{ name: "t11", normalization: "post-ln" }],
        datasets: [{ id: "sst2", trainPerClass: null, testPerClass: 429 }],
      },
      [
        "datasets.0.testPerClass: 429 test samples of class negative are requested, but SST-2 32 of 4,000 words has 428: choose at most 428, or leave it empty for all.",
      ],
    ],
    [
      "more samples of the second set than there are",
      { afterTraining: { robustness: null, transfer: { dataset: mini({ trainPerClass: 500 }), ridge: 1e-3 } } },
      [
        "afterTraining.transfer.dataset.trainPerClass: 500 training samples of class T-shirt/top are requested, but Fashion-MNIST-mini has 200: choose at most 200, or leave it empty for all.",
      ],
    ],
    [
      "more measurements than are stored",
      { ...training({ steps: 1_000_000 }), measuring: { name: "every", steps: 1 } },
      [
        "measuring.steps: Measuring every 1 of 1,000,000 steps makes 1,000,001 measurements per run; the limit is 20,000: measure every 51 steps or less often, or at log-spaced steps.",
      ],
    ],
    [
      "an attack on what has no inputs",
      {
        architectures: [{ name: "ufm", normalization: "post-ln" }],
        afterTraining: {
          robustness: { norms: ["linf"], epsilons: [0.1], l2Factor: 10, pgdSteps: 10, samples: 100 },
          transfer: null,
        },
      },
      [
        "afterTraining.robustness: Free features, words and tokens have no inputs that an attack could move, and this study trains only UFM: leave it out, or add another network or data set.",
      ],
    ],
    [
      "a second set for what has no inputs",
      { architectures: [{ name: "ufm", normalization: "post-ln" }], other: second({ trainPerClass: 1, testPerClass: 50 }) },
      [
        "other.dataset: Free features are computed from no input, and this study trains only UFM: leave the second set out, or add another network.",
      ],
    ],
    [
      "more test samples of a second set than there are",
      { datasets: [mini()], other: second({ trainPerClass: null, testPerClass: 51 }) },
      [
        "other.dataset.testPerClass: 51 test samples of class T-shirt/top are requested, but Fashion-MNIST-mini has 50: choose at most 50, or leave it empty for all.",
      ],
    ],
  ])("%s", (_, change, messages) => {
    expect(said(change)).toEqual(messages);
  });

  test.each([
    ["the last batch that fits", { datasets: [mini()], ...training({ batch: 200 }) }],
    ["all available", { datasets: [mini({ trainPerClass: 200, testPerClass: 50 })] }],
    ["as many as the smallest class has", { datasets: [{ id: "cifar10-lossless-5k", trainPerClass: 366, testPerClass: 86 }] }],
    ["the most that is stored", { ...training({ steps: 19_999 }), measuring: { name: "every", steps: 1 } }],
    ["log-spaced measuring of the longest training", training({ steps: 1_000_000 })],
    [
      "a set that nobody counted, whatever the batch",
      { datasets: [{ id: "image-folder", folder: "own", size: 32 }], ...training({ batch: 100_000 }) },
    ],
  ])("%s is not refused", (_, change) => {
    const parsed = experimentConfig.parse(config(change));
    expect(launchFindings(parsed).problems).toEqual([]);
  });

  test("is said beside values that the schema refuses", () => {
    const change = {
      datasets: [mini()],
      depths: [900],
      learningRate: -1,
      training: { ...base.training, batch: 512, steps: Number.NaN },
    };
    expect(said(change)).toHaveLength(1);
    expect(said({ datasets: [{ id: "no-such-set" }], architectures: null, training: undefined })).toEqual([]);
  });
});

describe("devices and memory of the connected workers", () => {
  const known = (...workers: LaunchKnowledge["workers"]): LaunchKnowledge => ({ ...nothingKnown, workers });
  const lab = { name: "lab", slots: 2, memoryBytes: 24e9, devices: ["cpu (onnxruntime cpu)"] };
  const large = {
    datasets: [{ id: "cifar10", trainPerClass: null, testPerClass: null }],
    depths: [2, 64],
    widths: [1024],
  };

  test("refuses a run that no worker can hold, with the numbers", () => {
    const [message, ...more] = said(large, known(lab));
    expect(more).toEqual([]);
    expect(message).toMatch(
      /^memory: A run of RN1 L = 64, d = 1,024 on CIFAR-10, full batch, needs about \d\d GB of memory, and the worker lab has 24 GB for 2 slots \(12 GB each\): choose a mini-batch, fewer samples per class, or a smaller depth or width, or connect a worker with more memory or fewer slots\.$/,
    );
    const gigabytes = Number(/about (\d+) GB/.exec(message)![1]);
    expect(gigabytes).toBeGreaterThan(40);
    expect(gigabytes).toBeLessThan(90);
  });

  test("takes what one of several workers can hold, and says nothing without a worker", () => {
    expect(said(large, known(lab, { ...lab, name: "big", slots: 1, memoryBytes: 128e9 }))).toEqual([]);
    expect(said({ ...large, ...training({ batch: 128 }) }, known(lab))).toEqual([]);
    expect(said(large)).toEqual([]);
  });

  test("leaves a GPU's memory, which is not known, to the run", () => {
    const card = { ...lab, devices: ["cuda (onnxruntime cuda, H200)", "cpu (onnxruntime cpu)"] };
    expect(said(large, known(card))).toEqual([]);
    expect(said({ ...large, device: "cpu" }, known(card))).toHaveLength(1);
  });

  test("refuses a device that no connected worker has", () => {
    expect(said({ device: "cuda" }, known(lab))).toEqual([
      'device: No connected worker computes on cuda (lab: cpu (onnxruntime cpu)): choose "auto" or an available device, or add a worker that has this one.',
    ]);
    expect(said({ device: "cuda" })).toEqual([]);
    expect(said({ device: "cpu" }, known(lab))).toEqual([]);
  });
});

describe("what a person should know, and is not refused", () => {
  test("a warm-up that is longer than the training", () => {
    expect(warned(training({ warmupSteps: 101, learningRate: 0.01 }))).toEqual([
      "training.warmupSteps: The warm-up of 101 steps is longer than the training of 100: the learning rate never reaches 0.01. Choose a shorter warm-up.",
    ]);
    expect(warned(training({ warmupSteps: 100 }))).toEqual([]);
  });

  test("a width at which the objective has no known optimum", () => {
    expect(warned({ widths: [8, 10, 64], losses: ["ce", "mse"] })).toEqual([
      "widths: At width 8 the 10 classes of Fashion-MNIST-mini have no known optimum (cross entropy, λ=0.005): such runs have no gap to L*. It needs a width of at least 10.",
      "widths: At width 8, 10 the 10 classes of Fashion-MNIST-mini have no known optimum (squared error, λ=0.005): such runs have no gap to L*. It needs a width of at least 11.",
    ]);
    expect(warned({ widths: [8], regularizers: [{ family: "none" }] })).toEqual([]);
  });

  test("networks that an attack leaves out", () => {
    const robustness = { norms: ["linf"], epsilons: [0.1], l2Factor: 10, pgdSteps: 10, samples: 100 };
    const architectures = [...base.architectures, { name: "ufm", normalization: "post-ln" }];
    expect(warned({ architectures, afterTraining: { robustness, transfer: null } })).toEqual([
      "afterTraining.robustness: Free features, words and tokens have no inputs that an attack could move: runs of UFM are left out of it.",
    ]);
  });
});

describe("a second set", () => {
  test("warns of directions that are all there are, of fewer samples than asked for, and of the set trained on", () => {
    const datasets = [mini({ testPerClass: 10 })];
    expect(warned({ datasets, widths: [9, 64], other: second({ trainPerClass: 20, testPerClass: 10 }) })).toEqual(
      expect.arrayContaining([
        "other.samples: Fashion-MNIST-mini has 100 test samples as it is chosen here, fewer than the 500 asked for: all of them are looked at.",
        "other.dataset: Fashion-MNIST-mini is also what the networks are trained on: no score should tell it from itself.",
        expect.stringMatching(/^other.rank: NECO with r = 9 takes all directions of features of width 9, .* Choose a smaller r/),
      ]),
    );
    const others = { ...second({}), dataset: { id: "mnist", trainPerClass: null, testPerClass: null }, rank: 8 };
    expect(warned({ datasets, widths: [9, 64], other: others }).filter((text) => text.startsWith("other"))).toEqual([]);
  });

  test("of another shape is refused beside the set trained on, with both shapes", () => {
    const other = { dataset: { id: "cifar10" } };
    expect(experimentConfig.safeParse(config({ datasets: [mini()], other })).error?.issues).toMatchObject([
      {
        path: ["other", "dataset"],
        message: "CIFAR-10's pictures are 3 × 32 × 32, Fashion-MNIST-mini's 1 × 28 × 28: choose sets of one size",
      },
    ]);
  });
});

describe("a person's own sets, as the connected workers list them", () => {
  const set = (change: object) => ({
    id: "image-folder" as const,
    name: "birds",
    problem: null,
    warnings: [],
    classNames: ["crow", "owl"],
    trainCounts: [30, 20],
    testCounts: [5, 4],
    ...change,
  });
  const machine = { memoryBytes: 24e9 };
  const knownOf = (...lists: (ReturnType<typeof set>[] | null)[]) =>
    launchKnowledge(lists.map((ownSets, at) => ({ name: `w${at}`, slots: 1, devices: ["cpu (x)"], machine, ownSets })));
  const birds = (change: object = {}) => ({
    datasets: [{ id: "image-folder", folder: "birds", size: 32, trainPerClass: null, testPerClass: null, ...change }],
  });

  test("bound samples a class, by the class's name, and the batch", () => {
    expect(said(birds({ trainPerClass: 21, testPerClass: 5 }), knownOf([set({})]))).toEqual([
      "datasets.0.trainPerClass: 21 training samples of class owl are requested, but birds 32 px has 20: choose at most 20, or leave it empty for all.",
      "datasets.0.testPerClass: 5 test samples of class owl are requested, but birds 32 px has 4: choose at most 4, or leave it empty for all.",
    ]);
    expect(said({ ...birds(), ...training({ batch: 51 }) }, knownOf([], [set({})]))).toEqual([
      "training.batch: A batch of 51 is above the 50 training samples of birds 32 px: choose at most 50, or the full batch.",
    ]);
    expect(said({ ...birds({ trainPerClass: 20 }), ...training({ batch: 40 }) }, knownOf([set({})]))).toEqual([]);
  });

  test("are refused if no worker has them or can use them, once all have reported", () => {
    expect(said(birds(), knownOf([set({ name: "fish" })]))).toEqual([
      'datasets.0.folder: No connected worker has the folder "birds" in its data-set folder (there is fish): put it there, or choose one that is there.',
    ]);
    const broken = set({ problem: "birds has no test/.", trainCounts: [], testCounts: [] });
    expect(said(birds(), knownOf([broken]))).toEqual(["datasets.0.folder: birds has no test/."]);
    expect(said(birds(), knownOf([broken], [set({})]))).toEqual([]);
    expect(said(birds(), knownOf([], null))).toEqual([]);
    expect(said(birds())).toEqual([]);
  });

  test("are warned of where workers have different ones under one name", () => {
    const warnings = (...lists: Parameters<typeof knownOf>) =>
      launchFindings(config(birds()), knownOf(...lists)).warnings.map(({ path, message }) => `${path.join(".")}: ${message}`);
    expect(warnings([set({})], [set({ trainCounts: [30, 21] })])).toEqual([
      "datasets.0: birds differs between the workers w0 (2 classes, 59 samples) and w1 (2 classes, 60 samples): runs may go to either, and runs on different data are never averaged. Make the copies identical, or disconnect one of the workers.",
    ]);
    expect(warnings([set({})], [set({ classNames: ["crow", "hen"] })])).toHaveLength(1);
    const broken = set({ problem: "birds has no test/.", trainCounts: [], testCounts: [] });
    expect(warnings([set({})], [set({})], [broken], [])).toEqual([]);
  });

  test("divide a table as the config says", () => {
    const table = set({ id: "text-file", name: "own.tsv", trainCounts: [100, 8], testCounts: null });
    const texts = (change: object) => ({
      architectures: [{ name: "t11", normalization: "post-ln" }],
      datasets: [datasetConfig.parse({ id: "text-file", file: "own.tsv", testShare: 0.25, ...change })],
    });
    expect(said(texts({ trainPerClass: 6, testPerClass: 2 }), knownOf([table]))).toEqual([]);
    expect(said(texts({ trainPerClass: 7 }), knownOf([table]))).toHaveLength(1);
    expect(said(texts({ testPerClass: 3 }), knownOf([table]))).toHaveLength(1);
  });
});

test("a config without its defaults is counted with them: no number of a warning is NaN", () => {
  const set = { id: "gaussian-clusters", classes: 1000, dimension: 16, trainPerClass: 5, testPerClass: 1 };
  const found = launchFindings(config({ datasets: [set], widths: [16] }));
  expect(found).toEqual(launchFindings(config({ datasets: [datasetConfig.parse(set)], widths: [16] })));
  expect(JSON.stringify(found)).not.toContain("NaN");
});
