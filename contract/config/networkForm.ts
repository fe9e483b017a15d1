import { definitionOf, isTransformer } from "./architecture.ts";
import { resNetBlocks } from "./resNet.ts";
import type { RunConfig } from "./runConfig.ts";

type Network = Pick<RunConfig, "architecture" | "normalization" | "definition" | "depth">;

/**
 * Residual blocks of a network of depth L: L of a transformer (Definitions 3.2 and B.2 of Súkeník, Lampert, Mondelli 2025; L − 1 by
 * the first definition here), L − 1 of a residual network, whose X_1 counts as the first (Definition 3.1). Free features have none,
 * deep ones L − 1 layers under the classifier; an MLP L hidden layers, of which X_1 is the first.
 * The depth of a ResNet is its name, and its layers are those of resNet.ts.
 */
export function blocksOf({ architecture, depth, ...kind }: Network): number {
  if (architecture === "ufm") return 0;
  if (architecture === "resnet") return resNetBlocks(depth);
  return isTransformer(architecture) && definitionOf(architecture, kind) > 1 ? depth : depth - 1;
}

/** Dimensions of the features of each layer, as they are measured. */
export const layerWidthsOf = (config: Network & Pick<RunConfig, "width" | "widths">): number[] =>
  config.widths ?? new Array<number>(layersOf(config)).fill(config.width);

/** Layers with features, X_1 (the embedding) to the one that the head reads: they are numbered from 1 to this. */
export const layersOf = (config: Network): number => blocksOf(config) + 1;

/** What L counts. */
export function depthText(config: Network): string {
  const blocks = blocksOf(config);
  if (config.architecture === "dufm") return `${config.depth} layers above the features, the classifier among them`;
  if (config.architecture === "resnet") return `${config.depth} (X₁ and ${blocks} ${config.depth === 9 ? "stages" : "blocks"})`;
  if (config.architecture === "mlp") return `${config.depth} hidden ${config.depth === 1 ? "layer" : "layers"}`;
  const counted = `${blocks} ${blocks === 1 ? "block" : "blocks"}`;
  return `${config.depth} (${blocks === config.depth ? "" : "X₁ and "}${counted})`;
}
