"use client";
import { memo, useMemo } from "react";
import { CartesianGrid, ComposedChart, XAxis, YAxis, ZIndexLayer } from "recharts";
import type { AxisOptions } from "./axes/axisOptions.ts";
import type { Tick } from "./axes/axisTicks.ts";
import { axisTicks } from "./axes/axisTicks.ts";
import { CategoryTick } from "./axes/CategoryTick.tsx";
import { categoryLabels } from "./axes/categoryAxis.ts";
import type { ChartSeries, DropMark, ReferenceMark, Wedge } from "./chartTypes.ts";
import { bandBars, bandPieces, layoutChart } from "./layout/chartGeometry.ts";
import { smoothSeries } from "./layout/smoothSeries.ts";
import { ChartMarks } from "./marks/ChartMarks.tsx";
import { EndLabels } from "./marks/EndLabels.tsx";
import { SeriesMarkers } from "./marks/SeriesMarkers.tsx";
import { SeriesPaths } from "./marks/SeriesPaths.tsx";
import { PlotPointer } from "./pointer/PlotPointer.tsx";
import { useWidth } from "./useWidth.ts";

export interface XYChartProps {
  panelId: string;
  /** What a screen reader hears in place of the picture. */
  description: string;
  x: AxisOptions;
  y: AxisOptions;
  series: readonly ChartSeries[];
  references?: readonly ReferenceMark[];
  wedges?: readonly Wedge[];
  drops?: readonly DropMark[];
  /** Values below it are numerical noise: a grey band, labelled. */
  floor?: { y: number; label: string } | null;
  /** Weight of the running average, 0 = off; the raw line stays behind. */
  smoothing?: number;
  height?: number;
  /** Name of what x counts; panels of a page with the same name share their crosshair. */
  crosshairAxis: string;
  formatX?: (x: number) => string;
  /** A drag chose a range of x, in measured numbers. */
  onZoom?: (from: number, to: number) => void;
  onZoomOut?: () => void;
  /** A point was clicked. */
  onPick?: (seriesId: string, pointIndex: number) => void;
}

const tickStyle = { fontSize: 11, fill: "var(--ink-faint)" };
const labelStyle = { fontSize: 11, fill: "var(--ink-soft)" };
const margin = { top: 8, right: 14, bottom: 4, left: 0 };
const labelledMargin = { ...margin, right: 30 };
const longSeries = 60;
/** Room for the labels of the y axis, px: a digit of 11 px is about 7 wide, beside tick and gap. */
const widthFor = (ticks: readonly Tick[]): number =>
  Math.max(52, 14 + 7 * Math.max(0, ...ticks.map((tick) => tick.label.length)));
/** Of the x axis with one line of numbers, its ticks and its name. */
const xAxisHeight = 40;

const labelOf = (ticks: readonly Tick[]) => {
  const labels = new Map(ticks.map((tick) => [tick.at, tick.label]));
  return (at: number) => labels.get(at) ?? "";
};

/** Lines, bands and dots on linear or logarithmic axes; everything that a chart of this program shares. */
export const XYChart = memo(function XYChart(props: XYChartProps) {
  const { x, y, series, references = [], wedges = [], drops = [], smoothing = 0, height = 240 } = props;
  const [ref, width] = useWidth<HTMLDivElement>();
  const layout = useMemo(() => layoutChart(series, x, y, references), [series, x, y, references]);
  const margins = series.some((one) => one.endLabel) ? labelledMargin : margin;
  const yTicks = useMemo(() => axisTicks(y, layout.yDomain, height - 50, 36), [y, layout, height]);
  const yAxisWidth = widthFor(yTicks);
  const plotWidth = Math.max(40, width - yAxisWidth - margins.right);
  const xTicks = useMemo(() => axisTicks(x, layout.xDomain, plotWidth), [x, layout, plotWidth]);
  const names = useMemo(() => (x.categories ? categoryLabels(x.categories, plotWidth) : null), [x.categories, plotWidth]);
  // Names of several lines make the chart higher, not the plot lower.
  const extra = names === null ? 0 : Math.max(0, names.height - 13);
  const labelled = (ticks: readonly Tick[]) => ticks.filter((tick) => !tick.minor).map((tick) => tick.at);
  const lines = useMemo(
    () =>
      series.map((one, index) => {
        const points = layout.drawn[index]?.points ?? [];
        const smooth =
          smoothing > 0 && one.draw === "line"
            ? smoothSeries(
                points.map((point) => point.y),
                smoothing,
              )
            : null;
        return {
          raw: points,
          shown: smooth ? points.map((point, i) => ({ ...point, y: smooth[i] ?? null })) : points,
          isSmooth: smooth !== null,
        };
      }),
    [series, layout, smoothing],
  );
  const bands = useMemo(
    () => series.map((one) => (one.band && !one.bars ? bandPieces(one, x.kind, y.kind) : null)),
    [series, x.kind, y.kind],
  );
  const bars = useMemo(() => series.map((one) => (one.bars ? bandBars(one, x.kind, y.kind) : [])), [series, x.kind, y.kind]);

  return (
    <div
      ref={ref}
      className="relative w-full select-none [&_:focus]:outline-none"
      style={{ height: height + extra }}
      role="img"
      aria-label={props.description}
      data-chart={props.panelId}
    >
      {width > 0 && (
        <ComposedChart
          width={width}
          height={height + extra}
          margin={margins}
          data={[]}
          accessibilityLayer={false}
          throttleDelay="raf"
        >
          <CartesianGrid stroke="var(--chart-grid)" strokeWidth={1} vertical={names === null} />
          <XAxis
            dataKey="x"
            type="number"
            domain={layout.xDomain}
            allowDataOverflow
            ticks={labelled(xTicks)}
            tickFormatter={labelOf(xTicks)}
            interval={0}
            tick={names && x.categories ? <CategoryTick labels={names} categories={x.categories} /> : tickStyle}
            tickLine={{ stroke: "var(--chart-axis)" }}
            axisLine={{ stroke: "var(--chart-axis)" }}
            height={xAxisHeight + extra}
            label={{ value: x.label, position: "insideBottom", offset: 6, style: labelStyle }}
          />
          <YAxis
            type="number"
            domain={layout.yDomain}
            allowDataOverflow
            ticks={labelled(yTicks)}
            tickFormatter={labelOf(yTicks)}
            interval={0}
            tick={tickStyle}
            tickLine={{ stroke: "var(--chart-axis)" }}
            axisLine={{ stroke: "var(--chart-axis)" }}
            width={yAxisWidth}
          />
          <ChartMarks
            xKind={x.kind}
            yKind={y.kind}
            yDomain={layout.yDomain}
            xDomain={layout.xDomain}
            minorX={xTicks.filter((tick) => tick.minor).map((tick) => tick.at)}
            minorY={yTicks.filter((tick) => tick.minor).map((tick) => tick.at)}
            wedges={wedges}
            references={references}
            drops={drops}
            floor={props.floor ?? null}
          />
          <ZIndexLayer zIndex={400}>
            <SeriesPaths series={series} lines={lines} bands={bands} bars={bars} />
          </ZIndexLayer>
          <ZIndexLayer zIndex={600}>
            {series.map(
              (one, index) =>
                !one.hidden &&
                !one.bare && (
                  <SeriesMarkers
                    key={one.id}
                    series={one}
                    points={lines[index]?.shown ?? []}
                    gaps={layout.drawn[index]?.gaps ?? []}
                    sparse={one.draw === "line" && (lines[index]?.shown.length ?? 0) > 0}
                    long={(lines[index]?.shown.length ?? 0) > longSeries}
                  />
                ),
            )}
            <EndLabels series={series} lines={lines} />
          </ZIndexLayer>
          <ZIndexLayer zIndex={2000}>
            <PlotPointer
              panelId={props.panelId}
              axis={props.crosshairAxis}
              xKind={x.kind}
              categorical={x.categories !== undefined}
              series={series}
              drawn={layout.drawn}
              formatX={props.formatX}
              onZoom={props.onZoom}
              onZoomOut={props.onZoomOut}
              onPick={props.onPick}
            />
          </ZIndexLayer>
        </ComposedChart>
      )}
    </div>
  );
});
