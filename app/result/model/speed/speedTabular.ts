import { type Metric, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import type { TextTable } from "../../../charts/export/figure.ts";
import { cellMean } from "../runs/cellMean.ts";
import { returnedText, type Speed, type SpeedLine, speedText } from "./convergenceSpeed.ts";

export const reachedText = (speed: Speed | null): string =>
  speed === null ? "–" : `${speed.curve.reached} / ${speed.curve.count}`;

/** One goal's part of the table of convergence speed. @param threshold "NC1 ≤ 0.1" */
export function speedTabular(lines: readonly SpeedLine[], goal: "metric" | "gap", metric: Metric, threshold: string): TextTable {
  const returned = lines.some((line) => (line[goal]?.returned.length ?? 0) > 0);
  return {
    columns: [
      "Line",
      `steps to ${threshold}: median [fastest–slowest]`,
      "reached / runs",
      ...(returned ? ["at or below before, not for good"] : []),
      `last ${metricInfo[metric].label}, mean ± sd`,
    ],
    rows: lines.map((line) => [
      line.label || "all runs",
      speedText(line[goal]),
      reachedText(line[goal]),
      ...(returned ? [returnedText(line[goal]) ?? "–"] : []),
      cellMean(line.runs, metric, "train", undefined)?.text ?? "–",
    ]),
  };
}
