import type { ExperimentDetail, RunRow } from "../../../contract/wire/views.ts";

/** Whether the study asked for anything after training, or some run has it. */
export const hasAfterTraining = (rows: readonly RunRow[], detail: ExperimentDetail): boolean => {
  const asked = detail.config.afterTraining;
  return Boolean(asked?.robustness || asked?.transfer) || rows.some((row) => row.evaluation !== null);
};
