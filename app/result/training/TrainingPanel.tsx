"use client";
import { memo, useMemo } from "react";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { type Metric, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../contract/metrics/seriesKey.ts";
import { isTerminal } from "../../../contract/status.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { ReferenceMark } from "../../charts/chartTypes.ts";
import type { SummaryRow } from "../../charts/export/figure.ts";
import { type PanelLine, SeriesPanel } from "../../charts/panel/SeriesPanel.tsx";
import { runExport } from "../../links.ts";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { readable } from "../../text/shortNumber.ts";
import { cellLabel, cellNamer, gridAxisIds, groupCells, varyingAxes } from "../model/grid/gridAxes.ts";
import { lastLayerKey, lastValue } from "../model/metrics/lastValue.ts";
import { budgetText, whyNotYet } from "../model/metrics/measuredAt.ts";
import { nearFloorText, numericFloor } from "../model/metrics/numericFloor.ts";
import { allPoints } from "../model/runs/allPoints.ts";
import type { PanelSpec } from "../model/runs/readKeys.ts";
import { runEpoch } from "../model/runs/shownRuns.ts";
import { styleAmong } from "../model/study/studyStyle.ts";
import { floorReferences } from "../model/tasks/floorReferences.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";

interface TrainingPanelProps {
  spec: PanelSpec;
  store: ExperimentStore;
  version: number;
  runs: readonly RunRow[];
  view: ResultView;
  onView: ChangeView;
  logX: boolean;
  share: string | null;
  hidden: ReadonlySet<string>;
}

const maxReferences = 3;

/** L* of the shown runs, a dashed line for each different one. */
function lossReferences(runs: readonly RunRow[]): ReferenceMark[] {
  const values = new Map<number, RunRow>();
  for (const run of runs) if (run.optimum?.loss != null && !values.has(run.optimum.loss)) values.set(run.optimum.loss, run);
  const several = values.size > 1;
  const differing = varyingAxes([...values.values()].map((run) => run.config)).filter((axis) => axis !== "seed");
  return [...values].slice(0, maxReferences).map(([y, run]) => ({
    y,
    label: `L*${run.optimum?.method === "numeric" ? " (numeric)" : ""} = ${readable(y)}${several ? ` (${cellLabel(run.config, differing)})` : ""}`,
  }));
}

/** Why a panel without a line has none: a last value tells that there are points, which are being read. */
function whyEmpty(runs: readonly RunRow[], metric: Metric, split: Split): string {
  if (runs.some((run) => lastValue(run, metric, split) !== null)) return "loading…";
  const reason = whyNotYet(runs, metric);
  if (reason !== null) return reason;
  return runs.every((run) => isTerminal(run.status)) ? "no points" : "no point yet";
}

/** The last values of the shown runs, those that differ in their seed alone in one row. */
function lastMeans(runs: readonly RunRow[], metric: Metric, split: Split): SummaryRow[] {
  const axes = varyingAxes(runs.map((run) => run.config)).filter((axis) => axis !== "seed");
  return groupCells(runs, axes).flatMap(({ label, members }) => {
    const values = members.map((run) => lastValue(run, metric, split)).filter((value) => value !== null);
    return values.length === 0 ? [] : [{ line: label || "all runs", x: "last", values }];
  });
}

/** One metric of the shown runs over their training. */
export const TrainingPanel = memo(function TrainingPanel(props: TrainingPanelProps) {
  const { spec, store, version, runs, view, onView, share } = props;
  const split: Split = spec.trainOnly ? "train" : view.split;
  const info = metricInfo[spec.metric];
  const axes = useMemo(() => varyingAxes(runs.map((run) => run.config)), [runs]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const lines = useMemo(() => {
    const labelAxes = axes.length > 0 ? axes : gridAxisIds.filter((axis) => axis === "depth");
    const onlyDepth = axes.every((axis) => axis === "depth");
    const styleOf = styleAmong(runs.map((run) => run.config));
    const nameOf = cellNamer(runs.map((run) => run.config));
    return runs.flatMap((run): PanelLine[] => {
      const series = store.series(run.id, lastLayerKey(spec.metric, split, layersOf(run.config)));
      if (series.steps.length === 0) return [];
      return [
        {
          id: run.id,
          label: nameOf(run.config, labelAxes),
          endLabel: onlyDepth ? String(run.config.depth) : undefined,
          style: styleOf(run.config),
          ...series,
          stepsPerEpoch: runEpoch(run) ?? undefined,
          elapsed: view.x === "time" ? store.series(run.id, "train/elapsedMs") : undefined,
        },
      ];
    });
  }, [runs, axes, store, version, spec.metric, split, view.x]);
  const references = useMemo(
    () => [
      ...(spec.metric === "loss" && split === "train" ? lossReferences(runs) : []),
      ...floorReferences(runs, spec.metric, split),
    ],
    [spec.metric, split, runs],
  );
  const log = view.flipped.includes(spec.id) ? !info.log : info.log;
  const distinct = new Set(runs.flatMap((run) => run.optimum?.loss ?? [])).size;
  const summary = useMemo(() => lastMeans(runs, spec.metric, split), [runs, spec.metric, split]);
  const floor = useMemo(() => numericFloor(runs, spec.metric), [runs, spec.metric]);
  const title = split === "test" ? `${spec.title} (test)` : spec.title;

  return (
    <SeriesPanel
      panelId={spec.id}
      title={title}
      hint={info.formula}
      metric={spec.metric}
      lines={lines}
      logY={log}
      onLogY={() =>
        onView({ flipped: log === info.log ? [...view.flipped, spec.id] : view.flipped.filter((id) => id !== spec.id) })
      }
      x={view.x}
      logX={props.logX}
      smoothing={view.smoothing}
      window={view.zoom}
      onWindow={(zoom) => onView({ zoom })}
      references={references}
      floor={floor}
      height={220}
      sharedHidden={props.hidden}
      empty={lines.length > 0 ? undefined : whyEmpty(runs, spec.metric, split)}
      notices={[
        spec.metric === "loss" && distinct > maxReferences
          ? `L* drawn for ${maxReferences} of ${distinct} different objectives`
          : null,
        nearFloorText(floor, lines),
        budgetText(runs, spec.metric),
        view.smoothing > 0 ? `smoothed ${view.smoothing}, raw lines behind` : null,
      ]}
      measures={[`${split}/${spec.metric}`]}
      summary={summary}
      readTable={() =>
        allPoints(
          runs,
          (run) => [lastLayerKey(spec.metric, split, layersOf(run.config))],
          (runId) => runExport(runId, share, "csv"),
        )
      }
    />
  );
});
