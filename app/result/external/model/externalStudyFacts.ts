import type { CsvFacts } from "../../../../contract/csv.ts";
import type { ExternalExperimentDetail, ExternalRunRow } from "../../../../contract/wire/externalViews.ts";
import { configKeys, configValueText } from "./configKeys.ts";

/** What is to be known of a study wherever its numbers stand: which it is, who reported it, its seeds, and what is not known of it. */
export function externalStudyFacts(
  detail: Pick<ExternalExperimentDetail, "id" | "name" | "program" | "configDigest">,
  rows: readonly ExternalRunRow[],
): CsvFacts {
  const seeds = configKeys(rows).filter(({ isSeed }) => isSeed);
  const clients = [...new Set(rows.map(({ external: { client } }) => `${client.name} ${client.version}`.trim()))];
  const unknown = [...new Set(rows.flatMap(({ external }) => external.unknown))];
  return [
    ["experiment", `${detail.name} (${detail.id})`],
    ["program", `Collapsar ${detail.program}`],
    ["trained", `elsewhere, reported by ${clients.filter((name) => name !== "").join(", ") || "a program of its own"}`],
    ["config", `sha256 ${detail.configDigest}`],
    ["seeds", seeds.map(({ key, values }) => `${key}: ${values.map(configValueText).join(" ")}`).join("; ") || "none named"],
    ["data", "no hash known"],
    ["not known", unknown.join("; ")],
  ];
}
