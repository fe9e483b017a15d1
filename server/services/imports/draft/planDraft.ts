import type { ExternalValue } from "../../../../contract/external/externalConfig.ts";
import { externalLimits } from "../../../../contract/external/externalLimits.ts";
import { limits } from "../../../../contract/limits.ts";
import { type ImportPlan, importLimits, type PlannedColumn } from "../../../../contract/wire/imports.ts";
import { storableText } from "../../../../contract/wireText.ts";
import { countOrdinals, findStudyByName, listPresentRuns } from "../../../../db/queries/externalRuns.ts";
import { uuidOf } from "../../external/uuidOf.ts";
import type { ImportWork } from "../importKind.ts";
import { counted, quoted } from "../refuse.ts";
import type { Draft } from "./draft.ts";
import { type SettledRun, settleDraft } from "./settleDraft.ts";

export type Plan = Omit<ImportPlan, "kind" | "kinds">;

/** A draft that was compared with what is here. */
export interface ComparedDraft {
  name: string;
  existing: { id: string; name: string } | null;
  runs: (SettledRun & { isPresent: boolean })[];
}

/** Id of a run that was imported into a study: the same content is the same run there. */
export const importedRunId = (experimentId: string, runKey: string): string =>
  uuidOf(`collapsar import ${experimentId} ${runKey}`);

export const tooManyRuns = (name: string, count: number): string =>
  `With these runs ${quoted(name)} would have ${counted(count)}; an experiment has at most ${counted(limits.gridRuns)}. Choose another name.`;

/** The study that a draft's runs go to, and which of them it has already. */
export async function compareDraft({ context, person, choices }: ImportWork, draft: Draft): Promise<ComparedDraft> {
  const runs = settleDraft(draft);
  for (const { name, series } of runs)
    if (series.size > externalLimits.scalarNames)
      draft.problems.error(
        `The run ${quoted(name)} has ${counted(series.size)} series; a run keeps at most ${counted(externalLimits.scalarNames)}. Leave some of them out.`,
      );
  const name = choices.study ?? (storableText(draft.name, limits.nameLength).trim() || "Imported runs");
  const { orm } = context.database;
  const found = await findStudyByName(orm, person.memberId, name);
  const ids = found === null ? [] : runs.map(({ runKey }) => importedRunId(found, runKey));
  const present = ids.length > 0 ? await listPresentRuns(orm, ids) : new Set<string>();
  if (found !== null) {
    const count = (await countOrdinals(orm, found)).count + runs.length - present.size;
    if (count > limits.gridRuns) draft.problems.error(tooManyRuns(name, count));
  }
  return {
    name,
    existing: found === null ? null : { id: found, name },
    runs: runs.map((run, at) => ({ ...run, isPresent: present.has(ids[at] ?? "") })),
  };
}

/** What a draft would make. @param columns of a table, to be mapped */
export async function planDraft(work: ImportWork, draft: Draft, columns: PlannedColumn[] | null): Promise<Plan> {
  const { name, existing, runs } = await compareDraft(work, draft);
  const axes = new Map<string, Set<ExternalValue>>();
  const series = new Map<string, { runs: number; points: number }>();
  for (const run of runs) {
    for (const [key, value] of Object.entries(run.values)) axes.set(key, (axes.get(key) ?? new Set()).add(value));
    for (const [key, { steps }] of run.series) {
      const before = series.get(key) ?? { runs: 0, points: 0 };
      series.set(key, { runs: before.runs + 1, points: before.points + steps.length });
    }
  }
  return {
    study: { name, existing },
    counts: {
      runs: runs.length,
      present: runs.filter(({ isPresent }) => isPresent).length,
      series: series.size,
      points: runs.reduce((sum, { points }) => sum + points, 0),
    },
    axes: [...axes].map(([key, values]) => ({ key, different: values.size, examples: [...values].slice(0, shownValues) })),
    series: [...series]
      .slice(0, importLimits.shownSeries)
      .map(([key, counts]) => ({ key, ...counts }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    runs: runs.slice(0, importLimits.shownRuns).map((run) => ({
      ...{ name: run.name, values: run.values, series: run.series.size, points: run.points },
      ...{ firstStep: run.firstStep, lastStep: run.lastStep, present: run.isPresent },
    })),
    problems: draft.problems.list(),
    columns,
    archive: null,
  };
}

const shownValues = 8;
