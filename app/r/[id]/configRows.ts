import {
  type ArchitectureConfig,
  architectureLabel,
  headsOf,
  isTransformer,
  linearLayers,
  type Normalization,
  patchOf,
  trainedNormalization,
} from "../../../contract/architecture.ts";
import { type DatasetConfig, imageShape, imbalanceOf, inputKind, noiseRate } from "../../../contract/datasetConfig.ts";
import { depthText } from "../../../contract/networkForm.ts";
import { effectiveRidge, normalizesHead, regularizerLabel } from "../../../contract/regularizer.ts";
import type { RunConfig } from "../../../contract/runConfig.ts";
import type { ResolvedDataset } from "../../../contract/runEvents.ts";
import { formatCount } from "../../text/formatNumber.ts";

export type FactRow = [name: string, value: string | number];

const normalizationTexts: Record<Normalization, string> = {
  "post-ln": "LayerNorm after the sum",
  "pre-ln": "LayerNorm after the embedding and before each branch",
  "pre-ln-open": "LayerNorm before each branch, none after the embedding: the stream's scale is free",
};

/** Architecture in full: what its name stands for, heads and patches. */
function architectureRows(config: RunConfig): FactRow[] {
  const { architecture, normalization, heads, patch, dataset, width } = config;
  if (architecture === "ufm")
    return [
      ["Architecture", "UFM: free features in place of a network"],
      ["Dimension d", width],
    ];
  const rows: FactRow[] = [
    ["Architecture", architectureLabel(architecture, config)],
    ["Normalization", normalizationTexts[trainedNormalization(architecture, config)]],
    ["Depth L", depthText(config)],
    [architecture === "conv" ? "Channels" : "Width d", width],
  ];
  if (!isTransformer(architecture)) return rows;
  const { attention, mlp } = linearLayers(architecture);
  const one: ArchitectureConfig = { name: architecture, normalization, heads, patch };
  rows.push(
    [
      "Attention",
      `${headsOf(one)} ${headsOf(one) === 1 ? "head" : "heads"}, ${attention === 1 ? "merged" : "separate"} matrices`,
    ],
    ["MLP", mlp === 1 ? "one linear layer" : "two linear layers"],
  );
  const image = imageShape(dataset);
  if (image !== null) {
    const side = patchOf(one, image);
    const tokens = Math.floor(image.height / side) * Math.floor(image.width / side);
    rows.push(["Tokens", `${tokens} patches of ${side} × ${side} pixels`]);
  } else if (inputKind(dataset.id) === "text") rows.push(["Tokens", "words"]);
  return rows;
}

/** The regularizer, and the strengths in effect at this depth. */
function regularizerRows(config: RunConfig): FactRow[] {
  const { regularizer, depth } = config;
  const ridge = effectiveRidge(regularizer, depth);
  const inEffect = [
    ["head", ridge.head],
    ["hidden layers", ridge.hidden],
    ["features", ridge.features],
    ["head's bias", ridge.headBias],
    ["slack ρ", regularizer.family === "slack" ? regularizer.rho : 0],
  ] as const;
  const penalized = inEffect.filter(([, value]) => value > 0).map(([what, value]) => `${what} ${Number(value.toPrecision(4))}`);
  const rows: FactRow[] = [["Regularizer", regularizerLabel(regularizer)]];
  if (penalized.length > 0) rows.push(["In effect", penalized.join(", ")]);
  if (!normalizesHead(regularizer)) rows.push(["Last features", "not normalized before the head"]);
  return rows;
}

/** Everything that decided the run's numbers. */
export function configRows(config: RunConfig): FactRow[] {
  const { training, measuring } = config;
  const { optimizer, schedule } = training;
  return [
    ["Seed", config.seed],
    ...architectureRows(config),
    [
      "Loss",
      `${config.loss === "ce" ? "cross entropy" : "squared error"}, head ${config.headBias ? "with bias" : "without bias"}`,
    ],
    ...regularizerRows(config),
    [
      "Optimizer",
      optimizer.name === "adam"
        ? `Adam, β ${optimizer.beta1}, ${optimizer.beta2}, ε ${optimizer.epsilon}`
        : `SGD, momentum ${optimizer.momentum}`,
    ],
    ["Learning rate", training.learningRate],
    [
      "Schedule",
      schedule.name === "constant"
        ? "constant"
        : schedule.name === "cosine"
          ? `cosine to ${schedule.floor}`
          : `× ${schedule.factor} at ${schedule.at.join(", ")}`,
    ],
    ["Warm-up", training.warmupSteps === 0 ? "none" : `${formatCount(training.warmupSteps)} steps`],
    ["Batch", training.batch === "full" ? "full" : formatCount(training.batch)],
    ["Steps", formatCount(training.steps)],
    ["Initialization", `gain ${training.initialization.gain}, branches ${training.initialization.branchGain}`],
    ["Measuring", measuring.name === "log" ? `${measuring.perDecade} times a decade` : `every ${measuring.steps} steps`],
    ["Device asked for", config.device],
  ];
}

/** Noise, imbalance, words and split of a data set, where there are any. */
export function samplingRows(dataset: DatasetConfig): FactRow[] {
  const rows: FactRow[] = [];
  if (dataset.id === "text-file")
    rows.push(["Test share", `${dataset.testShare} of each class's lines, split by seed ${dataset.splitSeed}`]);
  if ("labelNoise" in dataset && dataset.labelNoise && noiseRate(dataset) > 0)
    rows.push(["Label noise", `${noiseRate(dataset)} of each class's training labels, seed ${dataset.labelNoise.seed}`]);
  if (imbalanceOf(dataset) < 1) rows.push(["Imbalance", `smallest training class ${imbalanceOf(dataset)} of the largest`]);
  return rows;
}

/** How a sample lies in a row of inputs. */
export function inputText({ input, inputDimension }: Pick<ResolvedDataset, "input" | "inputDimension">): string {
  switch (input?.kind) {
    case "image":
      return `images, ${input.channels} × ${input.height} × ${input.width}`;
    case "text":
      return `text, ${formatCount(input.length)} words of ${formatCount(input.vocabulary)}`;
    case "vector":
      return `vectors of dimension ${formatCount(inputDimension)}`;
    default:
      return `of dimension ${formatCount(inputDimension)}`;
  }
}
