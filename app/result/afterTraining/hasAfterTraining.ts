import type { ExperimentDetail, RunRow } from "../../../contract/wire/views.ts";

/** Whether the study asked for anything after training, or some run has it. */
export const hasAfterTraining = (rows: readonly RunRow[], detail: ExperimentDetail): boolean => {
  const { afterTraining: asked, other } = detail.config;
  return Boolean(asked?.robustness || asked?.transfer || other) || rows.some((row) => row.evaluation !== null);
};
