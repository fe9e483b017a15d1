import { type DatasetConfig, datasetTitles, imageShape, inputKind } from "../data/datasetConfig.ts";
import { isTokenTask, tokenShape } from "../data/tokenTasks.ts";
import {
  type ArchitectureConfig,
  activationNames,
  architectureLabel,
  architectureName,
  hasFreeFeatures,
  headsOf,
  isTransformer,
  normalizationNames,
  patchOf,
} from "./architecture.ts";
import type { Regularizer } from "./regularizer.ts";
import { resNetDepthProblem, resNetWidthProblem } from "./resNet.ts";

type Network = Pick<ArchitectureConfig, "name" | "normalization" | "activation" | "widths">;

/** Why there is no such network, whatever its data, depth and width; null if there is. */
export function networkProblem({ name, normalization, activation, widths }: Network): string | null {
  if (name === "mlp" && normalization !== "post-ln" && normalization !== "none")
    return `an MLP has no residual stream to be ${normalizationNames[normalization]}: choose "post-ln" (LayerNorm after each layer) or "none"`;
  if (name !== "mlp" && normalization === "none")
    return `${architectureName(name)} has no form without normalization: choose "post-ln", or an MLP`;
  if (name === "dufm" && activation !== undefined && activation !== "linear" && activation !== "relu")
    return `deep free features are known under linear and ReLU layers: choose one of these, or an MLP with ${activationNames[activation]}`;
  if (name !== "mlp" && widths !== undefined)
    return `a width for each layer is for an MLP: leave the list out for ${architectureName(name)}`;
  return null;
}

/** Why a network cannot read a data set, with the way out; null if it can. */
export function readingProblem(arch: ArchitectureConfig, dataset: DatasetConfig): string | null {
  const kind = inputKind(dataset.id);
  const title = datasetTitles[dataset.id];
  const image = imageShape(dataset);
  if (hasFreeFeatures(arch.name)) return null;
  if (arch.name === "resnet") return kind === "image" ? null : `a ResNet reads images, and ${title} has none`;
  if (arch.name === "conv") return kind === "image" ? null : `a convolutional network reads images, and ${title} has none`;
  if (!isTransformer(arch.name))
    return kind === "text"
      ? `${title} is text: choose a transformer (T11 … T22) instead of ${arch.name === "mlp" ? "an MLP" : "a residual network"}`
      : null;
  if (kind === "vector") return `a transformer reads images, text or tokens, and ${title} is none of them`;
  if (image === null) return null;
  const side = patchOf(arch, image);
  if (image.height % side === 0 && image.width % side === 0) return null;
  return `patches of side ${side} do not divide ${title}'s ${image.height} × ${image.width} pixels`;
}

/** Why a network has not all of these depths, or of a list of widths none; null if it has. */
export function depthProblem(arch: ArchitectureConfig, depths: readonly number[]): string | null {
  if (arch.name === "resnet") return resNetDepthProblem(depths);
  const length = arch.widths?.length;
  if (length === undefined || depths.includes(length)) return null;
  return `the widths of ${length} layers are an MLP of depth ${length}, and the depths are ${depths.join(", ")}: add ${length} to the depths, or list as many widths`;
}

/** Why a network has not all of these widths, or of a list of widths none; null if it has. */
export function widthProblem(arch: ArchitectureConfig, widths: readonly number[]): string | null {
  if (arch.name === "resnet") return widths.map(resNetWidthProblem).find((problem) => problem !== null) ?? null;
  const last = arch.widths?.at(-1);
  if (last === undefined || widths.includes(last)) return null;
  return `the last of an MLP's widths is its d, here ${last}, and the study's widths are ${widths.join(", ")}: add ${last} to them, or end the list with one of them`;
}

/** Why the attention heads do not fit a width; null if they do. */
export function headsProblem(arch: ArchitectureConfig, width: number): string | null {
  if (!isTransformer(arch.name) || width % headsOf(arch) === 0) return null;
  return `${headsOf(arch)} heads do not divide the width ${width}`;
}

/** Why a network cannot be trained under a regularizer at some depths; null if it can. */
export function ridgeProblem(arch: ArchitectureConfig, config: Regularizer, depths: readonly number[]): string | null {
  const isDeep = arch.name === "dufm";
  if (isDeep && config.family !== "features")
    return `deep free features are not normalized and need a ridge of their own: choose the family "features" instead of "${config.family}"`;
  const list = config.family === "features" && Array.isArray(config.lambdaHidden) ? config.lambdaHidden : null;
  if (list === null) return null;
  if (!isDeep)
    return `a λ for each layer is for deep free features: give one λ for all hidden matrices of ${architectureLabel(arch.name, arch)}`;
  const other = depths.find((depth) => depth !== list.length + 1);
  if (other === undefined) return null;
  return `${list.length} hidden λ belong to depth ${list.length + 1}, and depth ${other} has ${other - 1} hidden matrices: give one λ for all, or ${other - 1}`;
}

/** Why a network trained on one data set cannot read another one; null if it can. */
export function transferProblem(trained: DatasetConfig, probed: DatasetConfig): string | null {
  const [a, b] = [inputKind(trained.id), inputKind(probed.id)];
  if (a !== b) return `${datasetTitles[probed.id]} is ${kindTexts[b]}, but the network is trained on ${kindTexts[a]}`;
  const [from, to] = [imageShape(trained), imageShape(probed)];
  if (from && to && (from.channels !== to.channels || from.height !== to.height || from.width !== to.width))
    return `${datasetTitles[probed.id]}'s pictures are ${sizeText(to)}, ${datasetTitles[trained.id]}'s ${sizeText(from)}: choose sets of one size`;
  if ("dimension" in trained && "dimension" in probed && trained.dimension !== probed.dimension)
    return `${datasetTitles[probed.id]} has vectors of ${probed.dimension} numbers, but the network reads ${trained.dimension}: choose one dimension for both`;
  if (isTokenTask(trained) && isTokenTask(probed)) {
    const [read, other] = [tokenShape(trained), tokenShape(probed)];
    if (read.length !== other.length || read.vocabulary !== other.vocabulary)
      return `${datasetTitles[probed.id]} has ${other.length} of ${other.vocabulary} tokens per sample, but the network reads ${read.length} of ${read.vocabulary}: choose equal numbers for both`;
  }
  return null;
}

const kindTexts = { vector: "vectors", image: "images", text: "text", tokens: "tokens" } as const;
const sizeText = (image: { channels: number; height: number; width: number }) =>
  `${image.channels} × ${image.height} × ${image.width}`;
