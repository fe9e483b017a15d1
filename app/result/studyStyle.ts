import { imbalanceOf, noiseRate } from "../../contract/datasetConfig.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import { curveStyle, type LineStyle, markers, runStyle, shadedColor, strengthShade } from "../charts/lineStyle.ts";

interface Scale {
  id: string;
  /** 0 … 1 */
  shade: (config: RunConfig) => number;
  /** Neighbouring values fall on different whole numbers, and so on different markers. */
  step: (config: RunConfig) => number;
}

const strength = (config: RunConfig) => strengthShade(config.regularizer);
const rarity = (config: RunConfig) => -Math.log10(imbalanceOf(config.dataset));

/** Fixed scales from which a line takes its lightness and its marker, in the order in which they are tried. */
const scales: readonly Scale[] = [
  { id: "depth", shade: (config) => config.depth / 64, step: (config) => config.depth },
  { id: "width", shade: (config) => (Math.log2(config.width) - 2) / 8, step: (config) => Math.log2(config.width) },
  { id: "noise", shade: ({ dataset }) => noiseRate(dataset), step: ({ dataset }) => Math.round(noiseRate(dataset) * 10) },
  { id: "imbalance", shade: (config) => 1 - rarity(config) / 3, step: (config) => Math.round(rarity(config) * 3) },
  { id: "strength", shade: strength, step: (config) => Math.round(strength(config) * 10) },
];

/**
 * Styles of lines drawn together: hue by architecture and dash by regularizer as everywhere; lightness and marker by the first
 * number (depth, width, noise, …) on which they differ, each on a fixed scale, so that a config looks the same whatever stands beside it.
 */
export function styleAmong(configs: readonly RunConfig[]): (config: RunConfig) => LineStyle {
  const varies = (value: (config: RunConfig) => number) => new Set(configs.map((config) => value(config).toFixed(9))).size > 1;
  const scale = scales.find(({ shade }) => varies(shade));
  if (scale === undefined) return (config) => curveStyle(config, { width: false, lambda: false });
  if (scale.id === "depth") return runStyle;
  return (config) => ({
    ...curveStyle(config, { width: false, lambda: false }),
    color: shadedColor(config, 0.15 + 0.8 * Math.min(1, Math.max(0, scale.shade(config)))),
    marker: markers[Math.floor(Math.abs(scale.step(config))) % markers.length] as (typeof markers)[number],
  });
}
