import { coupledShare, type OptimizerConfig } from "../../../../contract/config/optimizerConfig.ts";
import type { Regularizer } from "../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { imbalanceOf, noiseRate } from "../../../../contract/data/datasetConfig.ts";
import { curveStyle, type LineStyle, markers, runStyle, shadedColour, strengthShade } from "../../../charts/lineStyle.ts";
import { cellKey, compareConfigs } from "../grid/gridAxes.ts";

interface Scale {
  id: string;
  /** 0 … 1 */
  shade: (config: RunConfig) => number;
  /** Neighbouring values fall on different whole numbers, and so on different markers. */
  step: (config: RunConfig) => number;
}

const strength = (config: RunConfig) => strengthShade(config.regularizer);
/** Doublings of the distance between Gaussian clusters; random labels have none. */
const separation = ({ dataset }: RunConfig) => ("separation" in dataset ? Math.log2(1 + dataset.separation) : 0);
const rarity = (config: RunConfig) => -Math.log10(imbalanceOf(config.dataset));

/** Fixed scales from which a line takes its lightness and its marker, in the order in which they are tried. */
const scales: readonly Scale[] = [
  { id: "depth", shade: (config) => config.depth / 64, step: (config) => config.depth },
  { id: "width", shade: (config) => (Math.log2(config.width) - 2) / 8, step: (config) => Math.log2(config.width) },
  { id: "noise", shade: ({ dataset }) => noiseRate(dataset), step: ({ dataset }) => Math.round(noiseRate(dataset) * 10) },
  { id: "imbalance", shade: (config) => 1 - rarity(config) / 3, step: (config) => Math.round(rarity(config) * 3) },
  { id: "separation", shade: (config) => separation(config) / 5, step: (config) => Math.round(2 * separation(config)) },
  {
    id: "share",
    shade: ({ training }) => coupledShare(training.optimizer),
    step: ({ training }) => Math.round(4 * coupledShare(training.optimizer)),
  },
  { id: "strength", shade: strength, step: (config) => Math.round(strength(config) * 10) },
];

/** Hues of the families where one architecture's runs differ in their regularizer: its own for the ridge on weights, grey for none. */
const familyHues: Record<Exclude<Regularizer["family"], "weights">, { hue: number; chroma: number }> = {
  features: { hue: 155, chroma: 0.13 },
  slack: { hue: 330, chroma: 0.16 },
  adamw: { hue: 65, chroma: 0.13 },
  none: { hue: 260, chroma: 0.01 },
};
const familyMarkers: Record<Exclude<Regularizer["family"], "weights">, LineStyle["marker"]> = {
  features: "square",
  slack: "diamond",
  adamw: "cross",
  none: "wye",
};

/** Hues and markers where one architecture's runs differ in their optimizer: the architecture's own hue for Adam. */
const optimizerStyles: Record<OptimizerConfig["name"], { hue: number | null; chroma: number; marker: LineStyle["marker"] }> = {
  adam: { hue: null, chroma: 0, marker: "circle" },
  sgd: { hue: 155, chroma: 0.13, marker: "square" },
  signum: { hue: 330, chroma: 0.16, marker: "diamond" },
  muon: { hue: 55, chroma: 0.14, marker: "triangle" },
};

/** Of several λ, the largest first. */
const strengthDashes = ["", "6 3", "2 3", "10 3 2 3"] as const;

function optimizerColour(config: RunConfig, shade: number): string {
  const { hue, chroma } = optimizerStyles[config.training.optimizer.name];
  return hue === null ? shadedColour(config, shade) : huedColour(hue, chroma, shade);
}

function huedColour(hue: number, chroma: number, shade: number): string {
  const [light, dark] = [(0.64 - 0.2 * shade).toFixed(3), (0.58 + 0.24 * shade).toFixed(3)];
  return `light-dark(oklch(${light} ${chroma} ${hue}), oklch(${dark} ${chroma} ${hue}))`;
}

/** Markers of the ridge on weights, whose strengths are often shown side by side. */
const ridgeMarkers: readonly LineStyle["marker"][] = ["circle", "triangle", "star", "ring"];

const familyMarker = ({ regularizer }: RunConfig): LineStyle["marker"] =>
  regularizer.family === "weights"
    ? (ridgeMarkers[Math.round(strengthShade(regularizer) * 10) % ridgeMarkers.length] as LineStyle["marker"])
    : familyMarkers[regularizer.family];

function familyColour({ regularizer, architecture, normalization }: RunConfig): string {
  const shade = 0.2 + 0.6 * strengthShade(regularizer);
  if (regularizer.family === "weights") return shadedColour({ architecture, normalization }, shade);
  const { hue, chroma } = familyHues[regularizer.family];
  return huedColour(hue, chroma, shade);
}

/** Place of a config's value among those of all, 0 … 1: two lines of one hue are as far apart as they can be. */
function rankAmong(configs: readonly RunConfig[], value: (config: RunConfig) => number): (config: RunConfig) => number {
  const known = [...new Set(configs.map(value))].sort((a, b) => a - b);
  return (config) => Math.max(0, known.indexOf(value(config))) / Math.max(1, known.length - 1);
}

/**
 * Styles of lines drawn together: hue by architecture and dash by regularizer as everywhere; lightness by the first number
 * (depth, width, noise, …) on which they differ, the marker by the second (or else the same), each on a fixed scale. Where only regularizers
 * differ, their family has the hue; where optimizers do, they have hue and marker. Losses and classifiers have the marker, and the hue
 * where nothing else has it.
 */
export function styleAmong(configs: readonly RunConfig[]): (config: RunConfig) => LineStyle {
  const styleOf = styleByNumbers(configs);
  const objectives = new Map([...configs].sort(byObjective).map((config) => [objectiveOf(config), config]));
  if (objectives.size < 2) return styleOf;
  const ofObjectives = [...objectives.keys()];
  const hasOneHue =
    new Set(configs.map(({ architecture, normalization }) => `${architecture} ${normalization}`)).size === 1 &&
    new Set(configs.map(({ training }) => training.optimizer.name)).size === 1 &&
    new Set(configs.map(({ regularizer }) => regularizer.family)).size === 1;
  const pairOf = (config: RunConfig) =>
    markers.indexOf(styleOf(config).marker) * ofObjectives.length + ofObjectives.indexOf(objectiveOf(config));
  // Neighbours, and so with different markers: the objectives of one other value.
  const pairs = [...new Set(configs.map(pairOf))].sort((a, b) => a - b);
  return (config) => {
    const style = styleOf(config);
    const at = Math.max(0, ofObjectives.indexOf(objectiveOf(config)));
    return {
      ...style,
      ...(hasOneHue && at > 0 ? { colour: turned(style.colour, at) } : {}),
      marker: markers[Math.max(0, pairs.indexOf(pairOf(config))) % markers.length] as LineStyle["marker"],
    };
  };
}

/** What tells objectives apart: the loss with its number, and the classifier. */
const objectiveOf = (config: RunConfig): string => cellKey(config, ["loss", "classifier"]);
const byObjective = (a: RunConfig, b: RunConfig) => compareConfigs(a, b, ["loss", "classifier"]);

/** The same colour further round the circle, by the golden angle: no two of a few are near each other. */
const turned = (colour: string, steps: number): string =>
  colour.replace(
    /oklch\((\S+) (\S+) ([\d.]+)\)/g,
    (_, lightness, chroma, hue) => `oklch(${lightness} ${chroma} ${((Number(hue) + 137.5 * steps) % 360).toFixed(1)})`,
  );

function styleByNumbers(configs: readonly RunConfig[]): (config: RunConfig) => LineStyle {
  const varies = (value: (config: RunConfig) => number) => new Set(configs.map((config) => value(config).toFixed(9))).size > 1;
  const [scale, second] = scales.filter(({ shade }) => varies(shade));
  const networks = new Set(configs.map((config) => `${config.architecture} ${config.normalization}`)).size;
  if (networks === 1 && new Set(configs.map(({ training }) => training.optimizer.name)).size > 1) {
    // Shares are a line's places more often than what tells lines apart: another number goes first.
    const told = scale?.id === "share" ? (second ?? scale) : scale;
    const shadeOf = told ? rankAmong(configs, told.shade) : () => 0.5;
    const strengths = [...new Set(configs.map(strength))].sort((a, b) => a - b);
    return (config) => {
      const style = curveStyle(config, { width: false, lambda: false });
      const weakness = Math.max(0, strengths.length - 1 - strengths.indexOf(strength(config)));
      return {
        ...style,
        colour: optimizerColour(config, 0.1 + 0.9 * shadeOf(config)),
        dash: strengths.length > 1 ? (strengthDashes[weakness % strengthDashes.length] as string) : style.dash,
        marker: optimizerStyles[config.training.optimizer.name].marker,
      };
    };
  }
  if (scale === undefined) return (config) => curveStyle(config, { width: false, lambda: false });
  const markerBy =
    ({ step }: Scale) =>
    (config: RunConfig) =>
      markers[Math.floor(Math.abs(step(config))) % markers.length] as LineStyle["marker"];
  if (scale.id === "depth")
    return second === undefined ? runStyle : (config) => ({ ...runStyle(config), marker: markerBy(second)(config) });
  const families = new Set(configs.map((config) => config.regularizer.family)).size;
  if (scale.id === "strength" && networks === 1 && families > 1)
    return (config) => ({
      ...curveStyle(config, { width: false, lambda: false }),
      colour: familyColour(config),
      marker: familyMarker(config),
    });
  const markerOf = markerBy(second ?? scale);
  return (config) => ({
    ...curveStyle(config, { width: false, lambda: false }),
    colour: shadedColour(config, 0.15 + 0.8 * Math.min(1, Math.max(0, scale.shade(config)))),
    marker: markerOf(config),
  });
}
