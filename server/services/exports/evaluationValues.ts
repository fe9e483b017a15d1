import type { Evaluation } from "../../../contract/wire/runEvents.ts";

/**
 * The figures found after training by names for a table: `robustness/pgd.linf@0.01` (ε), `transfer/test@3` (layer),
 * `other/auroc.neco.test` (score, split that the second set is told from).
 */
export function evaluationValues(evaluation: Evaluation | null): Record<string, number> {
  const values: Record<string, number> = {};
  if (evaluation?.robustness) {
    values["robustness/clean"] = evaluation.robustness.clean;
    for (const { attack, norm, epsilon, accuracy } of evaluation.robustness.points)
      values[`robustness/${attack}.${norm}@${epsilon}`] = accuracy;
  }
  for (const { layer, trainAccuracy, testAccuracy } of evaluation?.transfer?.layers ?? []) {
    values[`transfer/train@${layer}`] = trainAccuracy;
    values[`transfer/test@${layer}`] = testAccuracy;
  }
  for (const { score, known, auroc, fpr95 } of evaluation?.outOfDistribution?.scores ?? []) {
    values[`other/auroc.${score}.${known}`] = auroc;
    values[`other/fpr95.${score}.${known}`] = fpr95;
  }
  return values;
}
