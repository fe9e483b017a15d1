"use client";
import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import type { ChartSeries } from "../chartTypes.ts";
import type { PlotPoint } from "../layout/splitGaps.ts";
import { markerPath } from "./markerPath.ts";
import { spreadMarkers } from "./spreadMarkers.ts";

interface SeriesMarkersProps {
  series: ChartSeries;
  points: readonly PlotPoint[];
  gaps: readonly { x: number; reason: string }[];
  /** A few markers along the line, to tell lines apart without colour, instead of one a point. */
  sparse: boolean;
  long: boolean;
}

/** Markers of a series (hollow while a run is unfinished), and crosses on the axis where a value cannot be drawn. */
export function SeriesMarkers({ series, points, gaps, sparse, long }: SeriesMarkersProps) {
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!area || !xScale || !yScale) return null;
  const inside = (x: number) => x >= area.x - 0.5 && x <= area.x + area.width + 0.5;
  const shown = sparse ? spreadMarkers(points, long ? 5 : 7) : points.map((_, index) => index);
  const radius = series.strong ? 4 : series.minor ? 2.2 : sparse ? 2.6 : 3.6;
  return (
    <g style={{ pointerEvents: "none" }} opacity={series.minor && !series.strong ? 0.45 : (series.style.opacity ?? 1)}>
      {shown.map((index) => {
        const point = points[index] as PlotPoint;
        if (point.y === null) return null;
        const cx = xScale(point.x);
        const cy = yScale(point.y);
        if (cx === undefined || cy === undefined || !inside(cx) || cy < area.y - 1 || cy > area.y + area.height + 1) return null;
        const hollow = series.hollow?.[index] ?? false;
        return (
          <path
            key={index}
            d={markerPath(series.style.marker, radius)}
            transform={`translate(${cx.toFixed(1)},${cy.toFixed(1)})`}
            fill={hollow ? "var(--surface)" : series.style.colour}
            fillRule="evenodd"
            stroke={series.style.colour}
            strokeWidth={hollow ? 1.5 : 0.5}
          />
        );
      })}
      {gaps.map((gap, index) => {
        const cx = xScale(gap.x);
        if (cx === undefined || !inside(cx)) return null;
        return (
          <path
            key={`gap${index}`}
            d="M-3,-6L3,0M3,-6L-3,0"
            transform={`translate(${cx.toFixed(1)},${(area.y + area.height - 2).toFixed(1)})`}
            stroke={series.style.colour}
            strokeWidth={1.25}
            fill="none"
          >
            <title>{`${series.label}: ${gap.reason}`}</title>
          </path>
        );
      })}
    </g>
  );
}
