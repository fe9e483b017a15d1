"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { AfterTraining } from "../../contract/afterTraining.ts";
import { architectureLabel } from "../../contract/architecture.ts";
import { datasetLabel } from "../../contract/datasetConfig.ts";
import { type LeaveOutRule, leaveOutRule } from "../../contract/isUnconverged.ts";
import { regularizerLabel } from "../../contract/regularizer.ts";
import type { ExperimentDetail, RunRow } from "../../contract/views.ts";
import { readable } from "../charts/axisTicks.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Panel } from "../ui/Panel.tsx";
import { Facts } from "../ui/Table.tsx";
import { normLabels } from "./evaluations.ts";
import { gridAxes, varyingAxes } from "./gridAxes.ts";

/** What was run: what differs between the runs first, then what they share, the data's identity and the optimum. */
export function ConfigPanel({ detail, rows }: { detail: ExperimentDetail; rows: readonly RunRow[] }) {
  const { config } = detail;
  const varying = useMemo(() => varyingAxes(rows.map((row) => row.config)), [rows]);
  const differs = varying.map((axis): [string, string] => {
    const labels = [...new Set(rows.map((row) => gridAxes[axis].label(row.config)))];
    labels.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    return [gridAxes[axis].title, labels.join(", ")];
  });
  const { training, measuring } = config;
  const optimizer =
    training.optimizer.name === "adam"
      ? `Adam (β₁ ${training.optimizer.beta1}, β₂ ${training.optimizer.beta2})`
      : `SGD, momentum ${training.optimizer.momentum}`;
  const schedule = training.schedule.name === "cosine" ? `cosine to ${training.schedule.floor}` : training.schedule.name;
  const single = (axis: (typeof varying)[number], name: string, text: string): [string, string][] =>
    varying.includes(axis) ? [] : [[name, text]];
  const [dataset, architecture, regularizer] = [config.datasets[0], config.architectures[0], config.regularizers[0]];
  const shared: [string, string][] = [
    ...(dataset ? single("dataset", "Data set", datasetLabel(dataset)) : []),
    ...(architecture ? single("architecture", "Architecture", architectureLabel(architecture.name, architecture)) : []),
    ...single("depth", "Depth", config.depths.join(", ")),
    ...single("width", "Width", config.widths.join(", ")),
    ...single("loss", "Loss", config.losses.join(", ").toUpperCase()),
    ...(regularizer ? single("regularizer", "Regularizer", regularizerLabel(regularizer)) : []),
    ...single("seed", "Seed", config.seeds.join(", ")),
    ["Classifier bias", config.headBias ? "yes" : "no"],
    ["Optimizer", optimizer],
    [
      "Learning rate",
      `${training.learningRate}, ${schedule}${training.warmupSteps > 0 ? `, warm-up ${training.warmupSteps} steps` : ""}`,
    ],
    ["Batch", training.batch === "full" ? "full" : String(training.batch)],
    ["Steps", training.steps.toLocaleString("en")],
    [
      "Measured",
      measuring.name === "log" ? `${measuring.perDecade} log-spaced steps a decade` : `every ${measuring.steps} steps`,
    ],
    ["Device", config.device],
    ...(config.afterTraining ? ([["After training", afterText(config.afterTraining)]] as [string, string][]) : []),
    ["Counts in means", countsText(leaveOutRule(config.convergence))],
  ];
  return (
    <Panel title="Configuration" testId="config">
      <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
        <div className="space-y-4">
          {differs.length > 0 && (
            <div>
              <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Differs between runs</h3>
              <Facts rows={differs} />
            </div>
          )}
          <DataIdentity rows={rows} />
          <Optimum rows={rows} />
        </div>
        <div>
          <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Common to all runs</h3>
          <Facts rows={shared} />
        </div>
      </div>
    </Panel>
  );
}

function countsText({ minTrainAccuracy, byTheory }: LeaveOutRule): string {
  if (minTrainAccuracy === 0) return "every finished run";
  const counts = `a run whose training accuracy is at least ${minTrainAccuracy}`;
  return byTheory ? `${counts} (less where labels are noisy, classes unequal, or the optimum is zero)` : counts;
}

/** "FGSM and PGD (10 steps), 500 samples; linear probes on Fashion-MNIST". */
function afterText({ robustness, transfer }: AfterTraining): string {
  const parts: string[] = [];
  if (robustness) {
    const norms = robustness.norms.map((norm) => normLabels[norm]).join(" and ");
    parts.push(`FGSM and PGD (${robustness.pgdSteps} steps) in ${norms} on ${robustness.samples} test samples`);
  }
  if (transfer) parts.push(`linear probes on ${datasetLabel(transfer.dataset)} (ridge ${transfer.ridge})`);
  return parts.length === 0 ? "nothing" : parts.join("; ");
}

/** Identity and hash of the data, from a run of each data set that has begun. */
function DataIdentity({ rows }: { rows: readonly RunRow[] }) {
  const firsts = new Map<string, RunRow>();
  for (const row of rows) {
    const key = JSON.stringify(row.config.dataset);
    if ((row.step > 0 || row.status === "finished") && !firsts.has(key)) firsts.set(key, row);
  }
  if (firsts.size === 0) return null;
  return (
    <div>
      <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Data</h3>
      {[...firsts.values()].slice(0, 4).map((row) => (
        <DatasetFacts key={row.id} runId={row.id} />
      ))}
    </div>
  );
}

function DatasetFacts({ runId }: { runId: string }) {
  const trpc = useTRPC();
  const { data } = useQuery({ ...trpc.runs.get.queryOptions({ id: runId }), staleTime: 600_000, refetchOnWindowFocus: false });
  const dataset = data?.dataset;
  if (!dataset) return null;
  const counts = (values: readonly number[]) => {
    const total = values.reduce((sum, count) => sum + count, 0);
    const balanced = values.every((count) => count === values[0]);
    return `${total.toLocaleString("en")} (${balanced ? `${values[0]} a class` : `${Math.min(...values)}…${Math.max(...values)} a class`})`;
  };
  return (
    <Facts
      rows={[
        ["Identity", dataset.id],
        ["Source", dataset.source],
        [
          "sha256",
          <code key="hash" className="break-all font-mono text-2xs">
            {dataset.hash}
          </code>,
        ],
        ["Training", counts(dataset.trainCounts)],
        ["Test", counts(dataset.testCounts)],
      ]}
    />
  );
}

/** The optimum the runs are measured against; several where the objective changes with the depth. */
function Optimum({ rows }: { rows: readonly RunRow[] }) {
  const known = new Map<string, RunRow>();
  for (const row of rows) if (row.optimum) known.set(JSON.stringify(row.optimum), row);
  const list = [...known.values()];
  const first = list[0]?.optimum;
  if (!first) return null;
  const values = list.map((row) => row.optimum?.loss).filter((loss) => loss != null);
  const range =
    values.length > 1
      ? `${readable(Math.min(...values), 4)} … ${readable(Math.max(...values), 4)} (it differs between runs)`
      : null;
  return (
    <div>
      <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Optimum of the unconstrained-features model</h3>
      {first.method === "none" ? (
        <p className="text-sm">None: {first.reason}</p>
      ) : (
        <Facts
          rows={[
            ["L*", range ?? readable(first.loss, 5)],
            ...(range
              ? []
              : ([["fit + ridge", `${readable(first.fit, 4)} + ${readable(first.ridge, 4)}`]] as [string, string][])),
            ["Geometry", first.geometry ?? "–"],
            ["Found", first.method === "closed-form" ? "in closed form" : `numerically: ${first.reason}`],
          ]}
        />
      )}
    </div>
  );
}
