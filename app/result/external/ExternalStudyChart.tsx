"use client";
import { memo, useContext, useMemo, useState } from "react";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { AloneContext } from "../../charts/panel/AloneContext.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import { Select } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { splitsOfRuns } from "../model/metrics/offeredSplits.ts";
import { leftOutOfRows } from "../model/runs/convergenceRule.ts";
import { LinesChoice } from "../parts/LinesChoice.tsx";
import { FitRange } from "../study/FitRange.tsx";
import { PickedRuns } from "../study/PickedRuns.tsx";
import { SlopeTable } from "../study/SlopeTable.tsx";
import type { ExternalStore } from "./ExternalStore.ts";
import { axisKeys, defaultAxis, type ExternalAxis, sameAxis } from "./model/externalAxes.ts";
import { seedText } from "./model/externalCells.ts";
import { externalDrawing } from "./model/externalDrawing.ts";
import { isLogged, measureInfo, measureOptions, offeredMeasures } from "./model/measures.ts";
import type { ExternalView } from "./view/externalView.ts";
import type { ChangeExternalView } from "./view/useExternalView.ts";

interface ExternalStudyChartProps {
  store: ExternalStore;
  version: number;
  rule: LeaveOutRule | undefined;
  view: ExternalView;
  onView: ChangeExternalView;
  share: string | null;
  empty: string;
}

const axisValue = (axis: ExternalAxis) => (axis.of === "step" ? "step" : `key:${axis.key}`);

/** A metric over any key of the runs' configs, or over the steps: a line for each other key that varies, with bands over seeds. */
export const ExternalStudyChart = memo(function ExternalStudyChart(props: ExternalStudyChartProps) {
  const { store, version, rule, view, onView, share, empty } = props;
  const rows = store.chartRows;
  const alone = useContext(AloneContext) !== null;
  const [picked, setPicked] = useState<{ key: string; x: number } | null>(null);
  const { measure: asked, split, axis, lineKeys, log: askedLog, logX, fit } = view;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const drawing = useMemo(
    () =>
      externalDrawing(
        store,
        rows,
        { measure: asked, split, over: axis, lines: lineKeys, log: askedLog, logX: logX ?? false, fit },
        rule,
      ),
    [store, version, rows, asked, split, axis, lineKeys, askedLog, logX, fit, rule],
  );
  const { keys, measure, info, log, over, candidates, lines, places, curves, series, nameOf, kind, title, placeText } = drawing;
  const pickedCurve = over.of === "key" ? curves.find((curve) => curve.key === picked?.key) : undefined;
  const pickedRuns = pickedCurve?.dots.filter(({ x }) => x === picked?.x) ?? [];
  const leftOut = leftOutOfRows(rows, rule);
  const leftOutSaid = leftOut === null ? null : `${leftOut}; drawn hollow, in no mean, band or slope`;
  const overs: ExternalAxis[] = [...axisKeys(keys).map(({ key }): ExternalAxis => ({ of: "key", key })), { of: "step" }];
  const offered = offeredMeasures(rows, split, measure);
  const hasValue = series.some((one) => one.ys.some((y) => y !== null));
  return (
    <ChartPanel
      panelId="study"
      title={drawing.heading}
      headingLevel={2}
      hint={info.hint}
      measures={[isLogged(measure) ? measure : `${split}/${measure}`]}
      series={series}
      x={drawing.x}
      y={drawing.y}
      references={drawing.references}
      height={340}
      crosshairAxis={axisValue(over)}
      formatX={placeText}
      onPick={(id, index) => {
        const ofRuns = id.endsWith("/runs");
        const key = ofRuns ? id.slice(0, -"/runs".length) : id;
        const curve = curves.find((one) => one.key === key);
        const x = ofRuns ? curve?.dots[index]?.x : curve?.points[index]?.x;
        if (x !== undefined) setPicked({ key, x });
      }}
      notices={alone && leftOutSaid !== null ? [...drawing.notices, leftOutSaid] : drawing.notices}
      empty={hasValue ? undefined : empty}
      extraItems={[
        {
          label: log ? "Linear axis" : "Logarithmic axis",
          icon: "theory",
          onSelect: () => onView({ log: !log === info.log ? null : !log }),
        },
      ]}
      controls={
        <>
          <Select
            aria-label="Metric"
            className="!h-7 !w-auto max-w-52 text-xs"
            options={measureOptions(offered, optionOf)}
            value={measure}
            onChange={(value) => onView({ measure: value, log: null })}
          />
          {overs.length > 1 && (
            <Select
              aria-label="Over"
              className="!h-7 !w-auto max-w-52 text-xs"
              options={overs.map((one) => ({
                value: axisValue(one),
                label: `over ${one.of === "step" ? "step" : nameOf(one.key)}`,
              }))}
              value={axisValue(over)}
              onChange={(value) => {
                const chosen = overs.find((one) => axisValue(one) === value) ?? null;
                const byItself = chosen !== null && sameAxis(chosen, defaultAxis(rows, keys));
                onView({ axis: byItself ? null : chosen, lineKeys: null, fit: null });
              }}
            />
          )}
          {!isLogged(measure) && (
            <Segmented
              label="Split"
              options={splitsOfRuns(rows, split).map((value) => ({ value, label: value }))}
              value={split}
              onChange={(value) => onView({ split: value })}
            />
          )}
          <LinesChoice axes={candidates} chosen={lines} titleOf={nameOf} onChoose={(chosen) => onView({ lineKeys: chosen })} />
          {over.of === "key" && log && kind !== "linear" && (
            <FitRange places={places} axis={title} range={fit} onRange={(range) => onView({ fit: range })} />
          )}
        </>
      }
      footer={
        <>
          {leftOutSaid !== null && (
            <p className="text-warn text-xs" data-testid="left-out">
              {leftOutSaid}.
            </p>
          )}
          <SlopeTable curves={curves} axis={title} verdicts={null} />
          {pickedRuns.length > 0 && picked && (
            <PickedRuns<ExternalRunRow>
              title={`${pickedCurve?.label ? `${pickedCurve.label}, ` : ""}${placeText(picked.x)}: ${info.label} of each run`}
              runs={pickedRuns}
              nameOf={(run) => seedText(keys, run)}
              percent={info.percent}
              share={share}
              onClose={() => setPicked(null)}
            />
          )}
        </>
      }
    />
  );
});

const optionOf = (measure: Parameters<typeof measureInfo>[0]) =>
  isLogged(measure) ? `logged: ${measureInfo(measure).label}` : measureInfo(measure).label;
