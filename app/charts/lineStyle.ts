import type { Architecture, Normalization } from "../../contract/architecture.ts";
import { type DatasetId, datasetIds } from "../../contract/datasetConfig.ts";
import type { Regularizer } from "../../contract/regularizer.ts";
import type { RunConfig } from "../../contract/runConfig.ts";

export const markers = ["circle", "square", "diamond", "triangle", "cross", "star", "wye", "ring"] as const;
export type Marker = (typeof markers)[number];

/** How a line is drawn: the same for the same config on every page, whatever else is drawn. */
export interface LineStyle {
  /** CSS colour for both themes: light-dark(light, dark). */
  color: string;
  /** SVG dash array; "" is solid. */
  dash: string;
  marker: Marker;
  opacity?: number;
}

/** Hue at the shallow and at the deep end, around the page's --hue-* tokens: apart in every common colour blindness. */
const hues: Record<Architecture, Record<Normalization, { shallow: number; deep: number }>> = {
  rn1: { "post-ln": { shallow: 222, deep: 275 }, "pre-ln": { shallow: 185, deep: 150 } },
  rn2: { "post-ln": { shallow: 78, deep: 36 }, "pre-ln": { shallow: 355, deep: 322 } },
};

const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** @param shade 0 (shallow: near the background, contrast 3:1) … 1 (deep: far from it) */
export function shadedColor(config: Pick<RunConfig, "architecture" | "normalization">, shade: number): string {
  const { shallow, deep } = hues[config.architecture][config.normalization];
  const at = clamp(shade);
  const hue = (shallow + (deep - shallow) * at).toFixed(1);
  const light = `oklch(${(0.68 - 0.36 * at).toFixed(3)} ${(0.12 + 0.06 * at).toFixed(3)} ${hue})`;
  const dark = `oklch(${(0.52 + 0.37 * at).toFixed(3)} ${(0.13 - 0.03 * at).toFixed(3)} ${hue})`;
  return `light-dark(${light}, ${dark})`;
}

/** Place of a depth between 2 and 64 on a log2 scale. */
export const depthShade = (depth: number): number => clamp((Math.log2(depth) - 1) / 5);

/** Dash by family, objective and scaling; strengths of one family are told apart by shade and marker. */
export function regularizerDash(config: Regularizer): string {
  if (config.family === "none") return "1.5 4";
  if (config.family === "adamw") return "5 2.5 1.5 2.5 1.5 2.5";
  if (config.scaling === "constant") return config.objective === "uniform" ? "" : "3 2.5";
  return config.objective === "uniform" ? "8 3.5" : "10 3 2 3";
}

/** Depths of the Fibonacci ladder and of the powers of two fall on different markers. */
const depthMarker = (depth: number): Marker => markers[Math.floor(Math.log2(depth) * 1.44) % markers.length] as Marker;

/** Style of one run, or of the mean over its seeds, in panels where depths are overlaid. */
export function runStyle(config: RunConfig): LineStyle {
  return {
    color: shadedColor(config, depthShade(config.depth)),
    dash: regularizerDash(config.regularizer),
    marker: depthMarker(config.depth),
  };
}

const strength = (config: Regularizer) => (config.family === "none" ? 0 : config.lambda);

/**
 * Style of a line over depths: lightness is free there, so it tells widths apart (or else strengths of decay), and the
 * marker tells losses and data sets apart.
 */
export function curveStyle(config: RunConfig, varies: { width: boolean; lambda: boolean }): LineStyle {
  const lambda = strength(config.regularizer);
  const shade = varies.width
    ? (Math.log2(config.width) - 3) / 7
    : varies.lambda
      ? (lambda > 0 ? Math.log10(lambda) + 5 : 0) / 5
      : 0.55;
  const dataset = datasetIds.indexOf(config.dataset.id as DatasetId);
  const index = dataset * 2 + (config.loss === "mse" ? 1 : 0);
  return {
    color: shadedColor(config, 0.15 + 0.8 * clamp(shade)),
    dash: regularizerDash(config.regularizer),
    marker: markers[index % markers.length] as Marker,
  };
}
