"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { configFacts } from "../../../contract/facts/configFacts.ts";
import type { Fact } from "../../../contract/facts/datasetFacts.ts";
import { type LeaveOutRule, leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { ExperimentDetail, RunRow } from "../../../contract/wire/views.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { formatCount } from "../../text/formatNumber.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Facts } from "../../ui/Table.tsx";
import { compareFacts } from "../model/grid/compareFacts.ts";
import { ComparedFacts } from "../parts/ComparedFacts.tsx";
import { OptimumFacts } from "./OptimumFacts.tsx";

/** What was run: what differs between the runs first, then what they share, the data's identity and the optimum. */
export function ConfigPanel({ detail, rows }: { detail: ExperimentDetail; rows: readonly RunRow[] }) {
  const { differs, shared } = useMemo(() => compareFacts(rows.map((row) => configFacts(row.config))), [rows]);
  const common: Fact[] = [...shared, ["Counts in means", countsText(leaveOutRule(detail.config.convergence))]];
  return (
    <Panel title="Configuration" testId="config">
      <ComparedFacts differs={differs} shared={common}>
        <DataIdentity rows={rows} />
        <OptimumFacts rows={rows} />
      </ComparedFacts>
    </Panel>
  );
}

function countsText({ minTrainAccuracy, byTheory }: LeaveOutRule): string {
  if (minTrainAccuracy === 0) return "every finished run";
  const counts = `a run whose training accuracy is at least ${minTrainAccuracy}`;
  return byTheory ? `${counts} (lower where labels are noisy, classes are unequal, or the optimum is zero)` : counts;
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
    return `${formatCount(total)} (${balanced ? `${values[0]} per class` : `${Math.min(...values)}…${Math.max(...values)} per class`})`;
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
