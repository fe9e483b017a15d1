"use client";
import { usePlotArea, useXAxisInverseScale, useXAxisScale, useYAxisScale } from "recharts";

/** Where a chart's plot is on the screen. */
export interface PlotScales {
  /** Pixels. */
  area: { x: number; y: number; width: number; height: number };
  /** Pixels of plot coordinates; NaN for what cannot be drawn. */
  x: (at: number) => number;
  y: (at: number) => number;
  /** Plot coordinate of a pixel. */
  invertX: (pixel: number) => number;
}

/** The scales of the chart around; null until it is laid out. */
export function usePlotScales(): PlotScales | null {
  const area = usePlotArea();
  const x = useXAxisScale();
  const y = useYAxisScale();
  const invertX = useXAxisInverseScale();
  if (!area || !x || !y || !invertX) return null;
  return {
    area,
    x: (at) => x(at) ?? Number.NaN,
    y: (at) => y(at) ?? Number.NaN,
    invertX: (pixel) => Number(invertX(pixel)),
  };
}
