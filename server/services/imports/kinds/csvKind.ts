import { Draft } from "../draft/draft.ts";
import { planDraft } from "../draft/planDraft.ts";
import { storeDraft } from "../draft/storeDraft.ts";
import type { ImportKind, ImportWork } from "../importKind.ts";
import { chooseColumns, mapColumns } from "../tables/columns.ts";
import { guessColumns } from "../tables/guessColumns.ts";
import { readRuns } from "../tables/readRuns.ts";
import { openTable, requireSameColumns } from "../tables/readTable.ts";
import { baseName, endingOf } from "../uploadedFile.ts";

/** What tables are called. */
export const tableEndings = ["csv", "tsv", "txt"];

/** Tables of one's own: each column is what a person says it is. */
export const csvKind: ImportKind = {
  kind: "csv",
  title: "tables of runs (.csv)",
  detect: async (files) => (files.every(({ name }) => tableEndings.includes(endingOf(name))) ? "possible" : "no"),

  async plan(work) {
    const { draft, columns } = await readCsv(work);
    return planDraft(work, draft, columns);
  },

  carryOut: async (work) => storeDraft(work, (await readCsv(work)).draft),
};

/** The runs of such files, and the columns of their tables. @throws Failure INVALID */
export async function readCsv({ files, choices }: Pick<ImportWork, "files" | "choices">) {
  const tables = await Promise.all(files.map(openTable));
  const [first] = tables;
  requireSameColumns(tables);
  const draft = new Draft("csv", baseName(first!.file.name).replace(/\.[^.]*$/, ""));
  const columns = chooseColumns(await guessColumns(first!), choices.columns);
  const map = mapColumns(columns, choices.columns, draft.problems);
  for (const table of tables) await readRuns(table, map, draft);
  if (map.metrics.length === 0) draft.problems.error("No column is a metric: say which ones are.");
  return { draft, columns };
}
