import {
  type Activation,
  type Architecture,
  type ArchitectureConfig,
  activationOf,
  activations,
  architectures,
  isTransformer,
  type Normalization,
  normalizations,
  withCurrentDefinition,
} from "../../../contract/config/architecture.ts";
import { networkProblem } from "../../../contract/config/compatibility.ts";

interface ArchitectureFamily {
  title: string;
  names: readonly Architecture[];
  hint: string;
}

export const architectureFamilies: readonly ArchitectureFamily[] = [
  {
    title: "ResNets",
    names: ["rn1", "rn2"],
    hint: "The digit counts the linear layers of a residual block. Depth L is X₁ and L − 1 blocks.",
  },
  {
    title: "Transformers",
    names: ["t11", "t12", "t21", "t22"],
    hint: "The digits count the linear layers in a block's attention and in its MLP; causal, read at the last token. Depth L is L blocks.",
  },
  {
    title: "Convolutional",
    names: ["conv", "resnet"],
    hint: "Conv: residual 3 × 3 convolutions, as wide as its channels. ResNet: the published ones with BatchNorm, depth 9, 18, 20 or 34.",
  },
  {
    title: "Plain",
    names: ["mlp"],
    hint: "Hidden layers without residual connections. Depth L counts them; they are all as wide as d, or as a list of widths says.",
  },
  {
    title: "Free features",
    names: ["ufm", "dufm"],
    hint: "Free variables in place of features: under the classifier alone (UFM, the baseline that reaches L*) or L layers (Deep UFM).",
  },
];

export const architectureHints: Record<Architecture, string> = {
  rn1: "Residual network, one linear layer per block: X + σ(WX + b)",
  rn2: "Residual network, two linear layers per block: X + W₂ σ(W₁X + b₁) + b₂",
  t11: "Transformer: W_QK and W_VO merged, one linear layer in the MLP",
  t12: "Transformer: W_QK and W_VO merged, two linear layers in the MLP",
  t21: "Transformer: separate query, key, value and output matrices, one linear layer in the MLP",
  t22: "Transformer: separate query, key, value and output matrices, two linear layers in the MLP",
  conv: "Convolutional residual network on images",
  resnet: "ResNet of He et al. (2016) for small images, with BatchNorm; it has no L*",
  mlp: "Multilayer perceptron: σ(WX + b) one after the other, with or without a LayerNorm behind each",
  ufm: "Free features and a head: no network at all",
  dufm: "Free features under L layers, the classifier the last: W_L σ(W_{L−1} ⋯ σ(W₁H))",
};

/** On the chips of an architecture. */
export const normalizationChips: Record<Normalization, string> = {
  "post-ln": "post",
  "pre-ln": "pre",
  "pre-ln-open": "no first LN",
  none: "no LN",
};
const normalizationHints: Record<Normalization, string> = {
  "post-ln": "LayerNorm after the sum (the paper's, except for text)",
  "pre-ln": "LayerNorm after the embedding and before each branch (the paper's for text)",
  "pre-ln-open":
    "Pre-LN without the LayerNorm after the embedding: the stream's scale is free, so the gap to the optimum has no representation part",
  none: "No LayerNorm: nothing bounds the features, so there is no optimum L* to compare with",
};

export const normalizationHint = (name: Architecture, normalization: Normalization): string =>
  name === "mlp" && normalization === "post-ln" ? "LayerNorm after each hidden layer" : normalizationHints[normalization];

/** Those of a network; the variant without the first LN is offered beside pre-LN alone. */
export const offeredNormalizations = (name: Architecture, chosen: readonly Normalization[]): Normalization[] =>
  normalizations.filter(
    (normalization) =>
      networkProblem({ name, normalization }) === null &&
      (normalization !== "pre-ln-open" || chosen.some((norm) => norm !== "post-ln")),
  );

const rank = (one: ArchitectureConfig) =>
  (architectures.indexOf(one.name) * normalizations.length + normalizations.indexOf(one.normalization)) * activations.length +
  activations.indexOf(activationOf(one));
const sorted = (list: readonly ArchitectureConfig[]) => [...list].sort((a, b) => rank(a) - rank(b));

export const normalizationsOf = (list: readonly ArchitectureConfig[], name: Architecture): Normalization[] =>
  normalizations.filter((norm) => list.some((one) => one.name === name && one.normalization === norm));

/** Takes an architecture in (post-LN, the paper's) or out altogether. */
export function toggleArchitecture(list: readonly ArchitectureConfig[], name: Architecture): ArchitectureConfig[] {
  if (list.some((one) => one.name === name)) return list.filter((one) => one.name !== name);
  return sorted([...list, ...withCurrentDefinition([{ name, normalization: "post-ln" }])]);
}

/** Takes one normalization of an architecture in or out; its heads and patches go along to a new one. */
export function toggleNormalization(
  list: readonly ArchitectureConfig[],
  name: Architecture,
  normalization: Normalization,
): ArchitectureConfig[] {
  const rest = list.filter((one) => one.name !== name || one.normalization !== normalization);
  if (rest.length < list.length) return rest;
  const company = list.filter((one) => one.name === name);
  const added = company.length === 0 ? [{ name, normalization }] : company.map((one) => ({ ...one, normalization }));
  return sorted([...list, ...withCurrentDefinition(added)]);
}

/** Networks whose layers have an activation to choose. */
export type WithActivation = "mlp" | "dufm";

export const offeredActivations = (name: WithActivation): Activation[] =>
  activations.filter((activation) => networkProblem({ name, normalization: "post-ln", activation }) === null);

export const activationsIn = (list: readonly ArchitectureConfig[], name: WithActivation): Activation[] =>
  activations.filter((kind) => list.some((one) => one.name === name && activationOf(one) === kind));

/** Takes one activation of such a network in or out, with all that is said of one that is there already. */
export function toggleActivation(
  list: readonly ArchitectureConfig[],
  name: WithActivation,
  activation: Activation,
): ArchitectureConfig[] {
  const rest = list.filter((one) => one.name !== name || activationOf(one) !== activation);
  if (rest.length < list.length) return rest;
  const company = list.filter((one) => one.name === name);
  const like = company.filter((one) => activationOf(one) === activationOf(company[0] as ArchitectureConfig));
  const added = like.length === 0 ? [{ name, normalization: "post-ln" as const }] : like;
  return sorted([...list, ...added.map((one) => ({ ...one, activation }))]);
}

/** "512, 256 64" in its order; null of nothing. */
export function readWidths(text: string): number[] | null {
  const parts = text.split(/[\s,;–]+/).filter((part) => part !== "");
  return parts.length === 0 ? null : parts.map(Number);
}

/** Gives all MLPs these widths of their layers; none = all d. */
export function withWidths(list: readonly ArchitectureConfig[], widths: readonly number[] | null): ArchitectureConfig[] {
  return list.map((one) => {
    if (one.name !== "mlp") return one;
    const { widths: _before, ...rest } = one;
    return widths === null ? rest : { ...rest, widths: [...widths] };
  });
}

/** The same transformer once more with twice the heads: an axis of heads is built by a few clicks. */
export function withMoreHeads(list: readonly ArchitectureConfig[], at: number): ArchitectureConfig[] {
  return list.flatMap((one, index) => {
    const heads = one.heads !== undefined && one.heads > 0 ? one.heads : 1;
    return index === at ? [one, { ...one, heads: Math.min(32, 2 * heads) }] : [one];
  });
}

/** Whether there is a ResNet: the depths of a grid are then those that ResNets have. */
export const isResNetStudy = (list: readonly ArchitectureConfig[]): boolean => list.some((one) => one.name === "resnet");

/** How the width axis is called: channels where every network with one is convolutional. */
export function widthLabel(list: readonly ArchitectureConfig[]): string {
  const hasChannels = ({ name }: ArchitectureConfig) => name === "conv" || name === "resnet";
  if (!list.some(hasChannels)) return "Widths d";
  if (!list.every(hasChannels)) return "Widths d, or channels";
  return isResNetStudy(list) ? "Channels, of a ResNet's last stage" : "Channels";
}

export const transformersOf = (list: readonly ArchitectureConfig[]): { one: ArchitectureConfig; at: number }[] =>
  list.map((one, at) => ({ one, at })).filter(({ one }) => isTransformer(one.name));
