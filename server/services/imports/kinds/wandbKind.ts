import { Draft, type DraftRun } from "../draft/draft.ts";
import { planDraft } from "../draft/planDraft.ts";
import { storeDraft } from "../draft/storeDraft.ts";
import type { ImportKind, ImportWork } from "../importKind.ts";
import { quoted, refuseFile } from "../refuse.ts";
import { chooseColumns, mapColumns } from "../tables/columns.ts";
import { readRuns } from "../tables/readRuns.ts";
import { openTable, requireSameColumns, type Table } from "../tables/readTable.ts";
import { baseName, endingOf } from "../uploadedFile.ts";
import { guessWandb } from "../wandb/guessWandb.ts";
import { type AddHistory, readHistory, readPanel, SummaryPoints } from "../wandb/readPanel.ts";
import { type WandbForm, wandbForm } from "../wandb/wandbForms.ts";
import { tableEndings } from "./csvKind.ts";

/** What W&B exports: the table of runs, panels, and histories; of several files, runs of the same name are one. */
export const wandbKind: ImportKind = {
  kind: "wandb",
  title: "tables of W&B (.csv)",

  async detect(files) {
    if (!files.every(({ name }) => tableEndings.includes(endingOf(name)))) return "no";
    // What cannot be read says so as a table of one's own.
    const forms = await Promise.all(files.map((file) => openTable(file).then(wandbForm, () => null)));
    return forms.every((form) => form !== null) ? "sure" : "no";
  },

  async plan(work) {
    const { draft, columns } = await readWandb(work);
    return planDraft(work, draft, columns);
  },

  carryOut: async (work) => storeDraft(work, (await readWandb(work)).draft),
};

const statuses: Record<string, DraftRun["status"]> = {
  crashed: "failed",
  failed: "failed",
  killed: "cancelled",
  preempted: "cancelled",
};

/** The runs of such files, and the columns of their tables. @throws Failure INVALID */
export async function readWandb({ files, choices }: Pick<ImportWork, "files" | "choices">) {
  const tables: Record<WandbForm, Table[]> = { table: [], panel: [], history: [] };
  for (const file of files) {
    const table = await openTable(file);
    const form = wandbForm(table);
    if (form === null)
      throw refuseFile(
        file.name,
        " is no table that W&B exports: it has neither config_… nor summary_… columns, nor columns of runs such as “fine-sun-3 - loss”. Read it as a table of runs.",
      );
    tables[form].push(table);
  }
  const draft = new Draft("wandb", baseName(files[0]!.name).replace(/\.[^.]*$/, ""));
  const columns = await readTables(tables.table, choices.columns, draft);
  const summaries = new SummaryPoints(draft.runs);
  const add: AddHistory = (name, key, step, value) => {
    const run = draft.run(name, name);
    summaries.drop(run, key);
    draft.addPoint(run, key, step, value);
  };
  for (const panel of tables.panel) await readPanel(panel, draft, add);
  for (const history of tables.history) await readHistory(history, draft, add);
  summaries.moveToEnd();
  return { draft, columns };
}

/** Each row is a run. */
async function readTables(tables: Table[], choices: ImportWork["choices"]["columns"], draft: Draft) {
  const [first] = tables;
  if (first === undefined) return null;
  requireSameColumns(tables);
  const columns = chooseColumns(await guessWandb(first), choices);
  const map = mapColumns(columns, choices, draft.problems);
  const state = first.columns.findIndex((column) => /^state$/i.test(column));
  const times = new Map<string, number>();
  // Names may come twice: each row is a run of its own all the same, and panels tell of the first.
  const idOf = (name: string) => {
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    return count === 1 ? name : `${name}\n${count}`;
  };
  for (const table of tables)
    await readRuns(table, map, draft, {
      idOf,
      onRow: (run, { cells }) => {
        const text = (cells[state] ?? "").trim().toLowerCase();
        run.status = statuses[text] ?? "finished";
        if (text === "running")
          draft.problems.warn(`The run ${quoted(run.name)} had not ended when it was exported: it is stored as finished.`);
      },
    });
  return columns;
}
