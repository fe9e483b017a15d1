"use client";
import { datasetLabel, datasetTitles } from "../../../contract/data/datasetConfig.ts";
import {
  type DetectionScore,
  detectionRateInfo,
  detectionScoreInfo,
  detectionScores,
  knownSplits,
} from "../../../contract/metrics/detectionScores.ts";
import type { Detection } from "../../../contract/wire/runEvents.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { detectionOf, knownTexts } from "../../result/model/metrics/detections.ts";
import { formatCount } from "../../text/formatNumber.ts";
import { fixed } from "../../text/plusMinus.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Rows, Table, Td, Th } from "../../ui/Table.tsx";

/** How well each score tells the second set from a run's own, with the numbers that the scores were given. */
export function RunDetection({ row, detection }: { row: RunRow; detection: Detection }) {
  const { dataset, samples, parameters, missing } = detection;
  const title = row.config.other ? datasetLabel(row.config.other.dataset) : datasetTitles[dataset.id];
  const { rank, alpha, temperature, covarianceRank } = parameters;
  const inverted = covarianceRank === null ? "" : `, covariance of rank ${covarianceRank}`;
  return (
    <Panel
      title={`Out of distribution: ${title}`}
      hint={`${formatCount(samples)} samples of it`}
      padded={false}
      testId="run-detection"
    >
      <Table className="[&_td]:h-7 [&_th]:h-7">
        <thead>
          <tr>
            <Th>Score</Th>
            {knownSplits.flatMap((known) =>
              (["auroc", "fpr95"] as const).map((rate) => (
                <Th key={`${known}.${rate}`} numeric>
                  {detectionRateInfo[rate].label}, {knownTexts[known]}
                </Th>
              )),
            )}
          </tr>
        </thead>
        <Rows>
          {detectionScores.map((score) => (
            <tr key={score}>
              <Td>
                <abbr className="no-underline" title={detectionScoreInfo[score].formula}>
                  {detectionScoreInfo[score].label}
                </abbr>
              </Td>
              {knownSplits.flatMap((known) =>
                (["auroc", "fpr95"] as const).map((rate) => {
                  const value = detectionOf(row, score, known, rate);
                  return (
                    <Td key={`${known}.${rate}`} numeric>
                      {value === null ? "–" : fixed(value, 3)}
                    </Td>
                  );
                }),
              )}
            </tr>
          ))}
        </Rows>
      </Table>
      <div className="space-y-1 px-4 py-2 text-ink-faint text-xs">
        <p>
          NECO with r = {rank}, NCI with α = {alpha}, energy at T = {temperature}
          {inverted}. {detectionRateInfo.fpr95.label}: {detectionRateInfo.fpr95.formula}.
        </p>
        {Object.entries(missing).map(([what, reason]) => (
          <p key={what} className="text-warn">
            {detectionScoreInfo[what as DetectionScore]?.label ?? what}: {reason}
          </p>
        ))}
      </div>
    </Panel>
  );
}
