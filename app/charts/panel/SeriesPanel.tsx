"use client";
import { memo, type ReactNode, useMemo, useState } from "react";
import { formatDuration } from "../../../contract/formatDuration.ts";
import { type Metric, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { AxisOptions } from "../axes/axisOptions.ts";
import { type StepMap, stepOfX, type XMode, xLabels, xOfSteps } from "../axes/seriesX.ts";
import type { ChartSeries, ReferenceMark } from "../chartTypes.ts";
import type { FigureTable, SummaryRow } from "../export/figure.ts";
import { thinPoints } from "../layout/thinPoints.ts";
import type { LineStyle } from "../lineStyle.ts";
import { ChartPanel } from "./ChartPanel.tsx";

export interface PanelLine extends StepMap {
  id: string;
  label: string;
  /** Short text at the line's end, such as the depth. */
  endLabel?: string;
  style: LineStyle;
  steps: readonly number[];
  /** null: missing, drawn as a gap. */
  values: readonly (number | null)[];
  /** Stored points in the window, of which these are a selection. */
  total: number;
}

interface SeriesPanelProps {
  /** Unique on the page; part of links to the panel. */
  panelId: string;
  title: string;
  hint?: ReactNode;
  lines: readonly PanelLine[];
  /** Decides whether the axis is logarithmic by default, and its unit. */
  metric?: Metric;
  /** Overrides the metric's default axis; with `onLogY` the page keeps the choice. */
  logY?: boolean;
  onLogY?: (log: boolean) => void;
  x?: XMode;
  logX?: boolean;
  references?: readonly ReferenceMark[];
  /** Values below it are numerical noise. */
  floor?: { y: number; label: string } | null;
  /** 0 (off) … 0.99 */
  smoothing?: number;
  /** Range of steps; null = all. */
  window?: { from: number; to: number } | null;
  /** A drag chose a range of steps (null: a double click asks for all): read that window from the server. */
  onWindow?: (window: { from: number; to: number } | null) => void;
  measures?: readonly string[];
  /** Reads all stored points of the lines. */
  readTable?: () => Promise<FigureTable>;
  summary?: readonly SummaryRow[];
  height?: number;
  notices?: readonly (string | null)[];
  empty?: ReactNode;
  /** Ids of lines taken out, where many panels share one legend; this panel then has none of its own. */
  sharedHidden?: ReadonlySet<string>;
  /** The page says once, for all its panels, that step 0 cannot be shown on a log axis. */
  offAxisSaid?: boolean;
}

/** Live points pile up on the server's selection: more than this is thinned again before it is drawn. */
const maxDrawn = 1_000;
const maxSmoothed = 5_000;
const noReferences: readonly ReferenceMark[] = [];

/** One metric over training, a line a run. */
export const SeriesPanel = memo(function SeriesPanel(props: SeriesPanelProps) {
  const { lines, metric, x: mode = "step", references = noReferences } = props;
  const info = metric ? metricInfo[metric] : null;
  const [ownLog, setOwnLog] = useState<boolean | null>(null);
  const logY = props.logY ?? ownLog ?? info?.log ?? false;
  const setLogY = props.onLogY ?? setOwnLog;
  const logX = props.logX ?? false;
  const smooth = (props.smoothing ?? 0) > 0;

  const series = useMemo(
    (): ChartSeries[] =>
      lines.map((line) => {
        const at = xOfSteps(line.steps, mode, line);
        const known = thinPoints(line.values, smooth ? maxSmoothed : maxDrawn).filter((index) => at[index] !== null);
        return {
          id: line.id,
          label: line.label,
          endLabel: line.endLabel,
          style: line.style,
          xs: known.map((index) => at[index] as number),
          ys: known.map((index) => line.values[index] ?? null),
          draw: "line" as const,
        };
      }),
    [lines, mode, smooth],
  );
  const total = lines.reduce((sum, line) => sum + Math.max(line.total, line.steps.length), 0);
  const first = lines[0];
  const window = props.window ?? null;
  const xAxis = useMemo((): AxisOptions => {
    const range = window && first ? xOfSteps([window.from, window.to], mode, first) : null;
    const fixed = range && range[0] !== null && range[1] !== null ? ([range[0] as number, range[1] as number] as const) : null;
    return { label: xLabels[mode], kind: logX ? "log10" : "linear", range: fixed };
  }, [window, first, mode, logX]);
  const yAxis = useMemo(
    (): AxisOptions => ({
      label: info?.axisUnit ? `${props.title} (${info.axisUnit})` : props.title,
      kind: logY ? "log10" : "linear",
    }),
    [info, props.title, logY],
  );

  return (
    <ChartPanel
      panelId={props.panelId}
      title={props.title}
      hint={props.hint ?? info?.formula}
      series={series}
      x={xAxis}
      y={yAxis}
      references={references}
      floor={props.floor}
      smoothing={props.smoothing}
      height={props.height}
      crosshairAxis={`training ${mode}`}
      formatX={(at) =>
        mode === "time" ? formatDuration(at * 1000) : `${mode} ${Number(at.toPrecision(6)).toLocaleString("en")}`
      }
      onZoom={
        props.onWindow &&
        ((from, to) => {
          const low = first ? stepOfX(from, mode, first) : null;
          const high = first ? stepOfX(to, mode, first) : null;
          if (low !== null && high !== null && high > low) props.onWindow?.({ from: low, to: high });
        })
      }
      onZoomOut={props.onWindow && (() => props.onWindow?.(null))}
      measures={props.measures}
      readTable={props.readTable}
      summary={props.summary}
      total={total}
      notices={props.notices}
      empty={props.empty}
      sharedHidden={props.sharedHidden}
      offAxisSaid={props.offAxisSaid}
      extraItems={[{ label: logY ? "Linear axis" : "Logarithmic axis", icon: "theory", onSelect: () => setLogY(!logY) }]}
    />
  );
});
