import { z } from "zod";
import { limits } from "../limits.ts";

/**
 * rn1, rn2: residual networks with one or two linear layers per block. t11 … t22: transformers, the digits being the linear layers
 * in attention and in the MLP. Súkeník, Lampert, Mondelli (2025), section 3. Beyond the paper: conv, a convolutional residual
 * network whose width is its channel count, resnet, the networks with BatchNorm that the field
 * trains (resNet.ts), mlp, L hidden layers without residual connections, of any widths, and free features in place of a network: ufm
 * under the classifier alone (always of depth 1), dufm under L linear or ReLU layers, the classifier the last of them.
 */
export const architectures = ["rn1", "rn2", "t11", "t12", "t21", "t22", "conv", "resnet", "mlp", "ufm", "dufm"] as const;
export const architecture = z.enum(architectures);
export type Architecture = z.infer<typeof architecture>;

/**
 * post-ln: LN after each sum. pre-ln: LN after the embedding and in front of each branch (Definitions B.1 and B.2). pre-ln-open: pre-LN
 * without the LN after the embedding. Its stream may have any scale, and with it the hidden weights: no gap of theirs means anything.
 * Of an MLP: post-ln, an LN after each hidden layer, or none, which is for an MLP alone.
 */
export const normalizations = ["post-ln", "pre-ln", "pre-ln-open", "none"] as const;
export const normalization = z.enum(normalizations);
export type Normalization = z.infer<typeof normalization>;

/**
 * Which network a name stands for. 1: transformers of L − 1 blocks, and pre-LN without the LN after the embedding. 2: transformers of
 * L blocks, and pre-LN with that LN, as the paper defines them. Other networks are the same in both and carry no definition.
 */
export const currentDefinition = 2;
export const definition = z.literal([1, currentDefinition]).optional();
export type Definition = 1 | typeof currentDefinition;

export const heads = z
  .int("the number of heads must be a whole number")
  .min(1, "at least 1 attention head")
  .max(32, "at most 32 attention heads")
  .optional();
export const patch = z.int("a patch side must be a whole number").min(1, "a patch side must be at least 1").max(64).optional();

/** After each hidden layer of an MLP, or each layer above deep free features but the classifier, which have no GELU and no tanh. */
export const activations = ["linear", "relu", "gelu", "tanh"] as const;
export const activation = z.enum(activations).optional();
export type Activation = (typeof activations)[number];

/** Widths of an MLP's hidden layers, from the inputs on, where they are not all d: the last is d, where the features are compared with L*. */
export const layerWidths = z
  .array(
    z
      .int("a layer's width must be a whole number")
      .min(limits.width.min, `a layer's width must be at least ${limits.width.min}`)
      .max(limits.width.max, `a layer's width must be at most ${limits.width.max}`),
  )
  .min(limits.depth.min, `list the widths of at least ${limits.depth.min} layers`)
  .max(limits.depth.max, `at most ${limits.depth.max} layers`)
  .optional();

/** One value of a grid's architecture axis. */
export const architectureConfig = z.strictObject({
  name: architecture,
  normalization: normalization.default("post-ln"),
  /** Attention heads of a transformer; absent = 1, the paper's. */
  heads,
  /** Side of a transformer's square image patches, pixels; absent = a quarter of the image's side. */
  patch,
  /** Of an MLP, absent = ReLU; of deep free features (dufm), absent = linear. */
  activation,
  /** Of an MLP; absent = all d. It is then trained at the depth and the width that the list has. */
  widths: layerWidths,
  /** Absent in a stored study = 1; a launch fills in the current one. */
  definition,
});
export type ArchitectureConfig = z.infer<typeof architectureConfig>;

export const isTransformer = (name: Architecture): name is "t11" | "t12" | "t21" | "t22" => name.startsWith("t");

/** Linear layers in a block's attention and MLP (or residual branch): what its name says. */
export const linearLayers = (name: "t11" | "t12" | "t21" | "t22"): { attention: 1 | 2; mlp: 1 | 2 } => ({
  attention: name[1] === "1" ? 1 : 2,
  mlp: name[2] === "1" ? 1 : 2,
});

/** Whether the features are parameters of their own: there is no network that computes them from inputs. */
export const hasFreeFeatures = (name: Architecture): name is "ufm" | "dufm" => name === "ufm" || name === "dufm";

export const activationOf = (config: { activation?: Activation; name?: Architecture; architecture?: Architecture }): Activation =>
  config.activation ?? ((config.name ?? config.architecture) === "mlp" ? "relu" : "linear");
export const activationNames: Record<Activation, string> = { linear: "linear", relu: "ReLU", gelu: "GELU", tanh: "tanh" };

export const headsOf = (config: { heads?: number }): number => config.heads ?? 1;

/** Side of the patches that an image is cut into. */
export const patchOf = (config: { patch?: number }, image: { height: number }): number =>
  config.patch ?? Math.max(1, Math.floor(image.height / 4));

const names: Record<Architecture, string> = {
  rn1: "RN1",
  rn2: "RN2",
  t11: "T11",
  t12: "T12",
  t21: "T21",
  t22: "T22",
  conv: "Conv",
  resnet: "ResNet",
  mlp: "MLP",
  ufm: "UFM",
  dufm: "Deep UFM",
};

/** The name alone, of whatever normalization and definition. */
export const architectureName = (name: Architecture): string => names[name];

export const normalizationNames: Record<Normalization, string> = {
  "post-ln": "post-LN",
  "pre-ln": "pre-LN",
  "pre-ln-open": "pre-LN without first LN",
  none: "without LN",
};

/** What decides a network beside its architecture. */
interface Kind {
  normalization: Normalization;
  heads?: number;
  patch?: number;
  activation?: Activation;
  widths?: readonly number[];
  definition?: Definition;
}

/** Free features are normalized by no network, and a ResNet by BatchNorm: there is nothing to choose. */
export const hasLayerNorm = (name: Architecture): boolean => !hasFreeFeatures(name) && name !== "resnet";

/** Whether the definitions differ in this network. */
export const isVersioned = (name: Architecture, norm: Normalization): boolean =>
  isTransformer(name) || (norm === "pre-ln" && hasLayerNorm(name));

export const definitionOf = (name: Architecture, { normalization: norm, definition: version }: Kind): Definition =>
  isVersioned(name, norm) ? (version ?? 1) : currentDefinition;

/** How a network is normalized in fact: the first definition's pre-LN had no LN after the embedding. */
export const trainedNormalization = (name: Architecture, kind: Kind): Normalization =>
  kind.normalization === "pre-ln" && definitionOf(name, kind) === 1 ? "pre-ln-open" : kind.normalization;

/** The same networks by the current definition, or, `onlyUnsaid`, those that name none. */
export function withCurrentDefinition(list: readonly ArchitectureConfig[], onlyUnsaid = false): ArchitectureConfig[] {
  return list.map(({ definition: said, ...one }) =>
    isVersioned(one.name, one.normalization)
      ? { ...one, definition: onlyUnsaid ? (said ?? currentDefinition) : currentDefinition }
      : one,
  );
}

/** "T11 pre-LN 4 heads patch 7", "Deep UFM ReLU", "MLP GELU 512–64 without LN"; a network of an earlier definition is named by what it differs in. */
export function architectureLabel(name: Architecture, config: Kind): string {
  const parts = [names[name]];
  const norm = trainedNormalization(name, config);
  if (name === "dufm" || name === "mlp") parts.push(activationNames[activationOf({ name, ...config })]);
  if (config.widths !== undefined) parts.push(config.widths.join("–"));
  if (norm !== "post-ln" && hasLayerNorm(name)) parts.push(normalizationNames[norm]);
  if (config.heads !== undefined && config.heads > 1) parts.push(`${config.heads} heads`);
  if (config.patch !== undefined) parts.push(`patch ${config.patch}`);
  if (isTransformer(name) && definitionOf(name, config) === 1) parts.push("(L − 1 blocks)");
  return parts.join(" ");
}
