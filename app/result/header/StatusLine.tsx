"use client";
import type { ReactNode } from "react";
import { experimentProgress } from "../../../contract/experimentProgress.ts";
import { formatDuration } from "../../../contract/formatDuration.ts";
import { countStatuses, experimentStatus } from "../../../contract/status.ts";
import type { ExperimentDetail } from "../../../contract/wire/views.ts";
import type { LiveRow } from "../../live/RowBatch.ts";
import { countOf, formatPercent } from "../../text/formatNumber.ts";
import { priorityHint } from "../../text/priorityTitles.ts";
import { Badge, StatusBadge } from "../../ui/Badge.tsx";
import { Progress } from "../../ui/Progress.tsx";
import { TagList } from "./TagList.tsx";

interface StatusLineProps {
  detail: Omit<ExperimentDetail, "config" | "runs">;
  rows: readonly LiveRow[];
  /** Runs that have not ended. */
  open: number;
  /** The freshness badge. */
  badge: ReactNode;
  onTags: (tags: string[]) => void;
  /** False: nobody said how many steps the runs are to train. */
  isTotalKnown?: boolean;
}

/** How far an experiment is: its status, counts and progress, and its tags. */
export function StatusLine({ detail, rows, open, badge, onTags, isTotalKnown = true }: StatusLineProps) {
  const { readOnly } = detail;
  // The rows know more than the summary that was read.
  const counts = countStatuses(rows);
  const progress = experimentProgress(rows);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-ink-soft text-xs">
      <StatusBadge status={experimentStatus(counts)} />
      {badge}
      {detail.sample && (
        <Badge tone="accent" title="Recorded with this program and included with it">
          recording
        </Badge>
      )}
      {detail.kind === "external" && (
        <Badge tone="accent" title="These runs were trained elsewhere and reported here">
          external
        </Badge>
      )}
      {detail.archived && <Badge>archived</Badge>}
      {detail.priority !== "normal" && <Badge title={priorityHint}>{detail.priority} priority</Badge>}
      {readOnly && <Badge>read-only</Badge>}
      {detail.launchedBy !== null && (
        <span data-testid="launched-by">
          {detail.kind === "external" ? "reported" : "launched"} by {detail.launchedBy}
        </span>
      )}
      <span>
        {counts.finished} of {countOf(rows.length, "run")} finished
        {counts.failed + counts.diverged > 0 && `, ${counts.failed + counts.diverged} without result`}
        {counts.cancelled > 0 && `, ${counts.cancelled} cancelled`}
        {counts.paused + counts.pausing > 0 && `, ${counts.paused + counts.pausing} paused`}
      </span>
      {open > 0 && isTotalKnown && (
        <span className="inline-flex min-w-40 items-center gap-2">
          <Progress share={progress} label="Progress of the experiment" busy={counts.running > 0} />
          <span className="whitespace-nowrap">
            {formatPercent(progress)}
            {detail.timeLeftMs !== null && `, ${formatDuration(Math.max(1_000, detail.timeLeftMs))} left`}
          </span>
        </span>
      )}
      <TagList tags={detail.tags} readOnly={readOnly} onSave={onTags} />
    </div>
  );
}
