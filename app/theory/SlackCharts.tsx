"use client";
import { useMemo } from "react";
import type { Optimum } from "../../math/optimum/optimum.ts";
import { slackTerm } from "../../math/optimum/slackObjective.ts";
import type { AxisOptions } from "../charts/axes/axisOptions.ts";
import type { ChartSeries, ReferenceMark } from "../charts/chartTypes.ts";
import type { LineStyle } from "../charts/lineStyle.ts";
import { ChartPanel } from "../charts/panel/ChartPanel.tsx";
import { readable } from "../text/shortNumber.ts";
import { classes } from "../ui/classes.ts";
import type { SlackCurve } from "./slackCurve.ts";
import type { TheoryInputs } from "./theoryInputs.ts";

const style = (colour: string, dash: string, marker: LineStyle["marker"]): LineStyle => ({ colour, dash, marker });
const styles = {
  loss: style("var(--ink)", "", "circle"),
  ridge: style("var(--arch-rn2)", "8 3", "diamond"),
  fit: style("var(--accent)", "5 3", "square"),
  slack: style("var(--ink-faint)", "2 3", "triangle"),
  here: style("var(--accent)", "", "circle"),
};
const formatRho = (x: number) => `ρ = ${Number(x.toPrecision(3))}`;

interface SlackChartsProps {
  inputs: TheoryInputs;
  optimum: Optimum | null;
  curve: SlackCurve;
  searching: boolean;
}

/** How the optimum goes from the plain ridge to the hard frame: L*, its parts, and the distance of W from the frame, over ρ. */
export function SlackCharts({ inputs: { rho, frame }, optimum, curve, searching }: SlackChartsProps) {
  const { rhos, limits, varies, range } = curve;
  const chosen = optimum !== null && rho > 0 ? optimum : null;
  const xAxis = useMemo((): AxisOptions => {
    const ends: [number, number] = [Math.min(range[0], rho > 0 ? rho : range[0]), Math.max(range[1], rho)];
    return { label: "ρ", kind: "log10", range: ends };
  }, [range, rho]);
  const losses = useMemo((): ChartSeries[] => {
    const lines: ChartSeries[] = [{ id: "loss", label: "L*", style: styles.loss, xs: rhos, ys: curve.losses, draw: "line" }];
    if (chosen) lines.push({ id: "here", label: "chosen ρ", style: styles.here, xs: [rho], ys: [chosen.loss], draw: "dots" });
    return lines;
  }, [curve, rhos, chosen, rho]);
  const parts = useMemo((): ChartSeries[] => {
    const line = (id: keyof typeof styles, ys: readonly (number | null)[]): ChartSeries => ({
      ...{ id, label: id, style: styles[id], xs: rhos, ys, draw: "line" },
    });
    const lines = [line("ridge", curve.ridges), line("fit", curve.fits)];
    return varies ? [...lines, line("slack", curve.slacks)] : lines;
  }, [curve, rhos, varies]);
  const ends = useMemo((): ReferenceMark[] => {
    const { plain, hard } = limits;
    if (!varies) return [{ y: plain.loss, label: `ρ → 0 and ρ → ∞: ${readable(plain.loss, 4)}` }];
    const from: ReferenceMark = { y: plain.loss, label: `ρ → 0, plain ridge: ${readable(plain.loss, 4)}` };
    return hard === null
      ? [from]
      : [from, { y: hard.loss, label: `ρ → ∞, hard frame: ${readable(hard.loss, 4)}`, labelAt: "left" }];
  }, [limits, varies]);
  const distance = useMemo((): ChartSeries[] => {
    const lines: ChartSeries[] = [
      { id: "distance", label: "‖S‖/‖WWᵀ‖", style: styles.loss, xs: rhos, ys: curve.distances, draw: "line" },
    ];
    if (chosen) {
      const { relative } = slackTerm(chosen.weights, { rho, frame });
      lines.push({ id: "here", label: "chosen ρ", style: styles.here, xs: [rho], ys: [relative], draw: "dots" });
    }
    return lines;
  }, [curve, rhos, chosen, rho, frame]);
  const shape = frame === "simplex" ? "simplex" : "orthogonal frame";

  return (
    <div className={classes("grid gap-4", varies ? "xl:grid-cols-3" : "xl:grid-cols-2")}>
      <ChartPanel
        panelId="slack"
        headingLevel={2}
        title="L* over ρ"
        hint={searching ? "searching for the rest of the curve…" : `slack towards the ${shape}`}
        series={losses}
        x={xAxis}
        y={{ label: "L*", kind: "linear" }}
        references={ends}
        height={260}
        crosshairAxis="ρ"
        formatX={formatRho}
        notices={[
          varies ? null : `the optimum already lies on the ${shape}: slack towards it costs nothing`,
          varies && limits.hard === null ? "the hard frame's value was not found" : null,
        ]}
      />
      <ChartPanel
        panelId="slack-parts"
        headingLevel={2}
        title="Parts of L* over ρ"
        series={parts}
        x={xAxis}
        y={{ label: "part of L*", kind: "linear" }}
        height={260}
        crosshairAxis="ρ"
        formatX={formatRho}
      />
      {varies && (
        <ChartPanel
          panelId="slack-distance"
          headingLevel={2}
          title="Distance of W from the frame"
          hint="NC2"
          series={distance}
          x={xAxis}
          y={{ label: "‖S‖/‖WWᵀ‖", kind: "log10" }}
          references={[{ y: limits.plainDistance, label: `ρ → 0: ${readable(limits.plainDistance)}`, labelAt: "left" }]}
          height={260}
          crosshairAxis="ρ"
          formatX={formatRho}
        />
      )}
    </div>
  );
}
