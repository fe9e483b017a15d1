/** A residual network for pictures of 32 × 32 pixels, as published; its channels are shares of the width d, those of the last stage. */
interface ResNetForm {
  /** Channels of the stem over d. */
  stem: number;
  /** What follows it: channels over d, and residual blocks. */
  stages: readonly { channels: number; blocks: number }[];
}

/** Of He, Zhang, Ren, Sun (2016): ResNet-18 and 34 with a 3×3 stem and without its pooling; ResNet-20 is their network for CIFAR. */
const forms = {
  /** Of DAWNBench: three convolutions, each pooled, the first and the last followed by one residual block. */
  9: { stem: 1 / 8, stages: [1, 0, 1].map((blocks, i) => ({ channels: 2 ** (i - 2), blocks })) },
  18: { stem: 1 / 8, stages: [1 / 8, 1 / 4, 1 / 2, 1].map((channels) => ({ channels, blocks: 2 })) },
  20: { stem: 1 / 4, stages: [1 / 4, 1 / 2, 1].map((channels) => ({ channels, blocks: 3 })) },
  34: { stem: 1 / 8, stages: [3, 4, 6, 3].map((blocks, i) => ({ channels: 2 ** (i - 3), blocks })) },
} satisfies Record<number, ResNetForm>;

export const resNetDepths = [9, 18, 20, 34] as const;
export type ResNetDepth = (typeof resNetDepths)[number];

export const isResNetDepth = (depth: number): depth is ResNetDepth => (resNetDepths as readonly number[]).includes(depth);

/** The width is a multiple of this: each stage has a whole number of channels. */
export const resNetWidthStep = 8;

/** @throws for a depth that no ResNet has: configs with one are refused */
export function resNetForm(depth: number): ResNetForm {
  if (!isResNetDepth(depth)) throw new Error(`there is no ResNet-${depth}`);
  return forms[depth];
}

/** Layers with features behind the stem: every residual block, or in ResNet-9 every stage. */
export function resNetBlocks(depth: number): number {
  if (!isResNetDepth(depth)) return depth - 1;
  return depth === 9 ? 3 : resNetForm(depth).stages.reduce((sum, { blocks }) => sum + blocks, 0);
}

/** The least side of a picture that can be halved three times; no set of pictures has smaller ones. */
export const resNet9Side = 8;

/** Why there is no ResNet of some of these depths; null if there are all. */
export function resNetDepthProblem(depths: readonly number[]): string | null {
  const missing = depths.filter((depth) => !isResNetDepth(depth));
  if (missing.length === 0) return null;
  return `a ResNet has depth 9, 18, 20 or 34, not ${missing.join(", ")}: choose among these, or study it by itself`;
}

/** Why there is no ResNet of this width; null if there is. */
export const resNetWidthProblem = (width: number): string | null =>
  width % resNetWidthStep === 0
    ? null
    : `the width of a ResNet is the number of channels of its last stage, a multiple of ${resNetWidthStep}, not ${width}`;
