"use client";
import { useMemo } from "react";
import { datasetTitles } from "../../../contract/data/datasetConfig.ts";
import { detectionScoreInfo, detectionScores, knownSplits } from "../../../contract/metrics/detectionScores.ts";
import { isOtherMetric, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { Select } from "../../ui/Field.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { detectionFacts, detectionOf, knownTexts } from "../model/metrics/detections.ts";
import { evaluationScatter } from "../model/study/evaluationCurves.ts";
import { DetectionTable } from "./DetectionTable.tsx";
import { EvaluationPanel } from "./EvaluationPanel.tsx";
import { type EvaluationPanelsProps, waitingText } from "./evaluationPanels.ts";

/** How well each score tells the second set from the one trained on, and one score's AUROC against collapse or depth, a dot a run. */
export function DetectionPanels({ rows, lines, asked, view, onView }: EvaluationPanelsProps) {
  const { against, score, known, overDepth } = view;
  const x = overDepth ? "depth" : against;
  const scatter = useMemo(
    () => evaluationScatter(rows, lines, x, (run) => detectionOf(run, score, known, "auroc"), "AUROC"),
    [rows, lines, x, score, known],
  );
  const found = rows.find(({ evaluation }) => evaluation?.outOfDistribution)?.evaluation?.outOfDistribution;
  if (!found && !asked) return null;
  const info = metricInfo[against];
  const xLabel = overDepth ? "depth L" : `${info.label} (${isOtherMetric(against) ? "second set" : "train"})`;
  const { label } = detectionScoreInfo[score];
  const knownChoice = (
    <Select
      aria-label="Samples that the second set is told from"
      className="!h-7 !w-auto text-xs"
      options={knownSplits.map((value) => ({ value, label: knownTexts[value] }))}
      value={known}
      onChange={(value) => onView({ known: value })}
    />
  );
  return (
    <>
      <Panel
        title="Out of distribution"
        hint={found ? `${knownTexts[known]} against ${namesOf(rows)}, AUROC and FPR95` : undefined}
        actions={knownChoice}
        padded={false}
        testId="detection"
      >
        {found ? (
          <DetectionTable rows={rows} lines={lines} known={known} />
        ) : (
          <p className="p-4 text-ink-faint text-sm">{waitingText}</p>
        )}
      </Panel>
      <EvaluationPanel
        panelId="detection-scatter"
        definition={`auroc.${score}`}
        title={`AUROC of ${label} against ${overDepth ? "depth" : info.label}`}
        measures={overDepth ? [] : [`${isOtherMetric(against) ? "other" : "train"}/${against}`]}
        facts={[...detectionFacts([score], ["auroc"]), ["second set", namesOf(rows)], ["told from", knownTexts[known]]]}
        scatter={scatter}
        x={{
          label: xLabel,
          kind: !overDepth && info.log ? "log10" : "linear",
          ...(overDepth && { tickValues: [...new Set(rows.map(({ config }) => config.depth))].sort((a, b) => a - b) }),
        }}
        y={{ label: "AUROC", kind: "linear" }}
        crosshairAxis={`against ${x}`}
        empty={waitingText}
        controls={
          <>
            <Select
              aria-label="Score"
              className="!h-7 !w-auto text-xs"
              options={detectionScores.map((value) => ({ value, label: detectionScoreInfo[value].label }))}
              value={score}
              onChange={(value) => onView({ score: value })}
            />
            <Select
              aria-label="What the AUROC is plotted against"
              className="!h-7 !w-auto max-w-40 text-xs"
              options={[
                { value: "metric", label: info.label },
                { value: "depth", label: "Depth" },
              ]}
              value={overDepth ? "depth" : "metric"}
              onChange={(value) => onView({ overDepth: value === "depth" ? true : null })}
            />
          </>
        }
      />
    </>
  );
}

/** "MNIST", or all of several. */
const namesOf = (rows: readonly RunRow[]): string =>
  [...new Set(rows.flatMap(({ evaluation }) => evaluation?.outOfDistribution?.dataset.id ?? []))]
    .map((id) => datasetTitles[id])
    .join(", ");
