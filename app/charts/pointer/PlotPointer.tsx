"use client";
import { type PointerEvent, useRef, useState } from "react";
import { type AxisKind, fromPlot } from "../axes/plotCoordinates.ts";
import type { ChartSeries } from "../chartTypes.ts";
import type { DrawnSeries } from "../layout/splitGaps.ts";
import { Crosshair } from "./Crosshair.tsx";
import { useCrosshairStore } from "./crosshair.ts";
import { nearestDrawn, nearestIndex } from "./nearestPoint.ts";
import { type PlotScales, usePlotScales } from "./plotScales.ts";

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

/** Pixels that a pointer may be off a point that it clicks. */
const pickReach = 18;
/** Pixels from which on a movement is shown as a range, and those from which on it zooms. */
const shownDrag = 4;
const leastDrag = 8;

/** Takes the pointer over the plot: shared crosshair with values, drag to zoom, double click to reset, click to pick a point. */
export function PlotPointer({ categorical = false, ...props }: PlotPointerProps) {
  const scales = usePlotScales();
  if (scales === null) return null;
  return (
    <g>
      <Crosshair {...props} categorical={categorical} scales={scales} />
      <PointerPlane {...props} categorical={categorical} scales={scales} />
    </g>
  );
}

/** An invisible plane over the plot that the pointer meets, and the range that is being dragged. */
function PointerPlane(props: PlotPointerProps & { scales: PlotScales }) {
  const { series, drawn, xKind, onZoom, onPick } = props;
  const { area, x, y, invertX } = props.scales;
  const store = useCrosshairStore();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const dragFrom = useRef<number | null>(null);

  const place = (event: PointerEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: area.x + ((event.clientX - box.left) / box.width) * area.width,
      y: area.y + ((event.clientY - box.top) / box.height) * area.height,
    };
  };
  const measured = (pixel: number) => fromPlot(invertX(pixel), xKind);
  const skip = (index: number) => Boolean(series[index]?.hidden);
  const distanceTo = (point: { x: number }, pixel: number) => Math.abs((x(point.x) || 0) - pixel);

  const onMove = (event: PointerEvent<SVGRectElement>) => {
    const pixel = place(event);
    if (dragFrom.current !== null && Math.abs(pixel.x - dragFrom.current) > shownDrag && onZoom)
      setDrag({ from: dragFrom.current, to: pixel.x });
    const nearest = drawn
      .filter((_, index) => !skip(index))
      .map(({ points }) => points[nearestIndex(points, invertX(pixel.x))])
      .filter((point) => point !== undefined)
      .sort((a, b) => distanceTo(a, pixel.x) - distanceTo(b, pixel.x))[0];
    const at = nearest?.rawX ?? measured(pixel.x);
    store.move({ x: props.categorical ? Math.round(at) : at, axis: props.axis, panel: props.panelId });
  };
  const onUp = (event: PointerEvent<SVGRectElement>) => {
    const pixel = place(event);
    const from = dragFrom.current;
    dragFrom.current = null;
    setDrag(null);
    if (from !== null && Math.abs(pixel.x - from) > leastDrag && onZoom) {
      const [low, high] = from < pixel.x ? [from, pixel.x] : [pixel.x, from];
      onZoom(measured(Math.max(low, area.x)), measured(Math.min(high, area.x + area.width)));
      return;
    }
    if (!onPick) return;
    const target = nearestDrawn(drawn, pixel, (point) => ({ x: x(point.x), y: y(point.y) }), pickReach, skip);
    const one = target && series[target.series];
    if (one && target) onPick(one.id, target.index);
  };

  return (
    <>
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
        {...area}
        fill="transparent"
        style={{ cursor: onZoom ? "crosshair" : "default", touchAction: "pan-y" }}
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
    </>
  );
}
