"use client";
import { type CsvFacts, csvHead, csvLine } from "../../../contract/csv.ts";
import { type Metric, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import { useExportHead } from "../../charts/export/ExportFacts.ts";
import { saveFile } from "../../charts/export/exportPicture.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Table, Td, Th } from "../../ui/Table.tsx";
import { meanAndDeviation } from "../model/runs/tableGroups.ts";
import { returnedText, type SpeedLine, speedText } from "../model/speed/convergenceSpeed.ts";
import { reachedText } from "../model/speed/speedTabular.ts";
import { MeanCell } from "../parts/MeanCell.tsx";

interface SpeedTableProps {
  lines: readonly SpeedLine[];
  metric: Metric;
  tau: number;
  gap: number;
}

/** Steps to both goals and final values of each line. */
export function SpeedTable({ lines, metric, tau, gap }: SpeedTableProps) {
  const exportHead = useExportHead();
  if (lines.length === 0) return null;
  const { label } = metricInfo[metric];
  const returned = (goal: "metric" | "gap") => lines.some((line) => (line[goal]?.returned.length ?? 0) > 0);
  return (
    <div className="mt-4">
      <Panel
        title="Steps to the goals, and last values"
        hint="median steps [fastest–slowest run that reaches it for good]; reached / runs; last values arithmetic mean ± standard deviation"
        testId="speed-table"
        padded={false}
        actions={
          <Button
            small
            look="quiet"
            icon="download"
            onClick={() =>
              saveFile("convergence-speed.csv", speedCsv(lines, metric, tau, gap, exportHead("convergence speed")), "text/csv")
            }
          >
            CSV
          </Button>
        }
      >
        <Table aria-label="Convergence speed" className="whitespace-nowrap text-xs [&_td]:px-3 [&_th]:px-3">
          <thead>
            <tr>
              <Th>Line</Th>
              <Th numeric>
                Steps to {label} ≤ {shortNumber(tau)}
              </Th>
              <Th numeric>Reached</Th>
              {returned("metric") && <Th numeric>At or below before, not for good</Th>}
              <Th numeric>Steps to gap ≤ {shortNumber(gap)}</Th>
              <Th numeric>Reached</Th>
              {returned("gap") && <Th numeric>At or below before, not for good</Th>}
              <Th numeric>Last {label}</Th>
              <Th numeric>Last gap</Th>
              <Th numeric>Acc. train</Th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.key}>
                <Td className="font-medium">{line.label || "all runs"}</Td>
                <Td numeric>{speedText(line.metric)}</Td>
                <Td numeric>{reachedText(line.metric)}</Td>
                {returned("metric") && <Td numeric>{returnedText(line.metric) ?? "–"}</Td>}
                <Td numeric>{speedText(line.gap)}</Td>
                <Td numeric>{reachedText(line.gap)}</Td>
                {returned("gap") && <Td numeric>{returnedText(line.gap) ?? "–"}</Td>}
                {([metric, "gap.total", "accuracy"] as const).map((one) => (
                  <Td key={one} numeric>
                    <MeanCell members={line.runs} metric={one} split="train" rule={undefined} />
                  </Td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </Panel>
    </div>
  );
}

/** The table as CSV, one row per line and goal, with the final values of the line's finished runs. */
export function speedCsv(lines: readonly SpeedLine[], metric: Metric, tau: number, gap: number, facts: CsvFacts = []): string {
  const head = [
    "line",
    "goal",
    "threshold",
    "median steps",
    "fastest",
    "slowest",
    "reached",
    "runs",
    "still going",
    "diverged, failed or cancelled",
    "there before but not for good",
    "earliest first crossing of those",
    "last mean (arithmetic)",
    "last deviation",
  ];
  const out = [...csvHead(facts), csvLine(head)];
  for (const line of lines)
    for (const goal of ["metric", "gap"] as const) {
      const speed = line[goal];
      if (speed === null) continue;
      const name = goal === "metric" ? metric : "gap.total";
      const finished = line.runs.filter((run) => run.status === "finished");
      const last = meanAndDeviation(finished, name, "train");
      const { median, reached, count } = speed.curve;
      const beside = [speed.open.length, speed.ended.length, speed.returned.length, speed.returned[0] ?? null];
      const numbers = [goal === "metric" ? tau : gap, median, speed.fastest, speed.slowest, reached, count, ...beside];
      const cells = [line.label, name, ...numbers, last?.mean ?? null, last?.deviation ?? null];
      out.push(csvLine(cells));
    }
  return `${out.join("\r\n")}\r\n`;
}
