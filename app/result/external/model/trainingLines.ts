import type { ExternalRunRow } from "../../../../contract/wire/externalViews.ts";
import type { LineStyle } from "../../../charts/lineStyle.ts";
import type { ConfigKey } from "./configKeys.ts";
import { namingKeys, runNamer } from "./externalCells.ts";
import { externalStyles } from "./externalStyle.ts";

/** Name and style of a run's line in the training panels. */
export interface TrainingLine {
  id: string;
  label: string;
  style: LineStyle;
}

/** The lines of some of a study's runs, which look alike in all its panels. @param keys of all the study's runs */
export function trainingLines(runs: readonly ExternalRunRow[], keys: readonly ConfigKey[]): TrainingLine[] {
  const naming = namingKeys(keys);
  const nameOf = runNamer(keys, naming);
  const styleOf = externalStyles(keys, naming);
  return runs.map((run) => ({ id: run.id, label: nameOf(run) || `run ${run.ordinal + 1}`, style: styleOf(run) }));
}
