"use client";
import { useId } from "react";
import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import type { ChartSeries } from "../chartTypes.ts";
import type { PlotPoint } from "../layout/splitGaps.ts";
import { bandPath, barsPath, type DrawnBand, type DrawnBar, linePath } from "./paths.ts";

interface DrawnLine {
  /** Points as measured, and as shown (smoothed or the same). */
  raw: readonly PlotPoint[];
  shown: readonly PlotPoint[];
  isSmooth: boolean;
}

/**
 * Bands and lines as plain paths on the chart's scales. The chart library's own lines keep a store entry and measure
 * their path for each update, which is most of what a live chart would cost.
 */
export function SeriesPaths({
  series,
  lines,
  bands,
  bars,
}: {
  series: readonly ChartSeries[];
  lines: readonly DrawnLine[];
  bands: readonly (DrawnBand | null)[];
  bars: readonly (readonly DrawnBar[])[];
}) {
  const clip = useId();
  const area = usePlotArea();
  const px = useXAxisScale();
  const py = useYAxisScale();
  if (!area || !px || !py) return null;
  return (
    <g style={{ pointerEvents: "none" }} fill="none" strokeLinejoin="round">
      <clipPath id={clip}>
        <rect x={area.x} y={area.y - 1} width={area.width} height={area.height + 2} />
      </clipPath>
      <g clipPath={`url(#${clip})`}>
        {series.map((one, index) => {
          const band = bands[index];
          return (
            band && !one.hidden && <path key={one.id} d={bandPath(band, px, py)} fill={one.style.colour} fillOpacity={0.14} />
          );
        })}
        {series.map(
          (one, index) =>
            one.bars &&
            !one.hidden && (
              <path
                key={one.id}
                d={barsPath(bars[index] ?? [], px, py)}
                stroke={one.style.colour}
                strokeWidth={1.25}
                data-bars={one.id}
              />
            ),
        )}
        {series.map((one, index) => {
          const line = lines[index];
          return (
            line?.isSmooth &&
            !one.hidden && (
              <path key={one.id} d={linePath(line.raw, px, py)} stroke={one.style.colour} strokeOpacity={0.28} strokeWidth={1} />
            )
          );
        })}
        {series.map((one, index) => {
          if (one.draw === "dots" || one.hidden) return null;
          return (
            <path
              key={one.id}
              d={linePath(lines[index]?.shown ?? [], px, py)}
              stroke={one.style.colour}
              strokeOpacity={one.style.opacity ?? 1}
              strokeDasharray={one.style.dash || undefined}
              strokeWidth={one.minor ? 1 : 1.75}
              data-line={one.id}
            />
          );
        })}
      </g>
    </g>
  );
}
