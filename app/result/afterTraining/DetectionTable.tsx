"use client";
import { useMemo } from "react";
import {
  type DetectionRate,
  type DetectionScore,
  detectionScoreInfo,
  detectionScores,
  type KnownSplit,
} from "../../../contract/metrics/detectionScores.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { type Band, meanBand } from "../../../math/statistics/seedBand.ts";
import { fixed } from "../../text/plusMinus.ts";
import { Rows, Table, Td, Th } from "../../ui/Table.tsx";
import { type GridAxisId, groupCells } from "../model/grid/gridAxes.ts";
import { detectionOf } from "../model/metrics/detections.ts";

/** Every score's AUROC, and below it its FPR95, as mean ± standard deviation over the runs of each line; the best AUROC of a line is bold. */
export function DetectionTable({
  rows,
  lines,
  known,
}: {
  rows: readonly RunRow[];
  lines: readonly GridAxisId[];
  known: KnownSplit;
}) {
  const cells = useMemo(
    () =>
      groupCells(rows, lines)
        .map(({ key, label, members }) => ({ key, label, bands: bandsOf(members, known) }))
        .filter(({ bands }) => bands.some(({ auroc }) => auroc !== null)),
    [rows, lines, known],
  );
  return (
    <div className="max-h-96 overflow-y-auto">
      <Table data-testid="detection-table" className="[&_td]:px-2! [&_td]:text-xs [&_th]:px-2!">
        <thead>
          <tr>
            <Th>Line</Th>
            {detectionScores.map((score) => (
              <Th key={score} numeric>
                {detectionScoreInfo[score].label}
              </Th>
            ))}
          </tr>
        </thead>
        <Rows>
          {cells.map(({ key, label, bands }) => {
            const most = Math.max(...bands.map(({ auroc }) => auroc?.mean ?? 0));
            return (
              <tr key={key}>
                <Td className="whitespace-nowrap">{label || "all runs"}</Td>
                {bands.map(({ score, auroc, fpr95 }) => (
                  <Td key={score} numeric className={auroc?.mean === most ? "py-1 font-semibold" : "py-1"}>
                    <span className="block whitespace-nowrap">{rateText(auroc)}</span>
                    <span className="block whitespace-nowrap font-normal text-ink-faint text-xs">{rateText(fpr95)}</span>
                  </Td>
                ))}
              </tr>
            );
          })}
        </Rows>
      </Table>
    </div>
  );
}

interface ScoreBands {
  score: DetectionScore;
  auroc: Band | null;
  fpr95: Band | null;
}

const bandsOf = (members: readonly RunRow[], known: KnownSplit): ScoreBands[] =>
  detectionScores.map((score) => {
    const band = (rate: DetectionRate) => meanBand(members.flatMap((run) => detectionOf(run, score, known, rate) ?? []));
    return { score, auroc: band("auroc"), fpr95: band("fpr95") };
  });

const rateText = (band: Band | null): string => {
  if (band === null) return "–";
  return band.standardDeviation === null ? fixed(band.mean, 3) : `${fixed(band.mean, 3)} ± ${fixed(band.standardDeviation, 3)}`;
};
