"use client";
import { useMemo } from "react";
import { readable } from "../charts/axisTicks.ts";
import { ChartPanel } from "../charts/ChartPanel.tsx";
import type { AxisOptions, ChartSeries, ReferenceMark } from "../charts/chartTypes.ts";
import type { LineStyle } from "../charts/lineStyle.ts";
import type { BlockCosines } from "./minorityCollapse.ts";
import { studyAxes } from "./studyAxes.ts";

export interface MinorityPoint {
  imbalance: number;
  means: BlockCosines;
  head: BlockCosines;
}

const yAxis: AxisOptions = { label: "mean cosine", kind: "linear" };
const style = (color: string, marker: LineStyle["marker"], dash: string): LineStyle => ({ color, marker, dash });
const lines = [
  { of: "head", block: "minority", label: "classifier rows, smaller half", style: style("var(--arch-rn2)", "square", "") },
  { of: "means", block: "minority", label: "class means, smaller half", style: style("var(--arch-rn1)", "circle", "") },
  { of: "head", block: "majority", label: "classifier rows, larger half", style: style("var(--arch-rn2)", "diamond", "4 3") },
  { of: "means", block: "majority", label: "class means, larger half", style: style("var(--arch-rn1)", "triangle", "4 3") },
] as const;

/** Mean cosine within the smaller and the larger half of the classes against imbalance: minority collapse rises towards 1. */
export function MinorityChart({ points, classes }: { points: readonly MinorityPoint[]; classes: number | null }) {
  const series = useMemo(
    () =>
      lines.map(
        (line): ChartSeries => ({
          id: `${line.of}-${line.block}`,
          label: line.label,
          style: line.style,
          xs: points.map((point) => point.imbalance),
          ys: points.map((point) => point[line.of][line.block]),
          draw: "line-and-dots",
        }),
      ),
    [points],
  );
  const xAxis = useMemo(
    (): AxisOptions => ({
      label: studyAxes.imbalance.label,
      kind: "log10",
      tickValues: points.map((point) => point.imbalance),
    }),
    [points],
  );
  const references = useMemo(
    (): ReferenceMark[] =>
      classes === null ? [] : [{ y: -1 / (classes - 1), label: `balanced simplex −${readable(1 / (classes - 1), 2)}` }],
    [classes],
  );
  return (
    <ChartPanel
      panelId="minority"
      title="Minority collapse"
      headingLevel={2}
      hint="mean cosine between different classes"
      series={points.length === 0 ? [] : series}
      x={xAxis}
      y={yAxis}
      references={references}
      height={300}
      crosshairAxis="imbalance"
      formatX={(x) => `ratio ${readable(x)}`}
      notices={["one run a level, the runs shown beside; 1 = the classes have merged"]}
      empty={points.length === 0 ? "Each level of imbalance becomes a point here." : undefined}
    />
  );
}
