import type { RunLoss } from "../../contract/config/loss.ts";

/** Whether a loss reads logits as log-probabilities up to a constant: only then is a softmax of them a confidence. */
export const hasProbabilities = ({ loss }: RunLoss): boolean => loss === "ce" || loss === "focal";
