import type { Architecture } from "../../contract/config/architecture.ts";
import type { Regularizer } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { DatasetId } from "../../contract/data/datasetConfig.ts";

export const markers = ["circle", "square", "diamond", "triangle", "cross", "star", "wye", "ring"] as const;
export type Marker = (typeof markers)[number];

/** How a line is drawn: the same for the same config on every page, whatever else is drawn. */
export interface LineStyle {
  /** CSS colour for both themes: light-dark(light, dark). */
  colour: string;
  /** SVG dash array; "" is solid. */
  dash: string;
  marker: Marker;
  opacity?: number;
}

/** A colour's path: hue at the shallow and at the deep end, share of the usual chroma, and how far it stays from the background. */
interface Tone {
  shallow: number;
  deep: number;
  chroma: number;
  lift: number;
}

const tone = (shallow: number, deep: number, chroma = 1, lift = 0): Tone => ({ shallow, deep, chroma, lift });
const neutral = tone(260, 260, 0.08);

/**
 * Found by search: hues near eight anchors (blue, orange, green, yellow, …), so that any two architectures stay apart, also as
 * colour-blind eyes see them, and the two normalizations of one are told apart by chroma and lightness.
 */
const tones: Record<Architecture, Record<"post-ln" | "pre-ln", Tone>> = {
  rn1: { "post-ln": tone(222, 275), "pre-ln": tone(243, 302, 0.32, 0.1) },
  rn2: { "post-ln": tone(78, 36), "pre-ln": tone(41, 21, 0.48, 0.1) },
  t11: { "post-ln": tone(157, 155, 1.15, 0.045), "pre-ln": tone(194, 178, 0.32, 0.047) },
  t12: { "post-ln": tone(106, 100, 1.14, 0.1), "pre-ln": tone(128, 111, 0.75, 0.043) },
  t21: { "post-ln": tone(330, 326, 1.15), "pre-ln": tone(302, 306, 0.85, 0.073) },
  t22: { "post-ln": tone(222, 227, 0.74, 0.1), "pre-ln": tone(200, 206, 0.65) },
  conv: { "post-ln": tone(357, 357, 0.97, 0.1), "pre-ln": tone(15, 5, 0.84, 0.01) },
  resnet: { "post-ln": tone(152, 132, 0.45, 0.18), "pre-ln": tone(152, 132, 0.45, 0.18) },
  // Without LayerNorm as others are by pre-LN.
  mlp: { "post-ln": tone(10, 100, 1.85, 0.254), "pre-ln": tone(258, 241, 0.89, 0.177) },
  ufm: { "post-ln": neutral, "pre-ln": neutral },
  // Free features are grey, whatever stands on them.
  dufm: { "post-ln": neutral, "pre-ln": neutral },
};

/** The open variant of pre-LN is as pre-LN, greyer. */
function toneOf({ architecture, normalization }: Pick<RunConfig, "architecture" | "normalization">): Tone {
  if (normalization === "none") return tones[architecture]["pre-ln"];
  if (normalization !== "pre-ln-open") return tones[architecture][normalization];
  const tone = tones[architecture]["pre-ln"];
  return { ...tone, chroma: tone.chroma / 2 };
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** @param shade 0 (shallow: near the background, contrast 3:1) … 1 (deep: far from it) */
export function shadedColour(config: Pick<RunConfig, "architecture" | "normalization">, shade: number): string {
  const { shallow, deep, chroma, lift } = toneOf(config);
  const at = clamp(shade);
  const hue = (shallow + (deep - shallow) * at).toFixed(1);
  const light = `oklch(${(0.68 - 0.28 * at - lift).toFixed(3)} ${((0.12 + 0.06 * at) * chroma).toFixed(3)} ${hue})`;
  const dark = `oklch(${(0.52 + 0.29 * at + lift).toFixed(3)} ${((0.13 - 0.03 * at) * chroma).toFixed(3)} ${hue})`;
  return `light-dark(${light}, ${dark})`;
}

/** Place of a depth between 2 and 64 on a log2 scale. */
const depthShade = (depth: number): number => clamp((Math.log2(depth) - 1) / 5);

/** Dash by family, objective, scaling and frame; strengths of one family are told apart by shade and marker. */
function regularizerDash(config: Regularizer): string {
  switch (config.family) {
    case "none":
      return "1.5 4";
    case "adamw":
      return "5 2.5 1.5 2.5 1.5 2.5";
    case "features":
      return "16 4";
    case "slack":
      return config.frame === "simplex" ? "4 2 4 6" : "4 2 4 2 4 6";
    case "weights":
      if (config.scaling === "constant") return config.objective === "uniform" ? "" : "3 2.5";
      return config.objective === "uniform" ? "8 3.5" : "10 3 2 3";
  }
}

/** Depths of the Fibonacci ladder and of the powers of two fall on different markers. */
const depthMarker = (depth: number): Marker => markers[Math.floor(Math.log2(depth) * 1.44) % markers.length] as Marker;

/** Style of one run, or of the mean over its seeds, in panels where depths are overlaid. */
export function runStyle(config: RunConfig): LineStyle {
  return {
    colour: shadedColour(config, depthShade(config.depth)),
    dash: regularizerDash(config.regularizer),
    marker: depthMarker(config.depth),
  };
}

/** Place of a number between two powers of ten, 0 … 1; nothing at all is 0. */
const decadesShade = (value: number, from: number, to: number) =>
  value > 0 ? clamp((Math.log10(value) - from) / (to - from)) : 0;

/** How strong a regularizer is among those of its family, 0 … 1: by λ, by the √(λ_W λ_H) that decides the optimum, or by ρ. */
export function strengthShade(config: Regularizer): number {
  switch (config.family) {
    case "none":
      return 0;
    case "features":
      return decadesShade(Math.sqrt(config.lambdaW * config.lambdaH), -6, -1);
    case "slack":
      return decadesShade(config.rho, -3, 3);
    default:
      return decadesShade(config.lambda, -5, 0);
  }
}

/** Data sets in the order of their markers: those of one study are seldom eight apart. */
const datasetMarkers: readonly DatasetId[] = [
  "fashion-mnist-mini",
  "mnist",
  "cifar10",
  "sentence-polarity",
  "fashion-mnist",
  "kmnist",
  "cifar100",
  "imdb",
  "random-labels",
  "cifar10-lossless-5k",
  "emnist-balanced",
  "sst2",
  "gaussian-clusters",
  "emnist-letters",
  "image-folder",
  "text-file",
  "modular-addition",
  "next-token",
];

/**
 * Style of a line over depths: lightness is free there, so it tells widths apart (or else strengths of decay), and the
 * marker tells losses and data sets apart.
 */
export function curveStyle(config: RunConfig, varies: { width: boolean; lambda: boolean }): LineStyle {
  const shade = varies.width ? (Math.log2(config.width) - 3) / 7 : varies.lambda ? strengthShade(config.regularizer) : 0.55;
  const index =
    (datasetMarkers.indexOf(config.dataset.id) + (config.loss === "mse" ? 4 : 0) + (config.activation === "relu" ? 2 : 0)) %
    markers.length;
  return {
    colour: shadedColour(config, 0.15 + 0.8 * clamp(shade)),
    dash: regularizerDash(config.regularizer),
    marker: markers[index] as Marker,
  };
}
