import { isMeasured, type Metric, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { trainingPlaces } from "../../../../contract/metrics/metricPlaces.ts";
import { type Split, splits } from "../../../../contract/metrics/seriesKey.ts";
import type { ExternalRunRow } from "../../../../contract/wire/externalViews.ts";
import { splitsOfRuns } from "../../model/metrics/offeredSplits.ts";
import { endedBadly } from "../../model/study/seedCurve.ts";
import type { ConfigKey } from "./configKeys.ts";
import { externalCells } from "./externalCells.ts";
import { loggedMeasures, type Measure, measureInfo, measureKey, measureValue } from "./measures.ts";

/** A panel of the training section: one measure of the shown runs over their steps. */
export interface ExternalPanel {
  id: string;
  title: string;
  measure: Measure;
  /** Whose values are drawn of the training set whichever is chosen. */
  trainOnly: boolean;
}

/** So many panels of logged numbers are there at first. */
export const firstLogged = 12;

/** As part of a link to the panel, and of a list in the address: names hold any sign. */
const panelId = (measure: Measure): string =>
  encodeURIComponent(measure)
    .replace(/[.%!~*'()]/g, "-")
    .toLowerCase();

/** Panels of what some run has: first what is measured, then what the runs' own program logged. */
export function externalPanels(rows: readonly ExternalRunRow[], logged: number): ExternalPanel[] {
  const measured = trainingPlaces
    .filter(({ metric }) => splits.some((split) => rows.some((row) => measureValue(row, metric, split) !== null)))
    .map(
      ({ metric, title, trainOnly }): ExternalPanel => ({
        ...{ id: panelId(metric), measure: metric, trainOnly },
        title: title ?? metricInfo[metric].label,
      }),
    );
  const own = loggedMeasures(rows)
    .slice(0, logged)
    .map((measure): ExternalPanel => ({ id: panelId(measure), measure, trainOnly: true, title: measureInfo(measure).label }));
  return [...measured, ...own];
}

/** The series that a run's panels are drawn from. */
export const panelKeys = (run: Pick<ExternalRunRow, "config" | "last">, panels: readonly ExternalPanel[]): string[] => [
  ...new Set(
    panels.flatMap(({ measure, trainOnly }) =>
      (trainOnly ? (["train"] as const) : splitsOfRuns([run])).flatMap((split) => measureKey(run, measure, split) ?? []),
    ),
  ),
];

/** More lines than these are not told apart. */
const maxShown = 40;

export interface ShownRuns {
  runs: ExternalRunRow[];
  /** Left out as there are too many. */
  more: number;
}

/** Runs of the training panels: those chosen one by one, or one of each set of repetitions, or all. */
export function shownExternal(
  rows: readonly ExternalRunRow[],
  keys: readonly ConfigKey[],
  choice: { runs: readonly number[] | null; seed: number | "all" | null },
): ShownRuns {
  const varying = keys.filter((key) => key.varies && !key.isSeed).map(({ key }) => key);
  const cells = externalCells(rows, keys, varying);
  const chosen = choice.runs === null ? null : new Set(choice.runs);
  const runs = cells.flatMap(({ members }) => {
    if (chosen !== null) return members.filter(({ ordinal }) => chosen.has(ordinal));
    if (choice.seed === "all") return members;
    return [members.find((run) => !endedBadly(run)) ?? (members[0] as ExternalRunRow)];
  });
  return chosen !== null || runs.length <= maxShown
    ? { runs, more: 0 }
    : { runs: runs.slice(0, maxShown), more: runs.length - maxShown };
}

/** Which metric's facts a panel's axis follows; undefined of logged numbers. */
export const panelMetric = ({ measure }: ExternalPanel): Metric | undefined => (isMeasured(measure) ? measure : undefined);

export const panelSplit = ({ trainOnly }: ExternalPanel, split: Split): Split => (trainOnly ? "train" : split);
