"use client";
import { memo, useMemo } from "react";
import { datasetTitles } from "../../../contract/data/datasetConfig.ts";
import { studyMetricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { ExperimentDetail, RunRow } from "../../../contract/wire/views.ts";
import { countOf } from "../../text/formatNumber.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { Select } from "../../ui/Field.tsx";
import { type GridAxisId, varyingAxes } from "../model/grid/gridAxes.ts";
import {
  attackCurve,
  attackLabels,
  normLabels,
  type ProbeLayer,
  probeAccuracy,
  triedAttacks,
  triedEpsilons,
} from "../model/metrics/evaluations.ts";
import { offeredMetrics } from "../model/metrics/studyMetrics.ts";
import { convergedRuns, leftOutText, ruleInEffect } from "../model/runs/convergenceRule.ts";
import { evaluationScatter, robustnessSeries, transferSeries } from "../model/study/evaluationCurves.ts";
import { LinesChoice } from "../parts/LinesChoice.tsx";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { EvaluationPanel } from "./EvaluationPanel.tsx";

interface AfterTrainingSectionProps {
  rows: readonly RunRow[];
  detail: ExperimentDetail;
  view: ResultView;
  onView: ChangeView;
}

const probeTexts: Record<ProbeLayer, string> = { last: "last layer", middle: "middle layer", best: "best layer" };

/** Whether the study asked for anything after training, or some run has it. */
export const hasAfterTraining = (rows: readonly RunRow[], detail: ExperimentDetail): boolean => {
  const asked = detail.config.afterTraining;
  return Boolean(asked?.robustness || asked?.transfer) || rows.some((row) => row.evaluation !== null);
};

/** Robustness and transfer of the trained networks, and both against how far they have collapsed. */
export const AfterTrainingSection = memo(function AfterTrainingSection(props: AfterTrainingSectionProps) {
  const { detail, view, onView } = props;
  const rule = ruleInEffect(detail, view);
  const rows = useMemo(() => convergedRuns(props.rows, rule), [props.rows, rule]);
  const axes = useMemo((): GridAxisId[] => varyingAxes(rows.map((row) => row.config)).filter((axis) => axis !== "seed"), [rows]);
  const lines = useMemo(() => view.evalLines?.filter((axis) => axes.includes(axis)) ?? axes, [view.evalLines, axes]);
  const tried = useMemo(() => triedAttacks(rows), [rows]);
  const attack = tried.attacks.find((one) => one === view.attack) ?? tried.attacks.at(-1) ?? "pgd";
  const norm = tried.norms.find((one) => one === view.norm) ?? tried.norms[0] ?? "linf";
  const epsilons = useMemo(() => triedEpsilons(rows, attack, norm), [rows, attack, norm]);
  const epsilon = epsilons.find((one) => one === view.epsilon) ?? epsilons[Math.floor((epsilons.length - 1) / 2)] ?? null;
  const robustness = useMemo(() => robustnessSeries(rows, lines, attack, norm), [rows, lines, attack, norm]);
  const transfer = useMemo(() => transferSeries(rows, lines), [rows, lines]);
  const { against, probe } = view;
  const robustScatter = useMemo(
    () =>
      evaluationScatter(
        rows,
        lines,
        against,
        (run) => attackCurve(run, attack, norm).find((point) => point.epsilon === epsilon)?.accuracy ?? null,
      ),
    [rows, lines, against, attack, norm, epsilon],
  );
  const transferScatter = useMemo(
    () => evaluationScatter(rows, lines, against, (run) => probeAccuracy(run, probe)),
    [rows, lines, against, probe],
  );
  const done = rows.filter((row) => row.evaluation !== null).length;
  const reasons = missingReasons(rows);
  const asked = detail.config.afterTraining;
  const wantsRobustness = robustness.length > 0 || Boolean(asked?.robustness);
  const wantsTransfer = transfer.length > 0 || Boolean(asked?.transfer);
  const robust = rows.find((row) => row.evaluation?.robustness)?.evaluation?.robustness;
  const probed = rows.find((row) => row.evaluation?.transfer)?.evaluation?.transfer?.dataset.id;
  const waiting = "Each run is evaluated once it is trained.";
  const info = studyMetricInfo[against];

  return (
    <section aria-labelledby="after-heading" data-testid="after-training">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="after-heading" className="font-semibold text-base">
          After training
        </h2>
        <span className="text-ink-soft text-xs">
          {done} of {countOf(rows.length, "run")} tried
        </span>
        {tried.attacks.length > 0 && (
          <Select
            aria-label="Attack"
            className="!h-7 !w-auto text-xs"
            options={tried.attacks.map((value) => ({ value, label: attackLabels[value] }))}
            value={attack}
            onChange={(value) => onView({ attack: value })}
          />
        )}
        {tried.norms.length > 0 && (
          <Select
            aria-label="Norm of the attack"
            className="!h-7 !w-auto text-xs"
            options={tried.norms.map((value) => ({ value, label: normLabels[value] }))}
            value={norm}
            onChange={(value) => onView({ norm: value, epsilon: null })}
          />
        )}
        <span className="inline-flex items-center gap-1.5 text-ink-soft text-xs">
          against
          <Select
            aria-label="Metric that accuracies are plotted against"
            className="!h-7 !w-auto max-w-52 text-xs"
            options={offeredMetrics(rows, "train", against).map((value) => ({ value, label: studyMetricInfo[value].label }))}
            value={against}
            onChange={(value) => onView({ against: value })}
          />
        </span>
        <LinesChoice axes={axes} chosen={lines} onChoose={(next) => onView({ evalLines: next })} />
      </div>
      {[leftOutText(props.rows.length - rows.length, props.rows.length, rule), ...reasons]
        .filter((text) => text !== null)
        .map((text) => (
          <p key={text} className="mb-2 text-warn text-xs">
            {text}.
          </p>
        ))}
      <div className="grid gap-4 xl:grid-cols-2">
        {wantsRobustness && (
          <>
            <EvaluationPanel
              panelId="robustness"
              title={`Accuracy under ${attackLabels[attack]}, ${normLabels[norm]}`}
              hint={robust ? `${countOf(robust.samples, "test sample")}; ε in ${robust.unit}` : undefined}
              series={robustness}
              x={{ label: `ε (${normLabels[norm]})`, kind: "linear", tickValues: [0, ...epsilons] }}
              crosshairAxis="epsilon"
              notices={["arithmetic mean with 95 % band over the runs of a line; ε = 0: the unmodified samples"]}
              empty={waiting}
            />
            <EvaluationPanel
              panelId="robustness-scatter"
              title={`Robust accuracy against ${info.label}`}
              scatter={robustScatter}
              x={{ label: `${info.label} (train)`, kind: info.log ? "log10" : "linear" }}
              crosshairAxis={`against ${against}`}
              empty={waiting}
              controls={
                epsilon !== null && (
                  <span className="inline-flex items-center gap-1.5 text-ink-soft text-xs">
                    {attackLabels[attack]}, {normLabels[norm]}, ε =
                    <Select
                      aria-label="ε of the robust accuracy"
                      className="!h-7 !w-auto text-xs"
                      options={epsilons.map((value) => ({ value: String(value), label: shortNumber(value) }))}
                      value={String(epsilon)}
                      onChange={(value) => onView({ epsilon: Number(value) })}
                    />
                  </span>
                )
              }
            />
          </>
        )}
        {wantsTransfer && (
          <>
            <EvaluationPanel
              panelId="transfer"
              title="Transfer accuracy over the layers"
              hint={probed ? `linear probes on ${datasetTitles[probed]}, test set` : undefined}
              series={transfer}
              x={{ label: "layer l/L", kind: "linear", range: [0, 1.02] }}
              crosshairAxis="layer"
              notices={["arithmetic mean with 95 % band over the runs of a line"]}
              empty={waiting}
            />
            <EvaluationPanel
              panelId="transfer-scatter"
              title={`Transfer accuracy against ${info.label}`}
              scatter={transferScatter}
              x={{ label: `${info.label} (train)`, kind: info.log ? "log10" : "linear" }}
              crosshairAxis={`against ${against}`}
              empty={waiting}
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
        )}
      </div>
    </section>
  );
});

/** "robustness missing for 2 runs: the reason", each reason once. */
function missingReasons(rows: readonly RunRow[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const [what, reason] of Object.entries(row.evaluation?.missing ?? {})) {
      const text = `${what}: ${reason}`;
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  return [...counts].map(([text, count]) => `${countOf(count, "run")} without ${text}`);
}
