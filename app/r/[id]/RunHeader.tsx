"use client";
import { useState } from "react";
import { hasFreeFeatures } from "../../../contract/config/architecture.ts";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { formatDuration } from "../../../contract/formatDuration.ts";
import { describeGaps } from "../../../contract/metrics/measurementGaps.ts";
import { isTerminal, mayBecome } from "../../../contract/status.ts";
import type { RunDetail } from "../../../contract/wire/views.ts";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPCClient } from "../../data/trpcClient.ts";
import { newFromRun } from "../../links.ts";
import { activityOf, isActive } from "../../live/activityOf.ts";
import { FreshnessBadge } from "../../live/FreshnessBadge.tsx";
import type { FreshnessStore } from "../../live/FreshnessStore.ts";
import { PauseToggle } from "../../result/parts/PauseToggle.tsx";
import { formatCount, formatMeasure, formatPercent } from "../../text/formatNumber.ts";
import { runDataset, runTitle } from "../../text/runTitle.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { Badge, StatusBadge } from "../../ui/Badge.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Progress } from "../../ui/Progress.tsx";
import { useToast } from "../../ui/Toast.tsx";
import { RunExports } from "./RunExports.tsx";
import { RunFailure } from "./RunFailure.tsx";
import { RunPath } from "./RunPath.tsx";

export function RunHeader({
  detail,
  freshness,
  experimentHref,
  onChanged,
}: {
  detail: RunDetail;
  freshness: FreshnessStore;
  experimentHref: string;
  onChanged: () => void;
}) {
  const { row } = detail;
  const active = isActive(row);
  const leftMs = row.stepMs === null ? null : (row.totalSteps - row.step) * row.stepMs;
  return (
    <header>
      <RunPath experiment={detail.experimentName} href={experimentHref} ordinal={row.ordinal} />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="font-semibold text-xl tracking-tight">{runTitle(row.config)}</h1>
        <StatusBadge status={row.status} />
        {detail.leftOutBelow !== null && (
          <Badge
            tone="warn"
            title={`Its training accuracy ended below ${shortNumber(detail.leftOutBelow)}: it is in no mean, band or slope of its study`}
          >
            left out of means
          </Badge>
        )}
        <FreshnessBadge freshness={freshness} {...activityOf([row])} />
        <div className="flex flex-wrap gap-2 sm:ml-auto">
          {!detail.readOnly && <RunActions detail={detail} onChanged={onChanged} />}
          <RunExports detail={detail} />
        </div>
      </div>
      <p className="wrap-anywhere mt-1 text-ink-soft text-sm">
        {runDataset(row.config)}
        {row.attempt > 1 && ` · attempt ${row.attempt}`}
        {row.workerName && ` · ${row.workerName}`}
      </p>
      {!isTerminal(row.status) && row.totalSteps > 0 && (
        <div className="mt-3 max-w-xl">
          <div className="mb-1 flex justify-between text-ink-soft text-xs" data-testid="run-step" data-value={row.step}>
            <span>
              step {formatCount(row.step)} of {formatCount(row.totalSteps)}
              {row.stepMs !== null && ` · ${formatDuration(row.stepMs)} per step`}
            </span>
            <span>
              {formatPercent(row.step / row.totalSteps)}
              {leftMs !== null && row.status === "running" && ` · ${formatDuration(Math.max(1_000, leftMs))} left`}
            </span>
          </div>
          <Progress share={row.step / row.totalSteps} busy={active} label="Progress of the run" />
        </div>
      )}
      {row.failure && <RunFailure failure={row.failure} />}
      {row.gaps && (
        <p
          role="alert"
          data-testid="run-gaps"
          className="mt-3 rounded-md border border-line bg-warn-soft px-3 py-2 text-sm text-warn"
        >
          <strong className="font-semibold">Incomplete:</strong> {describeGaps(row.gaps)}. Fork the run to measure it in full.
        </p>
      )}
      <KeyNumbers detail={detail} />
    </header>
  );
}

function RunActions({ detail, onChanged }: { detail: RunDetail; onChanged: () => void }) {
  const client = useTRPCClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const { id, status } = detail.row;
  const act = async (what: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await what();
      toast({ text: done });
    } catch (error) {
      toast({ text: failureOf(error).message, tone: "bad" });
    }
    setBusy(false);
    onChanged();
  };
  return (
    <>
      <PauseToggle row={detail.row} onChanged={onChanged} />
      {mayBecome(status, "cancelling") || mayBecome(status, "cancelled") ? (
        <Button
          icon="stop"
          disabled={busy || status === "cancelling"}
          onClick={() => act(() => client.runs.cancel.mutate({ id }), "The run is being cancelled")}
        >
          Cancel
        </Button>
      ) : (
        <Button
          icon="again"
          disabled={busy || !mayBecome(status, "queued")}
          title={mayBecome(status, "queued") ? undefined : "A finished run cannot be run again: fork it to repeat it."}
          onClick={() => act(() => client.runs.again.mutate({ id }), "The run is queued again")}
        >
          Run again
        </Button>
      )}
      {detail.row.failure?.code === "DATASET_CHANGED" && mayBecome(status, "queued") && (
        <Button
          icon="again"
          disabled={busy}
          title="Trains on the data as they are now and discards what was measured before"
          onClick={() => act(() => client.runs.again.mutate({ id, fromStart: true }), "The run starts again from step 0")}
        >
          Start again from step 0
        </Button>
      )}
      <LinkButton href={newFromRun(id)} icon="fork">
        Fork with changes
      </LinkButton>
    </>
  );
}

/** The last values that tell at a glance how far the run collapsed. */
function KeyNumbers({ detail }: { detail: RunDetail }) {
  const { last, config, optimum } = detail.row;
  const layer = `@${layersOf(config)}`;
  const numbers: { label: string; value: number | null | undefined; key: string; percent?: boolean }[] = [
    { label: "Loss J", key: "loss", value: last["train/loss"] },
    { label: "L*", key: "optimum", value: optimum?.loss },
    { label: "Gap to L*", key: "gap", value: last["train/gap.total"], percent: true },
    { label: "NC1", key: "nc1", value: last[`train/nc1.ratio${layer}`] },
    { label: "NC2", key: "nc2", value: last[`train/nc2.frame${layer}`] },
    { label: "NC3", key: "nc3", value: last[`train/nc3.cosine${layer}`] },
    hasFreeFeatures(config.architecture)
      ? { label: "Training accuracy", key: "accuracy", value: last["train/accuracy"], percent: true }
      : { label: "Test accuracy", key: "accuracy", value: last["test/accuracy"], percent: true },
  ];
  const text = (value: number | null | undefined, percent: boolean | undefined) =>
    value === null || value === undefined
      ? "–"
      : percent && Number.isFinite(value * 100)
        ? `${formatMeasure(value * 100)} %`
        : formatMeasure(value);
  return (
    <dl className="mt-4 grid grid-cols-3 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4 xl:grid-cols-7">
      {numbers.map((number) => (
        <div key={number.key} className="bg-surface px-3 py-2 last:max-sm:col-span-3 sm:max-xl:last:col-span-2">
          <dt className="text-ink-faint text-xs">{number.label}</dt>
          <dd className="mt-0.5 font-medium text-lg" data-testid={`last-${number.key}`} data-value={number.value ?? ""}>
            {text(number.value, number.percent)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
