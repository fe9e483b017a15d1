"use client";
import { readable } from "../../text/shortNumber.ts";
import { type AxisKind, toPlot } from "../axes/plotCoordinates.ts";
import type { ChartSeries } from "../chartTypes.ts";
import { heldPixel } from "../layout/chartGeometry.ts";
import type { DrawnSeries } from "../layout/splitGaps.ts";
import { type CrosshairRow, CrosshairValues } from "./CrosshairValues.tsx";
import { useCrosshair } from "./crosshair.ts";
import { nearestIndex } from "./nearestPoint.ts";
import type { PlotScales } from "./plotScales.ts";

/** Pixels to both sides of the crosshair within which a point is under it. */
const reachOfPoints = 12;

/** Where the pointer is in this panel or in one that shares its x: a line, a dot on each series, and the values in the panel itself. */
export function Crosshair({
  panelId,
  axis,
  xKind,
  categorical,
  series,
  drawn,
  scales: { area, x, y },
  formatX = readable,
}: {
  panelId: string;
  axis: string;
  xKind: AxisKind;
  categorical: boolean;
  series: readonly ChartSeries[];
  drawn: readonly DrawnSeries[];
  scales: PlotScales;
  formatX?: (x: number) => string;
}) {
  const at = useCrosshair(axis);
  const plotted = at === null ? null : toPlot(at.x, xKind);
  if (at === null || plotted === null) return null;
  const crosshair = x(plotted);
  if (!(crosshair >= area.x - 1 && crosshair <= area.x + area.width + 1)) return null;
  const reach = categorical ? Math.abs(x(0.5) - x(0)) : reachOfPoints;
  const rows = series.flatMap((one, index): CrosshairRow[] => {
    if (one.hidden || one.minor) return [];
    const points = drawn[index]?.points ?? [];
    const nearest = nearestIndex(points, plotted);
    const point = points[nearest];
    if (point === undefined || Math.abs(x(point.x) - crosshair) > reach) return [];
    return [{ one, point, note: one.notes?.[nearest] }];
  });
  return (
    <g style={{ pointerEvents: "none" }}>
      <line x1={crosshair} x2={crosshair} y1={area.y} y2={area.y + area.height} stroke="var(--line-strong)" strokeWidth={1} />
      {rows.map(({ one, point }) =>
        point.y === null ? null : (
          <circle
            key={one.id}
            cx={heldPixel(x(point.x))}
            cy={heldPixel(y(point.y))}
            r={3}
            fill={one.style.colour}
            stroke="var(--surface)"
            strokeWidth={1}
          />
        ),
      )}
      {at.panel === panelId && rows.length > 0 && (
        <CrosshairValues rows={rows} title={formatX(at.x)} area={area} crosshair={crosshair} />
      )}
    </g>
  );
}
