import type { ChartSeries } from "../../../../../app/charts/chartTypes.ts";
import { runStyle } from "../../../../../app/charts/lineStyle.ts";
import { ChartPanel } from "../../../../../app/charts/panel/ChartPanel.tsx";
import { SeriesPanel } from "../../../../../app/charts/panel/SeriesPanel.tsx";
import { CrosshairContext, CrosshairStore } from "../../../../../app/charts/pointer/crosshair.ts";
import { XYChart } from "../../../../../app/charts/XYChart.tsx";
import { aConfig } from "../../builders.ts";
import type { Scene } from "./drawScene.ts";

const depths = [2, 3, 5, 8, 13, 21, 34];
const steps = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const style = (depth: number) => runStyle(aConfig({ depth }));
const fall = (depth: number) => steps.map((step) => (1 + 0.1 * depth) / (1 + step / depth));
const line = (depth: number, ys: readonly (number | null)[] = fall(depth)): ChartSeries => ({
  ...{ id: `L${depth}`, label: `RN1, L = ${depth}`, endLabel: String(depth), style: style(depth), xs: steps, ys, draw: "line" },
});
const common = { panelId: "scene", description: "a scene", crosshairAxis: "step" };
const overSteps = { label: "step", kind: "linear" } as const;
const pointedAt = new CrosshairStore();
pointedAt.move({ x: 200, axis: "step", panel: "scene" });
const epochs = steps.map((step) => step * 4);

/** What charts of any page have in common. */
export const plainScenes: Record<string, Scene> = {
  "log-axis-with-gaps": {
    element: (
      <XYChart
        {...common}
        x={overSteps}
        y={{ label: "NC1", kind: "log10" }}
        floor={{ y: 1e-9, label: "numerical noise" }}
        series={[line(5, [1, 0.5, 0, 0.1, null, 1e-3, -1, 1e-13, 1e-7, 1e-8, 1e-9])]}
      />
    ),
  },
  "linear-axis-with-band": {
    element: (
      <XYChart
        {...common}
        x={overSteps}
        y={{ label: "loss", kind: "linear" }}
        series={[
          {
            ...line(8),
            band: {
              low: fall(8).map((y, at) => (at === 4 ? null : 0.8 * y)),
              high: fall(8).map((y, at) => (at === 4 ? null : 1.2 * y)),
            },
          },
        ]}
      />
    ),
  },
  "category-axis": {
    element: (
      <XYChart
        {...common}
        x={{ label: "regularizer", kind: "linear", categories: ["none", "AdamW, λ = 0.01", "weights, λ = 0.005, per layer"] }}
        y={{ label: "NC1", kind: "log10" }}
        series={[
          {
            ...{ id: "rn1", label: "RN1", style: style(5), xs: [0, 1, 2], ys: [0.4, 0.02, 0.003], draw: "dots", bars: true },
            band: { low: [0.3, 0.01, 0.002], high: [0.5, 0.04, 0.004] },
            hollow: [false, true, false],
          },
        ]}
        references={[{ y: 0, label: "optimum", pieces: [{ from: 1.6, to: 2.4, y: 0.001 }] }]}
      />
    ),
  },
  "many-categories": {
    element: (
      <XYChart
        {...common}
        x={{ label: "data set", kind: "linear", categories: depths.map((depth) => `a data set with a long name ${depth}`) }}
        y={{ label: "accuracy", kind: "linear" }}
        series={[{ id: "rn1", label: "RN1", style: style(5), xs: depths.map((_, at) => at), ys: depths, draw: "dots" }]}
      />
    ),
  },
  "end-labels": {
    element: (
      <XYChart {...common} x={overSteps} y={{ label: "NC1", kind: "log10" }} series={[line(5), line(5.1, fall(5)), line(21)]} />
    ),
  },
  "many-depths": {
    element: (
      <XYChart
        {...common}
        x={{ label: "step", kind: "log10" }}
        y={{ label: "NC1", kind: "log10" }}
        series={depths.map((depth) => line(depth))}
      />
    ),
  },
  "crosshair-with-values": {
    element: (
      <CrosshairContext value={pointedAt}>
        <XYChart
          {...common}
          x={overSteps}
          y={{ label: "NC1", kind: "log10" }}
          series={[...depths, ...depths].map((depth, at) => ({
            ...line(depth),
            id: `line ${at}`,
            notes: steps.map(() => "a note"),
          }))}
          formatX={(x) => `step ${x}`}
        />
      </CrosshairContext>
    ),
  },
  "sector-of-slopes-and-drop": {
    element: (
      <XYChart
        {...common}
        x={{ label: "depth L", kind: "log2", tickValues: depths }}
        y={{ label: "gap to L*", kind: "log10" }}
        series={[{ ...line(8), xs: depths, ys: depths.map((depth) => depth ** -0.4), draw: "line-and-dots" }]}
        wedges={[{ x: 8, y: 0.4, slopes: [-0.5, -0.25], from: 2, to: 34, label: "theory" }]}
        drops={[{ id: "drop", x: 13, y: 0.36, label: "13", colour: "var(--ink)" }]}
        references={[{ y: 0.36, label: "τ = 0.36" }]}
      />
    ),
  },
  "legend-with-hidden-line": {
    element: (
      <ChartPanel
        {...common}
        title="NC1"
        x={overSteps}
        y={{ label: "NC1", kind: "log10" }}
        series={[line(3), line(8), { ...line(8), id: "L8/runs", minor: true, draw: "dots" }, line(21)]}
        total={100}
        notices={["of the last layer"]}
      />
    ),
    clicked: ["RN1, L = 8"],
  },
  "smoothed-training-in-a-window": {
    element: (
      <SeriesPanel
        panelId="loss"
        title="loss"
        metric="loss"
        x="epoch"
        logY
        smoothing={0.5}
        window={{ from: 4, to: 2000 }}
        references={[{ y: 0.02, label: "L* = 0.02" }]}
        lines={[5, 13].map((depth) => ({
          ...{ id: `L${depth}`, label: `L = ${depth}`, style: style(depth), steps: epochs, values: fall(depth), total: 4001 },
          stepsPerEpoch: 4,
        }))}
      />
    ),
  },
};
