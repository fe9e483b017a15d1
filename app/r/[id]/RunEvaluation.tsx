"use client";
import { useMemo } from "react";
import type { Attack, AttackNorm } from "../../../contract/config/afterTraining.ts";
import { datasetLabel, datasetTitles } from "../../../contract/data/datasetConfig.ts";
import { isTerminal } from "../../../contract/status.ts";
import type { Evaluation } from "../../../contract/wire/runEvents.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { ChartSeries } from "../../charts/chartTypes.ts";
import { type LineStyle, shadedColour } from "../../charts/lineStyle.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import {
  attackCurve,
  attackLabels,
  normLabels,
  partTitle,
  triedAttacks,
  triedEpsilons,
} from "../../result/model/metrics/evaluations.ts";
import { robustnessFacts, transferFacts } from "../../result/model/metrics/panelFacts.ts";
import { accuracyText, formatCount } from "../../text/formatNumber.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Rows, Table, Td, Th } from "../../ui/Table.tsx";
import { RunDetection } from "./RunDetection.tsx";

/** What was found once the run was trained: accuracy under attack, linear probes of its layers on other data, and what it makes of a second set. */
export function RunEvaluation({ row }: { row: RunRow }) {
  const asked = row.config.afterTraining;
  const { evaluation } = row;
  if (!asked?.robustness && !asked?.transfer && !row.config.other && evaluation === null) return null;
  const missing = Object.entries(evaluation?.missing ?? {});
  return (
    <section aria-labelledby="after-training" data-testid="evaluation" className="mt-6">
      <h2 id="after-training" className="mb-2 font-semibold text-base">
        After training
      </h2>
      {evaluation === null ? (
        <Panel>
          <p className="text-ink-faint text-sm">
            {isTerminal(row.status) ? "The run ended before anything was evaluated." : "Evaluated once the run is trained."}
          </p>
        </Panel>
      ) : (
        <div className="grid items-start gap-4 xl:grid-cols-2">
          {evaluation.robustness && <Robustness row={row} robustness={evaluation.robustness} />}
          {evaluation.transfer && <Transfer row={row} transfer={evaluation.transfer} />}
          {evaluation.outOfDistribution && <RunDetection row={row} detection={evaluation.outOfDistribution} />}
        </div>
      )}
      {missing.length > 0 && (
        <ul className="mt-2 space-y-1 text-sm text-warn">
          {missing.map(([what, reason]) => (
            <li key={what}>
              {partTitle(what)}: {reason}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const accuracyAxis = { label: "accuracy", kind: "linear" as const, range: [0, 1] as const };

/** Accuracy over ε, a line an attack and norm. */
function Robustness({ row, robustness }: { row: RunRow; robustness: NonNullable<Evaluation["robustness"]> }) {
  const tried = useMemo(() => triedAttacks([row]), [row]);
  const series = useMemo(
    (): ChartSeries[] =>
      tried.norms.flatMap((norm) =>
        tried.attacks.map((attack) => {
          const points = attackCurve(row, attack, norm);
          return {
            id: `${attack}.${norm}`,
            label: `${attackLabels[attack]} ${normLabels[norm]}`,
            style: attackStyle(row, attack, norm),
            xs: points.map((point) => point.epsilon),
            ys: points.map((point) => point.accuracy),
            draw: "line-and-dots",
          };
        }),
      ),
    [row, tried],
  );
  const references = useMemo(() => [{ y: robustness.clean, label: "clean" }], [robustness.clean]);
  const epsilonAxis = useMemo(() => ({ label: `ε (${robustness.unit})`, kind: "log10" as const }), [robustness.unit]);
  return (
    <ChartPanel
      panelId="robustness"
      title="Robustness"
      definition="robust"
      hint={`accuracy on ${formatCount(robustness.samples)} attacked test samples; ${accuracyText(robustness.clean)} without an attack`}
      series={series}
      facts={tried.norms.flatMap((norm) => tried.attacks.flatMap((attack) => robustnessFacts(attack, norm, robustness)))}
      references={references}
      x={epsilonAxis}
      y={accuracyAxis}
      height={220}
      crosshairAxis="ε"
      formatX={(epsilon) => `ε = ${Number(epsilon.toPrecision(3))}`}
      footer={
        <div className="grid gap-x-4 pt-2 sm:grid-cols-2">
          {tried.norms.map((norm) => (
            <RobustnessTable key={norm} row={row} norm={norm} tried={tried.attacks} />
          ))}
        </div>
      }
    />
  );
}

function RobustnessTable({ row, norm, tried }: { row: RunRow; norm: AttackNorm; tried: Attack[] }) {
  const [first] = tried;
  const epsilons = first === undefined ? [] : triedEpsilons([row], first, norm);
  return (
    <Table data-testid={`robustness-${norm}`} className="[&_td]:h-7 [&_th]:h-7">
      <thead>
        <tr>
          <Th>ε, {normLabels[norm]}</Th>
          {tried.map((attack) => (
            <Th key={attack} numeric>
              {attackLabels[attack]}
            </Th>
          ))}
        </tr>
      </thead>
      <Rows>
        {epsilons.map((epsilon) => (
          <tr key={epsilon}>
            <Td>{epsilon}</Td>
            {tried.map((attack) => {
              const found = attackCurve(row, attack, norm).find((point) => point.epsilon === epsilon);
              return (
                <Td key={attack} numeric>
                  {found === undefined ? "–" : accuracyText(found.accuracy)}
                </Td>
              );
            })}
          </tr>
        ))}
      </Rows>
    </Table>
  );
}

/** Accuracy of a linear probe over the layers. */
function Transfer({ row, transfer }: { row: RunRow; transfer: NonNullable<Evaluation["transfer"]> }) {
  const { layers, dataset } = transfer;
  const asked = row.config.afterTraining?.transfer?.dataset;
  const title = asked ? datasetLabel(asked) : datasetTitles[dataset.id];
  const series = useMemo((): ChartSeries[] => {
    const xs = layers.map((layer) => layer.layer);
    const colour = shadedColour(row.config, 0.75);
    return [
      {
        id: "test",
        label: "test",
        style: { colour, dash: "", marker: "circle" },
        xs,
        ys: layers.map((layer) => layer.testAccuracy),
        draw: "line-and-dots",
      },
      {
        id: "train",
        label: "training",
        style: { colour: shadedColour(row.config, 0.25), dash: "4 3", marker: "square" },
        xs,
        ys: layers.map((layer) => layer.trainAccuracy),
        draw: "line-and-dots",
      },
    ];
  }, [layers, row.config]);
  const references = useMemo(() => [{ y: 1 / dataset.classes, label: "chance" }], [dataset.classes]);
  const layerAxis = useMemo(
    () => ({ label: "layer", kind: "linear" as const, tickValues: layers.map((layer) => layer.layer) }),
    [layers],
  );
  return (
    <ChartPanel
      panelId="transfer"
      title={`Transfer to ${title}`}
      definition="transfer"
      hint="linear probe on each frozen layer"
      series={series}
      facts={transferFacts(title)}
      references={references}
      x={layerAxis}
      y={accuracyAxis}
      height={220}
      crosshairAxis="layer"
      formatX={(layer) => `layer ${Math.round(layer)}`}
      footer={
        <div className="max-h-56 overflow-y-auto pt-2">
          <Table data-testid="transfer-layers" className="[&_td]:h-7 [&_th]:h-7">
            <thead>
              <tr>
                <Th>Layer</Th>
                <Th numeric>Test</Th>
                <Th numeric>Training</Th>
              </tr>
            </thead>
            <Rows>
              {layers.map((layer) => (
                <tr key={layer.layer}>
                  <Td>{layer.layer}</Td>
                  <Td numeric>{accuracyText(layer.testAccuracy)}</Td>
                  <Td numeric>{accuracyText(layer.trainAccuracy)}</Td>
                </tr>
              ))}
            </Rows>
          </Table>
        </div>
      }
    />
  );
}

const attackStyle = (row: RunRow, attack: Attack, norm: AttackNorm): LineStyle => ({
  colour: shadedColour(row.config, attack === "pgd" ? 0.8 : 0.3),
  dash: norm === "linf" ? "" : "6 3",
  marker: attack === "pgd" ? "circle" : "square",
});
