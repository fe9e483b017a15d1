import {
  activationNames,
  activationOf,
  architectureLabel,
  headsOf,
  isTransformer,
  linearLayers,
  type Normalization,
  patchOf,
  trainedNormalization,
} from "../config/architecture.ts";
import { depthText } from "../config/networkForm.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { imageShape, inputKind } from "../data/datasetConfig.ts";
import type { Fact } from "./datasetFacts.ts";

const normalizationTexts: Record<Normalization, string> = {
  "post-ln": "LayerNorm after the sum",
  "pre-ln": "LayerNorm after the embedding and before each branch",
  "pre-ln-open": "LayerNorm before each branch, none after the embedding: the stream's scale is free",
  none: "none",
};

/** The network in full: what its name stands for, what L counts, heads and patches. */
export function networkFacts(config: RunConfig): Fact[] {
  const { architecture, dataset, width } = config;
  if (architecture === "ufm")
    return [
      ["Architecture", "UFM: free features in place of a network"],
      ["Dimension d", String(width)],
    ];
  if (architecture === "dufm")
    return [
      [
        "Architecture",
        `${architectureLabel(architecture, config)}: free features in place of a network, under layers of their own`,
      ],
      ["Depth L", depthText(config)],
      ["Between the layers", activationOf(config) === "relu" ? "ReLU" : "nothing: each is linear"],
      ["Width d", `${width} of the features and of every layer`],
    ];
  if (architecture === "resnet")
    return [
      ["Architecture", `ResNet-${config.depth}`],
      ["Normalization", "BatchNorm by running statistics when it is measured: momentum 0.1, ε 1e-5"],
      ["Depth L", depthText(config)],
      ["Channels", `${width} in the last stage`],
    ];
  if (architecture === "mlp")
    return [
      ["Architecture", architectureLabel(architecture, config)],
      ["Normalization", config.normalization === "none" ? "none" : "LayerNorm after each hidden layer, ε 1e-5"],
      ["Activation", activationNames[activationOf(config)]],
      ["Depth L", depthText(config)],
      ["Width d", config.widths ? `${width}, the last of ${config.widths.join(", ")}` : `${width} of every layer`],
    ];
  const facts: Fact[] = [
    ["Architecture", architectureLabel(architecture, config)],
    ["Normalization", normalizationTexts[trainedNormalization(architecture, config)]],
    ["Depth L", depthText(config)],
    [architecture === "conv" ? "Channels" : "Width d", String(width)],
  ];
  if (!isTransformer(architecture)) return facts;
  const { attention, mlp } = linearLayers(architecture);
  const heads = headsOf(config);
  facts.push(
    ["Attention", `${heads} ${heads === 1 ? "head" : "heads"}, ${attention === 1 ? "merged" : "separate"} matrices`],
    ["MLP", mlp === 1 ? "one linear layer" : "two linear layers"],
  );
  const image = imageShape(dataset);
  if (image !== null) {
    const side = patchOf(config, image);
    const tokens = Math.floor(image.height / side) * Math.floor(image.width / side);
    facts.push(["Tokens", `${tokens} patches of ${side} × ${side} pixels`]);
  } else if (inputKind(dataset.id) === "text") facts.push(["Tokens", "words"]);
  else if (inputKind(dataset.id) === "tokens") facts.push(["Tokens", "those of the task"]);
  return facts;
}
