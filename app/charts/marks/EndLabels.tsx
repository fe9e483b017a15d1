"use client";
import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import type { ChartSeries } from "../chartTypes.ts";
import type { PlotPoint } from "../layout/splitGaps.ts";
import { spreadApart } from "../layout/spreadApart.ts";

const lineHeight = 11;

/** Short names at the right ends of the lines, moved apart where they would overlap. */
export function EndLabels({
  series,
  lines,
}: {
  series: readonly ChartSeries[];
  lines: readonly { shown: readonly PlotPoint[] }[];
}) {
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!area || !xScale || !yScale) return null;
  const ends = series.flatMap((one, index) => {
    if (!one.endLabel || one.hidden) return [];
    const end = lines[index]?.shown.findLast(
      (point) => point.y !== null && (xScale(point.x) ?? Number.POSITIVE_INFINITY) <= area.x + area.width + 0.5,
    );
    const y = end?.y == null ? undefined : yScale(end.y);
    return y === undefined || y < area.y - 1 || y > area.y + area.height + 1 ? [] : [{ one, y }];
  });
  const places = spreadApart(
    ends.map((end) => end.y),
    lineHeight,
    area.y + 4,
    area.y + area.height - 2,
  );
  return (
    <g style={{ pointerEvents: "none" }}>
      {ends.map(({ one }, index) => (
        <text key={one.id} x={area.x + area.width + 6} y={(places[index] as number) + 3.5} fontSize={10} fill="var(--ink-soft)">
          {one.endLabel}
        </text>
      ))}
    </g>
  );
}
