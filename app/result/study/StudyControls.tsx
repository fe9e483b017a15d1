"use client";
import { useMemo } from "react";
import { metricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { Select } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { axisTitle, type GridAxisId } from "../model/grid/gridAxes.ts";
import { metricOptions } from "../model/metrics/metricOptions.ts";
import { splitsOfRuns } from "../model/metrics/offeredSplits.ts";
import { offeredMetrics } from "../model/metrics/studyMetrics.ts";
import { type StudyAxisId, studyAxes } from "../model/study/studyAxes.ts";
import { defaultStudyAxis, varyingStudyAxes } from "../model/study/studyPlaces.ts";
import { LinesChoice } from "../parts/LinesChoice.tsx";
import { ThresholdInput } from "../parts/ThresholdInput.tsx";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { FitRange } from "./FitRange.tsx";

interface StudyControlsProps {
  rows: readonly RunRow[];
  view: ResultView;
  onView: ChangeView;
  /** What the chart shows, where the view leaves it open too. */
  shown: {
    over: StudyAxisId;
    log: boolean;
    lines: readonly GridAxisId[];
    candidates: readonly GridAxisId[];
    places: readonly number[];
    /** Threshold of the smallest width; null: none is sought. */
    tau: number | null;
  };
}

/** What a person can choose of the signature chart: the metric, what it is over, the split, its lines, where slopes are from, the threshold. */
export function StudyControls({ rows, view, onView, shown }: StudyControlsProps) {
  const { metric, split } = view;
  const { over, log, lines, candidates, places, tau } = shown;
  const { kind, title } = studyAxes[over];
  const info = metricInfo[metric];
  const overs = useMemo(() => varyingStudyAxes(rows), [rows]);
  const offeredSplits = useMemo(() => splitsOfRuns(rows, split), [rows, split]);
  return (
    <>
      <Select
        aria-label="Metric"
        className="!h-7 !w-auto max-w-52 text-xs"
        options={metricOptions(offeredMetrics(rows, split, metric))}
        value={metric}
        onChange={(value) => onView({ metric: value, log: null, tau: null })}
      />
      {(overs.length > 1 || !overs.includes(over)) && (
        <Select
          aria-label="Over"
          className="!h-7 !w-auto text-xs"
          options={[...new Set([...overs, over])].map((value) => ({ value, label: `over ${studyAxes[value].title}` }))}
          value={over}
          onChange={(value) => onView({ over: value === defaultStudyAxis(rows) ? null : value, lines: null, fit: null })}
        />
      )}
      <Segmented
        label="Split"
        options={offeredSplits.map((value) => ({ value, label: value }))}
        value={split}
        onChange={(value) => onView({ split: value })}
      />
      <LinesChoice titleOf={axisTitle} axes={candidates} chosen={lines} onChoose={(axes) => onView({ lines: axes })} />
      {log && kind !== "linear" && <FitRange places={places} axis={title} range={view.fit} onRange={(fit) => onView({ fit })} />}
      {tau !== null && <ThresholdInput label={`${info.label} ≤ τ =`} value={tau} onChange={(value) => onView({ tau: value })} />}
    </>
  );
}
