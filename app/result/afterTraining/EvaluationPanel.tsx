"use client";
import type { ReactNode } from "react";
import type { CsvFacts } from "../../../contract/csv.ts";
import type { DetectionScore } from "../../../contract/metrics/detectionScores.ts";
import type { AxisOptions } from "../../charts/axes/axisOptions.ts";
import type { ChartSeries } from "../../charts/chartTypes.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import { correlationText, type Scatter } from "../model/study/evaluationCurves.ts";

interface EvaluationPanelProps {
  panelId: string;
  title: string;
  hint?: string;
  x: AxisOptions;
  crosshairAxis: string;
  /** Lines of means … */
  series?: readonly ChartSeries[];
  /** … or a dot a run, with the rank correlation. */
  scatter?: Scatter;
  controls?: ReactNode;
  notices?: readonly string[];
  /** What it shows, to whose definition its title links. */
  definition: "robust" | "transfer" | `auroc.${DetectionScore}`;
  /** Metrics that it is drawn against. */
  measures?: readonly string[];
  /** What the accuracy is of. */
  facts: CsvFacts;
  empty: string;
  /** Absent = an accuracy. */
  y?: AxisOptions;
}

const accuracyAxis: AxisOptions = { label: "accuracy", kind: "linear" };
const noSeries: readonly ChartSeries[] = [];

/** One chart of the accuracies after training. */
export function EvaluationPanel({
  series,
  scatter,
  notices = [],
  empty,
  facts,
  y = accuracyAxis,
  ...panel
}: EvaluationPanelProps) {
  const drawn = scatter?.series ?? series ?? noSeries;
  return (
    <ChartPanel
      {...panel}
      series={drawn}
      facts={scatter && scatter.count > 0 ? [...facts, ["correlation", correlationText(scatter)]] : facts}
      tabular={scatter?.table}
      y={y}
      height={280}
      formatX={(x) => `${panel.x.label} ${Number(x.toPrecision(3))}`}
      notices={drawn.length === 0 ? [] : notices}
      empty={drawn.length === 0 ? empty : undefined}
      footer={
        scatter && scatter.count > 0 ? (
          <p className="text-sm" data-testid={`${panel.panelId}-correlation`}>
            {correlationText(scatter)}
          </p>
        ) : null
      }
    />
  );
}
