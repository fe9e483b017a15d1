"use client";
import { useMemo } from "react";
import { datasetTitles } from "../../../contract/data/datasetConfig.ts";
import { metricInfo } from "../../../contract/metrics/metricInfo.ts";
import { Select } from "../../ui/Field.tsx";
import { type ProbeLayer, probeAccuracy } from "../model/metrics/evaluations.ts";
import { transferFacts } from "../model/metrics/panelFacts.ts";
import { evaluationScatter, transferSeries } from "../model/study/evaluationCurves.ts";
import { EvaluationPanel } from "./EvaluationPanel.tsx";
import { type EvaluationPanelsProps, waitingText } from "./evaluationPanels.ts";

const probeTexts: Record<ProbeLayer, string> = { last: "last layer", middle: "middle layer", best: "best layer" };

/** Accuracy of linear probes on another data set: over the layers, and of one layer against how far the networks have collapsed. */
export function TransferPanels({ rows, lines, asked, view, onView }: EvaluationPanelsProps) {
  const { against, probe } = view;
  const series = useMemo(() => transferSeries(rows, lines), [rows, lines]);
  const scatter = useMemo(
    () => evaluationScatter(rows, lines, against, (run) => probeAccuracy(run, probe)),
    [rows, lines, against, probe],
  );
  if (series.length === 0 && !asked) return null;
  const probed = rows.find((row) => row.evaluation?.transfer)?.evaluation?.transfer?.dataset.id;
  const title = probed && datasetTitles[probed];
  const info = metricInfo[against];
  return (
    <>
      <EvaluationPanel
        panelId="transfer"
        definition="transfer"
        title="Transfer accuracy over the layers"
        hint={title ? `linear probes on ${title}, test set` : undefined}
        facts={transferFacts(title)}
        series={series}
        x={{ label: "layer l/L", kind: "linear", range: [0, 1.02] }}
        crosshairAxis="layer"
        notices={["arithmetic mean with 95 % band over the runs of a line"]}
        empty={waitingText}
      />
      <EvaluationPanel
        panelId="transfer-scatter"
        definition="transfer"
        title={`Transfer accuracy against ${info.label}`}
        measures={[`train/${against}`]}
        facts={transferFacts(title, probe)}
        scatter={scatter}
        x={{ label: `${info.label} (train)`, kind: info.log ? "log10" : "linear" }}
        crosshairAxis={`against ${against}`}
        empty={waitingText}
        controls={
          <Select
            aria-label="Layer of the probe"
            className="!h-7 !w-auto text-xs"
            options={(["last", "middle", "best"] as const).map((value) => ({ value, label: probeTexts[value] }))}
            value={probe}
            onChange={(value) => onView({ probe: value })}
          />
        }
      />
    </>
  );
}
