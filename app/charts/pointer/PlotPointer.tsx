"use client";
import { type PointerEvent, useRef, useState } from "react";
import { usePlotArea, useXAxisInverseScale, useXAxisScale, useYAxisScale } from "recharts";
import { readable } from "../../text/shortNumber.ts";
import { type AxisKind, fromPlot, toPlot } from "../axes/plotCoordinates.ts";
import type { ChartSeries } from "../chartTypes.ts";
import { heldPixel } from "../layout/chartGeometry.ts";
import type { DrawnSeries } from "../layout/splitGaps.ts";
import { useCrosshair, useCrosshairStore } from "./crosshair.ts";
import { nearestDrawn, nearestIndex } from "./nearestPoint.ts";

interface PlotPointerProps {
  panelId: string;
  axis: string;
  xKind: AxisKind;
  /** The places 0, 1, 2, … are categories: points beside a place belong to it. */
  categorical?: boolean;
  series: readonly ChartSeries[];
  drawn: readonly DrawnSeries[];
  formatX?: (x: number) => string;
  onZoom?: (from: number, to: number) => void;
  onZoomOut?: () => void;
  onPick?: (seriesId: string, pointIndex: number) => void;
}

const rowHeight = 15;
const maxRows = 10;
const nameOf = (series: ChartSeries) => series.shortLabel ?? series.label;

/** Takes the pointer over the plot: shared crosshair with values, drag to zoom, double click to reset, click to pick a point. */
export function PlotPointer(props: PlotPointerProps) {
  const { series, drawn, xKind, categorical = false } = props;
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  const inverse = useXAxisInverseScale();
  const store = useCrosshairStore();
  const at = useCrosshair(props.axis);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const dragFrom = useRef<number | null>(null);
  if (!area || !xScale || !yScale || !inverse) return null;

  const place = (event: PointerEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: area.x + ((event.clientX - box.left) / box.width) * area.width,
      y: area.y + ((event.clientY - box.top) / box.height) * area.height,
    };
  };
  const measured = (pixel: number) => fromPlot(Number(inverse(pixel)), xKind);
  const skip = (index: number) => Boolean(series[index]?.hidden);
  const picked = (pixel: { x: number; y: number }, reach: number) =>
    nearestDrawn(drawn, pixel, (point) => ({ x: xScale(point.x) ?? Number.NaN, y: yScale(point.y) ?? Number.NaN }), reach, skip);

  const onMove = (event: PointerEvent<SVGRectElement>) => {
    const pixel = place(event);
    if (dragFrom.current !== null && Math.abs(pixel.x - dragFrom.current) > 4 && props.onZoom)
      setDrag({ from: dragFrom.current, to: pixel.x });
    const nearest = drawn
      .filter((_, index) => !skip(index))
      .map(({ points }) => points[nearestIndex(points, Number(inverse(pixel.x)))])
      .filter((point) => point !== undefined)
      .sort((a, b) => Math.abs((xScale(a.x) ?? 0) - pixel.x) - Math.abs((xScale(b.x) ?? 0) - pixel.x))[0];
    const x = nearest?.rawX ?? measured(pixel.x);
    store.move({ x: categorical ? Math.round(x) : x, axis: props.axis, panel: props.panelId });
  };
  const onUp = (event: PointerEvent<SVGRectElement>) => {
    const pixel = place(event);
    const from = dragFrom.current;
    dragFrom.current = null;
    setDrag(null);
    if (from !== null && Math.abs(pixel.x - from) > 8 && props.onZoom) {
      const [low, high] = from < pixel.x ? [from, pixel.x] : [pixel.x, from];
      props.onZoom(measured(Math.max(low, area.x)), measured(Math.min(high, area.x + area.width)));
      return;
    }
    const target = props.onPick ? picked(pixel, 18) : null;
    const one = target && series[target.series];
    if (one && target) props.onPick?.(one.id, target.index);
  };

  const crosshairAt = at === null ? null : toPlot(at.x, xKind);
  const crosshair = crosshairAt === null ? null : xScale(crosshairAt);
  const reach = categorical ? Math.abs((xScale(0.5) ?? 0) - (xScale(0) ?? 0)) : 12;
  const isHere = at?.panel === props.panelId;
  const rows =
    crosshair === null || crosshair === undefined || crosshairAt === null
      ? []
      : series.flatMap((one, index) => {
          if (one.hidden || one.minor) return [];
          const points = drawn[index]?.points ?? [];
          const nearest = nearestIndex(points, crosshairAt);
          const point = points[nearest];
          if (point === undefined || Math.abs((xScale(point.x) ?? 0) - crosshair) > reach) return [];
          return [{ one, point, note: one.notes?.[nearest] }];
        });
  const visible =
    crosshair !== null && crosshair !== undefined && crosshair >= area.x - 1 && crosshair <= area.x + area.width + 1;
  const wide = Math.min(area.width, 60 + 6 * Math.max(10, ...rows.map(({ one, note }) => `${nameOf(one)}${note ?? ""}`.length)));
  const left = visible && crosshair > area.x + area.width / 2 ? area.x + 4 : area.x + area.width - wide - 4;
  const textRows = rows.slice(0, maxRows);
  const box = { x: left, y: area.y + 4, height: (textRows.length + 1 + (rows.length > maxRows ? 1 : 0)) * rowHeight + 8 };

  return (
    <g>
      {visible && (
        <g style={{ pointerEvents: "none" }}>
          <line x1={crosshair} x2={crosshair} y1={area.y} y2={area.y + area.height} stroke="var(--line-strong)" strokeWidth={1} />
          {rows.map(({ one, point }) =>
            point.y === null ? null : (
              <circle
                key={one.id}
                cx={heldPixel(xScale(point.x))}
                cy={heldPixel(yScale(point.y))}
                r={3}
                fill={one.style.colour}
                stroke="var(--surface)"
                strokeWidth={1}
              />
            ),
          )}
          {isHere && rows.length > 0 && (
            <g fontSize={11} data-testid="crosshair-values">
              <rect
                x={box.x}
                y={box.y}
                width={wide}
                height={box.height}
                rx={4}
                fill="var(--raised)"
                stroke="var(--line)"
                opacity={0.96}
              />
              <text x={box.x + 8} y={box.y + rowHeight} fill="var(--ink)" fontWeight={600}>
                {props.formatX ? props.formatX(at?.x ?? 0) : readable(at?.x)}
              </text>
              {textRows.map(({ one, point, note }, index) => (
                <g key={one.id} transform={`translate(${box.x + 8},${box.y + rowHeight * (index + 2)})`}>
                  <rect x={0} y={-8} width={8} height={8} rx={2} fill={one.style.colour} />
                  <text x={14} fill="var(--ink-soft)">
                    {note ? `${nameOf(one)} · ${note}` : nameOf(one)}
                  </text>
                  <text x={wide - 16} textAnchor="end" fill="var(--ink)">
                    {readable(point.rawY)}
                  </text>
                </g>
              ))}
              {rows.length > maxRows && (
                <text x={box.x + 8} y={box.y + rowHeight * (maxRows + 2)} fill="var(--ink-faint)">
                  and {rows.length - maxRows} more: see the table
                </text>
              )}
            </g>
          )}
        </g>
      )}
      {drag && (
        <rect
          x={Math.max(area.x, Math.min(drag.from, drag.to))}
          y={area.y}
          width={Math.abs(drag.to - drag.from)}
          height={area.height}
          fill="var(--accent)"
          fillOpacity={0.12}
          stroke="var(--accent)"
          style={{ pointerEvents: "none" }}
        />
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: pointer help only; the table and the menu offer the same by keyboard */}
      <rect
        x={area.x}
        y={area.y}
        width={area.width}
        height={area.height}
        fill="transparent"
        style={{ cursor: props.onZoom ? "crosshair" : "default", touchAction: "pan-y" }}
        data-plot={props.panelId}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          dragFrom.current = place(event).x;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={() => {
          dragFrom.current = null;
          setDrag(null);
        }}
        onPointerLeave={() => {
          if (dragFrom.current === null) store.move(null);
        }}
        onDoubleClick={() => props.onZoomOut?.()}
      />
    </g>
  );
}
