import { lossText } from "../../../../contract/config/loss.ts";
import type { ExternalRunConfig } from "../../../../contract/external/externalConfig.ts";
import { gammaOf } from "../../../../contract/external/externalObjective.ts";
import type { Fact } from "../../../../contract/facts/datasetFacts.ts";
import { shortNumber } from "../../../text/shortNumber.ts";
import { configValueText } from "../model/configKeys.ts";

/** What a run minimizes, in the words of its caller. */
function objectiveText({ objective }: ExternalRunConfig): string {
  if (objective === undefined) return "not stated";
  const { rows = "trained", weightDecay = 0, featureDecay, hiddenDecay, bias, biasDecay } = objective;
  const decays = [
    ...(rows === "trained" ? [`λ = ${shortNumber(weightDecay)} of the classifier`] : [rowTexts[rows]]),
    ...(featureDecay === undefined ? [] : [`λ_H = ${shortNumber(featureDecay)} of the features`]),
    ...(hiddenDecay === undefined ? [] : [`${shortNumber(hiddenDecay)} of the hidden weights`]),
    bias === "none" ? "no bias" : bias === "free" ? "a bias without decay" : `${shortNumber(biasDecay ?? 0)} of the bias`,
  ];
  const { loss, smoothing, features, temperature = 1 } = objective;
  const fit = lossText({ loss, smoothing, gamma: gammaOf(objective) });
  const kept = {
    layernorm: "after a LayerNorm",
    normalized: `normalized, τ = ${shortNumber(temperature)}`,
    ridge: "with a ridge",
  };
  return `${fit}, features ${kept[features]}, ${decays.join(", ")}`;
}

const rowTexts = { unit: "unit rows of the classifier", simplex: "a fixed simplex as the classifier" } as const;

/** What the runs' own program said of them, key by key; and their layers and objective, if any. */
export const externalFacts = (config: ExternalRunConfig): Fact[] => [
  ...Object.entries(config.values).map(([key, value]): Fact => [key, configValueText(value)]),
  ["measured layers", config.layers === undefined ? "none yet" : config.layers.join(", ")],
  ["objective", objectiveText(config)],
];
