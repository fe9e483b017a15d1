import type { CsvFacts } from "../../../../contract/csv.ts";
import { datasetLabel } from "../../../../contract/data/datasetConfig.ts";
import type { ExperimentDetail, RunRow } from "../../../../contract/wire/views.ts";

/** What is to be known of a study wherever its numbers stand: which it is, its config, its seeds and data, and the program. */
export function studyFacts(
  detail: Pick<ExperimentDetail, "id" | "name" | "program" | "configDigest">,
  rows: readonly RunRow[],
): CsvFacts {
  const seeds = [...new Set(rows.map((row) => row.config.seed))].sort((a, b) => a - b);
  const data = [
    ...new Set(rows.flatMap(({ config, dataHash }) => (dataHash ? `${datasetLabel(config.dataset)} sha256 ${dataHash}` : []))),
  ];
  return [
    ["experiment", `${detail.name} (${detail.id})`],
    ["program", `Collapsar ${detail.program}`],
    ["config", `sha256 ${detail.configDigest}`],
    ["seeds", seeds.join(" ")],
    ["data", data.length === 0 ? "no hash known" : data.join("; ")],
  ];
}
