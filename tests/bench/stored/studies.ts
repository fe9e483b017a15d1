import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import { seriesKey } from "../../../contract/metrics/seriesKey.ts";
import { ladder, ridge, smallRidge, splitRidge } from "../../../contract/presets/grid.ts";

export interface GeneratedStudy {
  name: string;
  note: string;
  tags: string[];
  config: ExperimentConfig;
  archived: boolean;
  /** How long ago it was launched. */
  daysAgo: number;
}

const count = (n: number, from = 0) => Array.from({ length: n }, (_, index) => from + index);
const pick = <T>(list: readonly T[], at: number): T => list[at % list.length]!;

const questions = ["depth curve", "label noise", "imbalance", "width", "weight decay", "two-layer blocks", "learning rate"];
const people = ["ada", "emmy", "sofia", "kurt"];

const datasets: ExperimentConfig["datasets"][number][] = [
  { id: "random-labels", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25, dataSeed: 0 },
  { id: "fashion-mnist-mini", trainPerClass: null, testPerClass: null },
];

/** A study of two depths, `runs` in all, each with 24 measurements of some 45 series: about 1,000 points a run. */
export function generatedStudy(index: number, runs: number): GeneratedStudy {
  const topic = pick(questions, index);
  const config: ExperimentConfig = {
    datasets: [pick(datasets, index)],
    architectures: [{ name: index % 3 === 0 ? "rn2" : "rn1", normalization: "post-ln" }],
    depths: [2, 3],
    widths: [pick([16, 32, 64], index)],
    losses: [index % 5 === 0 ? "mse" : "ce"],
    regularizers: [pick([ridge, smallRidge], index)],
    seeds: count(Math.min(50, Math.ceil(runs / 2))),
    headBias: false,
    training: trainingConfig.parse({ learningRate: 0.01, steps: 2_000 }),
    measuring: { name: "log", perDecade: 7 },
    device: "auto",
  };
  const regularizers = Math.ceil(runs / (2 * config.seeds.length));
  config.regularizers = count(regularizers).map((at) => ({
    ...pick([ridge, splitRidge], at),
    lambda: 0.001 * (at + 1) + 0.000_01 * index,
  }));
  return {
    name: `${topic} ${String(index).padStart(4, "0")}`,
    note: `Which ${topic} collapses most? ${"Launched again with more seeds after the first look. ".repeat(index % 6)}`,
    tags: [topic, pick(people, index), ...(index % 10 === 0 ? ["paper"] : [])],
    config,
    archived: index % 8 === 7,
    daysAgo: index * 0.7,
  };
}

/** The paper's ladder of 7 depths × 10 seeds × 3 architectures, measured at ten steps a decade. */
export const greatStudy: GeneratedStudy = {
  name: "depth ladder, three architectures",
  note: "",
  tags: ["paper", "depth curve"],
  config: {
    datasets: [datasets[1]!],
    architectures: [
      { name: "rn1", normalization: "post-ln" },
      { name: "rn2", normalization: "post-ln" },
      { name: "rn1", normalization: "pre-ln", definition: 2 },
    ],
    depths: ladder,
    widths: [64],
    losses: ["ce"],
    regularizers: [ridge],
    seeds: count(10),
    headBias: false,
    training: trainingConfig.parse({ learningRate: 0.01, steps: 2_000 }),
    measuring: { name: "log", perDecade: 10 },
    device: "auto",
  },
  archived: false,
  daysAgo: 0.1,
};

/** One run measured 20,000 times, and a series of 10^6 points. */
export const longStudy: GeneratedStudy = {
  ...generatedStudy(1, 1),
  name: "one long run",
  note: "",
  tags: ["long"],
  daysAgo: 0.2,
  config: {
    ...generatedStudy(1, 1).config,
    depths: [2],
    seeds: [0],
    training: trainingConfig.parse({ learningRate: 0.01, steps: 1_000_000 }),
    measuring: { name: "every", steps: 50 },
  },
};

const ofNetwork = [
  "loss",
  "fit",
  "accuracy",
  "ridge.head",
  "ridge.hidden",
  "gap.total",
  "gap.head",
  "gap.representation",
] as const;
const ofTraining = ["distance.procrustes", "distance.gram", "learningRate", "stepMs", "elapsedMs"] as const;
const onTest = ["nc1.ratio", "nc1.cdnv"] as const;
const nc2 = ["nc2.frame", "nc2.norms", "nc2.angles", "nc2.etf"] as const;
const everyLayer = ["nc1.ratio", "nc1.pinv", "nc1.cdnv", ...nc2, "nc4.ncc"] as const;

/** Keys of what a ResNet of that depth measures: as many as the recorded ones have. */
export function keysOf(depth: number): string[] {
  const layers = count(depth, 1);
  return [
    ...[...ofNetwork, ...ofTraining].map((metric) => seriesKey("train", metric)),
    ...(["fit", "accuracy"] as const).map((metric) => seriesKey("test", metric)),
    ...everyLayer.flatMap((metric) => layers.map((layer) => seriesKey("train", metric, layer))),
    ...onTest.flatMap((metric) => layers.map((layer) => seriesKey("test", metric, layer))),
    ...(["train", "test"] as const).map((split) => seriesKey(split, "nc3.cosine", depth)),
    seriesKey("train", "nc3.duality", depth),
    seriesKey("test", "nc4.ncc", depth),
  ];
}

/** A value that falls with the steps, in all 53 bits. */
export const valueAt = (key: string, step: number): number =>
  key === "train/accuracy" ? 1 : (1 + (key.length % 7)) / (1 + step + Math.sin(step + key.length));
