"use client";
import { useMemo } from "react";
import type { Attack, AttackNorm } from "../../../contract/config/afterTraining.ts";
import { metricInfo } from "../../../contract/metrics/metricInfo.ts";
import { countOf } from "../../text/formatNumber.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { Select } from "../../ui/Field.tsx";
import { attackCurve, attackLabels, normLabels, triedEpsilons } from "../model/metrics/evaluations.ts";
import { robustnessFacts } from "../model/metrics/panelFacts.ts";
import { evaluationScatter, robustnessSeries } from "../model/study/evaluationCurves.ts";
import { EvaluationPanel } from "./EvaluationPanel.tsx";
import { type EvaluationPanelsProps, waitingText } from "./evaluationPanels.ts";

interface RobustnessPanelsProps extends EvaluationPanelsProps {
  attack: Attack;
  norm: AttackNorm;
}

/** Accuracy under an attack: over its strength ε, and at one ε against how far the networks have collapsed. */
export function RobustnessPanels({ rows, lines, asked, view, onView, attack, norm }: RobustnessPanelsProps) {
  const { against } = view;
  const epsilons = useMemo(() => triedEpsilons(rows, attack, norm), [rows, attack, norm]);
  const epsilon = epsilons.find((one) => one === view.epsilon) ?? epsilons[Math.floor((epsilons.length - 1) / 2)] ?? null;
  const series = useMemo(() => robustnessSeries(rows, lines, attack, norm), [rows, lines, attack, norm]);
  const scatter = useMemo(
    () =>
      evaluationScatter(
        rows,
        lines,
        against,
        (run) => attackCurve(run, attack, norm).find((point) => point.epsilon === epsilon)?.accuracy ?? null,
      ),
    [rows, lines, against, attack, norm, epsilon],
  );
  if (series.length === 0 && !asked) return null;
  const robust = rows.find((row) => row.evaluation?.robustness)?.evaluation?.robustness;
  const facts = robustnessFacts(attack, norm, robust);
  const info = metricInfo[against];
  return (
    <>
      <EvaluationPanel
        panelId="robustness"
        definition="robust"
        title={`Accuracy under ${attackLabels[attack]}, ${normLabels[norm]}`}
        hint={robust ? `${countOf(robust.samples, "test sample")}; ε in ${robust.unit}` : undefined}
        facts={facts}
        series={series}
        x={{ label: `ε (${normLabels[norm]})`, kind: "linear", tickValues: [0, ...epsilons] }}
        crosshairAxis="epsilon"
        notices={["arithmetic mean with 95 % band over the runs of a line; ε = 0: the unmodified samples"]}
        empty={waitingText}
      />
      <EvaluationPanel
        panelId="robustness-scatter"
        definition="robust"
        title={`Robust accuracy against ${info.label}`}
        measures={[`train/${against}`]}
        facts={epsilon === null ? facts : [...facts, ["ε", shortNumber(epsilon)]]}
        scatter={scatter}
        x={{ label: `${info.label} (train)`, kind: info.log ? "log10" : "linear" }}
        crosshairAxis={`against ${against}`}
        empty={waitingText}
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
  );
}
