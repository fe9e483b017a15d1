"use client";
import { isTerminal } from "../../../../contract/status.ts";
import type { ExternalRunDetail } from "../../../../contract/wire/externalViews.ts";
import { activityOf } from "../../../live/activityOf.ts";
import { FreshnessBadge } from "../../../live/FreshnessBadge.tsx";
import type { FreshnessStore } from "../../../live/FreshnessStore.ts";
import { configValueText } from "../../../result/external/model/configKeys.ts";
import { layerCount } from "../../../result/external/model/measures.ts";
import { SourceNote } from "../../../result/external/parts/SourceNote.tsx";
import { formatCount, formatMeasure, formatPercent } from "../../../text/formatNumber.ts";
import { Badge, StatusBadge } from "../../../ui/Badge.tsx";
import { Progress } from "../../../ui/Progress.tsx";
import { TimeAgo } from "../../../ui/TimeAgo.tsx";
import { useNow } from "../../../ui/useNow.ts";
import { RunExports } from "../RunExports.tsx";
import { RunFailure } from "../RunFailure.tsx";
import { RunPath } from "../RunPath.tsx";

interface ExternalRunHeaderProps {
  detail: ExternalRunDetail;
  freshness: FreshnessStore;
  experimentHref: string;
}

const maxTitle = 4;

/** "depth 18, seed 0": a run by the first of its config's values. */
function titleOf({ row: { config, ordinal } }: ExternalRunDetail): string {
  const all = Object.entries(config.values);
  const shown = all.slice(0, maxTitle).map(([key, value]) => `${key} ${configValueText(value)}`);
  return shown.length === 0 ? `Run ${ordinal + 1}` : `${shown.join(", ")}${all.length > maxTitle ? ", …" : ""}`;
}

/** What a run that was trained elsewhere is, how far it is, and its last values. */
export function ExternalRunHeader({ detail, freshness, experimentHref }: ExternalRunHeaderProps) {
  const { row } = detail;
  const { external, failure, step, totalSteps } = row;
  const now = useNow();
  const ended = isTerminal(row.status);
  return (
    <header>
      <RunPath experiment={detail.experimentName} href={experimentHref} ordinal={row.ordinal} />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="wrap-anywhere min-w-0 font-semibold text-xl tracking-tight">{titleOf(detail)}</h1>
        <StatusBadge status={row.status} />
        <Badge tone="accent" title="It was trained elsewhere and reported here">
          external
        </Badge>
        {detail.leftOutBelow !== null && (
          <Badge tone="warn" title="Its training accuracy ended too low: it is left out of its study's means, bands and slopes">
            left out of means
          </Badge>
        )}
        <FreshnessBadge freshness={freshness} {...activityOf([row])} />
        <div className="flex flex-wrap gap-2 sm:ml-auto">
          <RunExports detail={detail} />
        </div>
      </div>
      <p className="mt-1 text-ink-soft text-sm">
        step {formatCount(step)}
        {external.isTotalKnown && ` of ${formatCount(totalSteps)}`}
        {row.attempt > 1 && ` · attempt ${row.attempt}`}
        {!ended && external.heardAt !== null && (
          <>
            {" · last heard of "}
            <TimeAgo at={external.heardAt} now={now} />
          </>
        )}
      </p>
      <div className="mt-1">
        <SourceNote facts={[external]} />
      </div>
      {!ended && external.isTotalKnown && totalSteps > 0 && (
        <div className="mt-3 flex max-w-xl items-center gap-2 text-ink-soft text-xs">
          <Progress share={step / totalSteps} busy label="Progress of the run" />
          {formatPercent(step / totalSteps)}
        </div>
      )}
      {failure && <RunFailure failure={failure} />}
      <KeyNumbers detail={detail} />
    </header>
  );
}

/** The last values that tell at a glance how far the run collapsed, as far as it has them. */
function KeyNumbers({ detail: { row } }: { detail: ExternalRunDetail }) {
  const { last, optimum } = row;
  const layer = `@${layerCount(row)}`;
  const numbers: { label: string; key: string; value: number | null | undefined; percent?: boolean }[] = [
    { label: "Loss J", key: "loss", value: last["train/loss"] },
    { label: "L*", key: "optimum", value: optimum?.loss },
    { label: "Gap to L*", key: "gap", value: last["train/gap.total"], percent: true },
    { label: "NC1", key: "nc1", value: last[`train/nc1.ratio${layer}`] },
    { label: "NC2", key: "nc2", value: last[`train/nc2.frame${layer}`] },
    { label: "NC3", key: "nc3", value: last[`train/nc3.cosine${layer}`] },
    { label: "Test accuracy", key: "accuracy", value: last["test/accuracy"], percent: true },
  ];
  const known = numbers.filter(({ value }) => value !== null && value !== undefined);
  if (known.length === 0) return null;
  return (
    <dl className="mt-4 flex flex-wrap gap-px overflow-hidden rounded-lg border border-line bg-line">
      {known.map(({ label, key, value, percent }) => (
        <div key={key} className="min-w-24 flex-1 bg-surface px-3 py-2">
          <dt className="text-ink-faint text-xs">{label}</dt>
          <dd className="mt-0.5 font-medium text-lg" data-testid={`last-${key}`} data-value={value ?? ""}>
            {percent ? `${formatMeasure((value as number) * 100)} %` : formatMeasure(value as number)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
