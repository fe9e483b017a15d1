"use client";
import { memo, useContext, useMemo, useState } from "react";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { AloneContext } from "../../charts/panel/AloneContext.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import { whyNotYet } from "../model/metrics/measuredAt.ts";
import { leftOutOfRows } from "../model/runs/convergenceRule.ts";
import { studyAxes, studyAxisLabel } from "../model/study/studyAxes.ts";
import { studyDrawing } from "../model/study/studyDrawing.ts";
import { theoryVerdicts } from "../model/study/theoryText.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { PickedRuns } from "./PickedRuns.tsx";
import { ReachingLines } from "./ReachingLines.tsx";
import { SlopeTable } from "./SlopeTable.tsx";
import { StudyControls } from "./StudyControls.tsx";

interface StudyChartProps {
  rows: readonly RunRow[];
  rule: LeaveOutRule | undefined;
  view: ResultView;
  onView: ChangeView;
  share: string | null;
  empty: React.ReactNode;
}

/**
 * The signature chart: a metric over depth, width, noise, imbalance, a regularizer's strength, or over categories (regularizers,
 * data sets, architectures, losses), a line for each architecture (or whatever else varies), with bands over seeds, slopes, and
 * across it the runs without a position on the axis.
 */
export const StudyChart = memo(function StudyChart({ rows, rule, view, onView, share, empty }: StudyChartProps) {
  const alone = useContext(AloneContext) !== null;
  const [picked, setPicked] = useState<{ key: string; x: number } | null>(null);
  const { metric, split, over: chosenAxis, lines: chosenLines, log: chosenLog, fit, tau: chosenTau } = view;
  const drawing = useMemo(
    () => studyDrawing(rows, { metric, split, over: chosenAxis, lines: chosenLines, log: chosenLog, fit, tau: chosenTau }, rule),
    [rows, metric, split, chosenAxis, chosenLines, chosenLog, fit, chosenTau, rule],
  );
  const { info, over, log, candidates, lines, places, curves, series, reached, seeksWidth, tau, placeText } = drawing;
  const pickedCurve = curves.find((curve) => curve.key === picked?.key);
  const pickedRuns = pickedCurve?.dots.filter(({ x }) => x === picked?.x) ?? [];
  const leftOut = leftOutOfRows(rows, rule);
  const leftOutSaid = leftOut === null ? null : `${leftOut}; drawn hollow, in no mean, band or slope`;

  return (
    <ChartPanel
      panelId="study"
      title={drawing.title}
      headingLevel={2}
      hint={info.formula}
      measures={[`${split}/${metric}`]}
      series={series}
      x={drawing.x}
      y={drawing.y}
      references={drawing.references}
      wedges={drawing.wedges}
      drops={drawing.drops}
      floor={drawing.floor}
      height={340}
      crosshairAxis={over}
      formatX={placeText}
      onPick={(id, index) => {
        const [key = id, of] = id.split("/runs");
        const curve = curves.find((one) => one.key === key);
        const x = of === undefined ? curve?.points[index]?.x : curve?.dots[index]?.x;
        if (x !== undefined) setPicked({ key, x });
      }}
      notices={alone && leftOutSaid !== null ? [...drawing.notices, leftOutSaid] : drawing.notices}
      empty={series.some((one) => one.ys.some((y) => y !== null)) ? undefined : (whyNotYet(rows, metric) ?? empty)}
      extraItems={[
        {
          label: log ? "Linear axis" : "Logarithmic axis",
          icon: "theory",
          onSelect: () => onView({ log: !log === info.log ? null : !log }),
        },
      ]}
      controls={
        <StudyControls
          rows={rows}
          view={view}
          onView={onView}
          shown={{ over, log, lines, candidates, places, tau: seeksWidth ? tau : null }}
        />
      }
      footer={
        <>
          {leftOutSaid !== null && (
            <p className="text-warn text-xs" data-testid="left-out">
              {leftOutSaid}.
            </p>
          )}
          <SlopeTable curves={curves} axis={studyAxes[over].title} verdicts={theoryVerdicts(curves, metric, split)} />
          <ReachingLines reached={reached} metric={info.label} tau={tau} unit={studyAxisLabel("width", rows)} />
          {pickedRuns.length > 0 && picked && (
            <PickedRuns
              title={`${pickedCurve?.label ? `${pickedCurve.label}, ` : ""}${placeText(picked.x)}: ${info.label} of each run`}
              runs={pickedRuns}
              nameOf={(run) => `seed ${run.config.seed}`}
              percent={info.percent === "everywhere"}
              share={share}
              onClose={() => setPicked(null)}
            />
          )}
        </>
      }
    />
  );
});
