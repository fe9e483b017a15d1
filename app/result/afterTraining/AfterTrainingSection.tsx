"use client";
import { memo, useMemo } from "react";
import type { ExperimentDetail, RunRow } from "../../../contract/wire/views.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Select } from "../../ui/Field.tsx";
import { axisTitle, type GridAxisId, varyingAxes } from "../model/grid/gridAxes.ts";
import { attackLabels, normLabels, partTitle, triedAttacks } from "../model/metrics/evaluations.ts";
import { metricOptions } from "../model/metrics/metricOptions.ts";
import { offeredMetrics } from "../model/metrics/studyMetrics.ts";
import { convergedRuns, leftOutOfRows, ruleInEffect } from "../model/runs/convergenceRule.ts";
import { LinesChoice } from "../parts/LinesChoice.tsx";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { DetectionPanels } from "./DetectionPanels.tsx";
import { RobustnessPanels } from "./RobustnessPanels.tsx";
import { TransferPanels } from "./TransferPanels.tsx";

interface AfterTrainingSectionProps {
  rows: readonly RunRow[];
  detail: ExperimentDetail;
  view: ResultView;
  onView: ChangeView;
}

/** Robustness and transfer of the trained networks, how they tell a second set, and all of it against how far they have collapsed. */
export const AfterTrainingSection = memo(function AfterTrainingSection(props: AfterTrainingSectionProps) {
  const { detail, view, onView } = props;
  const rule = ruleInEffect(detail, view);
  const rows = useMemo(() => convergedRuns(props.rows, rule), [props.rows, rule]);
  const axes = useMemo((): GridAxisId[] => varyingAxes(rows.map((row) => row.config)).filter((axis) => axis !== "seed"), [rows]);
  const lines = useMemo(() => view.evalLines?.filter((axis) => axes.includes(axis)) ?? axes, [view.evalLines, axes]);
  const tried = useMemo(() => triedAttacks(rows), [rows]);
  const attack = tried.attacks.find((one) => one === view.attack) ?? tried.attacks.at(-1) ?? "pgd";
  const norm = tried.norms.find((one) => one === view.norm) ?? tried.norms[0] ?? "linf";
  const { against } = view;
  const done = rows.filter((row) => row.evaluation !== null).length;
  const reasons = missingReasons(rows);
  const asked = detail.config.afterTraining;

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
            options={metricOptions(offeredMetrics(rows, "train", against))}
            value={against}
            onChange={(value) => onView({ against: value })}
          />
        </span>
        <LinesChoice titleOf={axisTitle} axes={axes} chosen={lines} onChoose={(next) => onView({ evalLines: next })} />
      </div>
      {[leftOutOfRows(props.rows, rule), ...reasons]
        .filter((text) => text !== null)
        .map((text) => (
          <p key={text} className="mb-2 text-warn text-xs">
            {text}.
          </p>
        ))}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <RobustnessPanels
          rows={rows}
          lines={lines}
          asked={Boolean(asked?.robustness)}
          view={view}
          onView={onView}
          attack={attack}
          norm={norm}
        />
        <TransferPanels rows={rows} lines={lines} asked={Boolean(asked?.transfer)} view={view} onView={onView} />
        <DetectionPanels rows={rows} lines={lines} asked={detail.config.other !== undefined} view={view} onView={onView} />
      </div>
    </section>
  );
});

/** "robustness missing for 2 runs: the reason", each reason once. */
function missingReasons(rows: readonly RunRow[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const [what, reason] of Object.entries(row.evaluation?.missing ?? {})) {
      const text = `${partTitle(what)}: ${reason}`;
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  return [...counts].map(([text, count]) => `${countOf(count, "run")} without ${text}`);
}
