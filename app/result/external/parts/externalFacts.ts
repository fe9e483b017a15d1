import type { ExternalRunConfig } from "../../../../contract/external/externalConfig.ts";
import type { Fact } from "../../../../contract/facts/datasetFacts.ts";
import { shortNumber } from "../../../text/shortNumber.ts";
import { configValueText } from "../model/configKeys.ts";

/** What a run minimizes, in the words of its caller. */
function objectiveText({ objective }: ExternalRunConfig): string {
  if (objective === undefined) return "not stated";
  const { loss, features, weightDecay, featureDecay, hiddenDecay, bias, biasDecay } = objective;
  const decays = [
    `λ = ${shortNumber(weightDecay)} of the classifier`,
    ...(featureDecay === undefined ? [] : [`λ_H = ${shortNumber(featureDecay)} of the features`]),
    ...(hiddenDecay === undefined ? [] : [`${shortNumber(hiddenDecay)} of the hidden weights`]),
    bias === "none" ? "no bias" : bias === "free" ? "a bias without decay" : `${shortNumber(biasDecay ?? 0)} of the bias`,
  ];
  return `${loss === "ce" ? "cross entropy" : "squared error"}, features ${features === "layernorm" ? "after a LayerNorm" : "with a ridge"}, ${decays.join(", ")}`;
}

/** What the runs' own program said of them, key by key; and their layers and objective, if any. */
export const externalFacts = (config: ExternalRunConfig): Fact[] => [
  ...Object.entries(config.values).map(([key, value]): Fact => [key, configValueText(value)]),
  ["measured layers", config.layers === undefined ? "none yet" : config.layers.join(", ")],
  ["objective", objectiveText(config)],
];
