"use client";
import { memo, useMemo } from "react";
import { isTerminal } from "../../../contract/status.ts";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { toggledIn } from "../../charts/panel/hiddenLines.ts";
import { type PanelLine, SeriesPanel } from "../../charts/panel/SeriesPanel.tsx";
import { runExport } from "../../links.ts";
import { readable } from "../../text/shortNumber.ts";
import { pointsOfRuns } from "../model/runs/allPoints.ts";
import type { ExternalStore } from "./ExternalStore.ts";
import { measureInfo, measureKey, measureValue } from "./model/measures.ts";
import type { TrainingLine } from "./model/trainingLines.ts";
import { type ExternalPanel, panelMetric, panelSplit } from "./model/trainingPanels.ts";
import type { ExternalView } from "./view/externalView.ts";
import type { ChangeExternalView } from "./view/useExternalView.ts";

interface ExternalTrainingPanelProps {
  panel: ExternalPanel;
  store: ExternalStore;
  version: number;
  runs: readonly ExternalRunRow[];
  /** Name and style of each of the runs. */
  lines: readonly TrainingLine[];
  view: ExternalView;
  onView: ChangeExternalView;
  logX: boolean;
  share: string | null;
  hidden: ReadonlySet<string>;
}

/** One measure of the shown runs over the steps of their training. */
export const ExternalTrainingPanel = memo(function ExternalTrainingPanel(props: ExternalTrainingPanelProps) {
  const { panel, store, version, runs, lines, view, onView, share } = props;
  const { measure } = panel;
  const split = panelSplit(panel, view.split);
  const info = measureInfo(measure);
  const metric = panelMetric(panel);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const drawn = useMemo(
    () =>
      runs.flatMap((run, index): PanelLine[] => {
        const key = measureKey(run, measure, split);
        const series = key === null ? null : store.series(run.id, key);
        const line = lines[index];
        return series === null || line === undefined || series.steps.length === 0 ? [] : [{ ...line, ...series }];
      }),
    [runs, lines, store, version, measure, split],
  );
  const references = useMemo(() => {
    const optima = new Set(measure === "loss" && split === "train" ? runs.flatMap(({ optimum }) => optimum?.loss ?? []) : []);
    return [...optima].slice(0, 3).map((y) => ({ y, label: `L* = ${readable(y)}` }));
  }, [runs, measure, split]);
  const log = view.flipped.includes(panel.id) ? !info.log : info.log;
  const hasValue = runs.some((run) => measureValue(run, measure, split) !== null);
  const summary = useMemo(
    () =>
      runs.flatMap((run, index) => {
        const value = measureValue(run, measure, split);
        return value === null ? [] : [{ line: lines[index]?.label ?? "", x: "last", values: [value] }];
      }),
    [runs, lines, measure, split],
  );
  const keyOf = (run: ExternalRunRow) => measureKey(run, measure, split) ?? "";
  return (
    <SeriesPanel
      panelId={panel.id}
      title={split === "test" ? `${panel.title} (test)` : panel.title}
      hint={info.hint}
      metric={metric}
      lines={drawn}
      logY={log}
      onLogY={() => onView({ flipped: [...toggledIn(new Set(view.flipped), panel.id)] })}
      logX={props.logX}
      smoothing={view.smoothing}
      window={view.zoom}
      onWindow={(zoom) => onView({ zoom })}
      references={references}
      height={220}
      sharedHidden={props.hidden}
      empty={
        drawn.length > 0
          ? undefined
          : hasValue
            ? "loading…"
            : runs.every(({ status }) => isTerminal(status))
              ? "no points"
              : "no point yet"
      }
      notices={[view.smoothing > 0 ? `smoothed ${view.smoothing}, raw lines behind` : null]}
      measures={[runs[0] === undefined ? measure : keyOf(runs[0])]}
      summary={summary}
      readTable={() =>
        pointsOfRuns(
          runs.map((run, index) => ({ id: run.id, ordinal: run.ordinal, name: lines[index]?.label ?? "", keys: [keyOf(run)] })),
          (runId) => runExport(runId, share, "csv"),
        )
      }
    />
  );
});
