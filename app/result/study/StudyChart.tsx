"use client";
import { memo, useMemo, useState } from "react";
import { type Metric, studyMetricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { AxisOptions } from "../../charts/axes/axisOptions.ts";
import { categoryAt } from "../../charts/axes/categoryAxis.ts";
import type { DropMark, ReferenceMark } from "../../charts/chartTypes.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import { meanKind } from "../../text/meanText.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { isBeyondClasses, notMeasured } from "../model/metrics/classLimit.ts";
import { numericFloor } from "../model/metrics/numericFloor.ts";
import { leftOutText } from "../model/runs/convergenceRule.ts";
import { smallestReaching } from "../model/study/smallestReaching.ts";
import { lineAxes, studyAxes, studyAxisLabel } from "../model/study/studyAxes.ts";
import { studyCurves } from "../model/study/studyCurves.ts";
import { categoriesOn, defaultStudyAxis, takenPlaces } from "../model/study/studyPlaces.ts";
import { curveSeries, optimumMarks, reachingMarks, theoryWedges } from "../model/study/studySeries.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { PickedRuns } from "./PickedRuns.tsx";
import { ReachingLines } from "./ReachingLines.tsx";
import { SlopeTable } from "./SlopeTable.tsx";
import { StudyControls } from "./StudyControls.tsx";
import { studyNotices } from "./studyNotices.ts";

const noDrops: DropMark[] = [];

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
  const [picked, setPicked] = useState<{ key: string; x: number } | null>(null);
  const { metric, split } = view;
  const info = studyMetricInfo[metric];
  const over = view.over ?? defaultStudyAxis(rows);
  const { kind, title } = studyAxes[over];
  const log = view.log ?? info.log;
  const candidates = useMemo(() => lineAxes(rows, over), [rows, over]);
  const lines = useMemo(() => view.lines?.filter((axis) => candidates.includes(axis)) ?? candidates, [view.lines, candidates]);
  const found = useMemo(
    () => studyCurves(rows, { metric, split, x: over, lines, log, fit: view.fit, rule }),
    [rows, metric, split, over, lines, log, view.fit, rule],
  );
  const { curves, baselines } = found;
  const places = useMemo(() => takenPlaces(over, rows), [over, rows]);
  const categories = useMemo(() => categoriesOn(over, rows), [over, rows]);
  const categorical = categories !== null;
  const series = useMemo(
    () => curveSeries(curves, baselines, rows, { metricLabel: info.label, kind, places, categorical, rule }),
    [curves, baselines, rows, info.label, kind, places, categorical, rule],
  );
  const placeText = (x: number) => (categories ? categoryAt(x, categories) : `${title} ${shortNumber(x)}`);

  const seeksWidth = over === "width" && info.direction === "less";
  const tau = view.tau ?? info.threshold;
  const reached = useMemo(
    () => (seeksWidth ? curves.filter((curve) => curve.count > 0).map((curve) => smallestReaching(curve, tau)) : []),
    [seeksWidth, curves, tau],
  );
  const drops = useMemo(() => (seeksWidth ? reachingMarks(reached, curves, tau) : noDrops), [seeksWidth, reached, curves, tau]);
  const wedges = useMemo(() => theoryWedges(curves, metric, split), [curves, metric, split]);
  const references = useMemo((): ReferenceMark[] => {
    const optimum = optimumMarks(curves, metric, categorical);
    return seeksWidth ? [...optimum, { y: tau, label: `τ = ${shortNumber(tau)}` }] : optimum;
  }, [curves, metric, categorical, seeksWidth, tau]);

  const averaged = curves.some((curve) => curve.mean !== null);
  const floor = useMemo(
    () =>
      numericFloor(
        found.curves.flatMap(({ dots }) => dots.map(({ run }) => run)),
        metric as Metric,
      ),
    [found, metric],
  );
  const has = { hasSeries: series.length > 0, hasTheory: wedges.length > 0 };
  const notices = studyNotices(found, { metric, split, log, title, categorical, rows, floor, ...has });
  const xAxis = useMemo(
    (): AxisOptions => ({
      label: studyAxisLabel(over, rows),
      kind,
      ...(categories ? { categories } : { tickValues: places }),
    }),
    [over, rows, kind, places, categories],
  );
  const yAxis = useMemo(
    (): AxisOptions => ({
      label: `${info.label}${split === "test" ? " (test)" : ""}${averaged ? `, ${meanKind(log)} mean` : ""}`,
      kind: log ? "log10" : "linear",
    }),
    [info.label, split, log, averaged],
  );
  const pickedCurve = curves.find((curve) => curve.key === picked?.key);
  const pickedRuns = pickedCurve?.dots.filter(({ x }) => x === picked?.x) ?? [];
  const leftOut = leftOutText(found.unconverged, rows.length, rule);

  return (
    <ChartPanel
      panelId="study"
      title={`${info.label} over ${title}`}
      headingLevel={2}
      hint={info.formula}
      series={series}
      x={xAxis}
      y={yAxis}
      references={references}
      wedges={wedges}
      drops={drops}
      floor={floor}
      height={340}
      crosshairAxis={over}
      formatX={placeText}
      onPick={(id, index) => {
        const [key = id, of] = id.split("/runs");
        const curve = curves.find((one) => one.key === key);
        const x = of === undefined ? curve?.points[index]?.x : curve?.dots[index]?.x;
        if (x !== undefined) setPicked({ key, x });
      }}
      notices={notices}
      empty={
        series.some((one) => one.ys.some((y) => y !== null)) ? undefined : isBeyondClasses(rows, metric) ? notMeasured : empty
      }
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
          {leftOut !== null && (
            <p className="text-warn text-xs" data-testid="left-out">
              {leftOut}; drawn hollow, in no mean, band or slope.
            </p>
          )}
          <SlopeTable curves={curves} metric={metric} split={split} />
          <ReachingLines reached={reached} metric={info.label} tau={tau} unit={studyAxisLabel("width", rows)} />
          {pickedRuns.length > 0 && picked && (
            <PickedRuns
              title={`${pickedCurve?.label ? `${pickedCurve.label}, ` : ""}${placeText(picked.x)}: ${info.label} of each run`}
              runs={pickedRuns}
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
