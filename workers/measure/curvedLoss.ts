import { type ClassifierConfig, classifierIn } from "../../contract/config/classifier.ts";
import { lossText, type RunLoss } from "../../contract/config/loss.ts";
import type { CurvedLoss } from "../../math/collapse/relativeFlatness.ts";
import { aimOf } from "../models/losses.ts";

export type MeasuredLoss = RunLoss & { classifier?: ClassifierConfig };

/** The second derivatives of a loss by the logits, where relative flatness is measured; null where it is not (`flatnessSilence`). */
export function curvedLoss(config: MeasuredLoss): CurvedLoss | null {
  if (flatnessSilence(config) !== null) return null;
  if (config.loss === "mse") return { name: "squared-error" };
  return config.loss === "dot-regression" ? { name: "dot", aim: aimOf(config) } : { name: "cross-entropy" };
}

/** Why a run has no relative flatness; null if it has. */
export function flatnessSilence(config: MeasuredLoss): string | null {
  const classifier = classifierIn(config);
  if (classifier?.name === "normalized" || (classifier?.name === "linear" && classifier.layers > 1))
    return "Relative flatness is of a classifier that is one linear layer on the features it reads.";
  if (config.loss === "focal" && config.gamma) return `The second derivatives of the ${lossText(config)} are not computed.`;
  return null;
}
