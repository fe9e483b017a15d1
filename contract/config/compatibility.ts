import { type DatasetConfig, datasetTitles, imageShape, inputKind } from "../data/datasetConfig.ts";
import { type ArchitectureConfig, headsOf, isTransformer, patchOf } from "./architecture.ts";

/** Why a network cannot read a data set, with the way out; null if it can. */
export function readingProblem(arch: ArchitectureConfig, dataset: DatasetConfig): string | null {
  const kind = inputKind(dataset.id);
  const title = datasetTitles[dataset.id];
  const image = imageShape(dataset);
  if (arch.name === "ufm") return null;
  if (arch.name === "conv") return kind === "image" ? null : `a convolutional network reads images, and ${title} has none`;
  if (!isTransformer(arch.name))
    return kind === "text" ? `${title} is text: choose a transformer (T11 … T22) instead of a residual network` : null;
  if (kind === "vector") return `a transformer reads images or text, and ${title} is neither`;
  if (image === null) return null;
  const side = patchOf(arch, image);
  if (image.height % side === 0 && image.width % side === 0) return null;
  return `patches of side ${side} do not divide ${title}'s ${image.height} × ${image.width} pixels`;
}

/** Why the attention heads do not fit a width; null if they do. */
export function headsProblem(arch: ArchitectureConfig, width: number): string | null {
  if (!isTransformer(arch.name) || width % headsOf(arch) === 0) return null;
  return `${headsOf(arch)} heads do not divide the width ${width}`;
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
  return null;
}

const kindTexts = { vector: "vectors", image: "images", text: "text" } as const;
const sizeText = (image: { channels: number; height: number; width: number }) =>
  `${image.channels} × ${image.height} × ${image.width}`;
