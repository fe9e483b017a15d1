"use client";
import Link from "next/link";
import { formatDuration } from "../../contract/formatDuration.ts";
import { type RunCounts, runStatuses } from "../../contract/status.ts";
import type { ExperimentSummary } from "../../contract/wire/views.ts";
import { experimentPage } from "../links.ts";
import { countOf, formatMeasure, formatPercent } from "../text/formatNumber.ts";
import { priorityHint } from "../text/priorityTitles.ts";
import { Badge, StatusBadge } from "../ui/Badge.tsx";
import { classes } from "../ui/classes.ts";
import { Menu, type MenuItem } from "../ui/Menu.tsx";
import { Progress } from "../ui/Progress.tsx";
import { Sparkline } from "../ui/Sparkline.tsx";
import { Td } from "../ui/Table.tsx";
import { TimeAgo } from "../ui/TimeAgo.tsx";
import { Tooltip } from "../ui/Tooltip.tsx";
import { isActive, isOpen } from "./experimentMenu.ts";

const totalOf = (counts: RunCounts) => runStatuses.reduce((sum, status) => sum + counts[status], 0);

/** "42 % · 3 min left", "18 runs", "12 of 18 runs". */
function progressText(row: ExperimentSummary): string {
  const total = totalOf(row.counts);
  // Nobody need have said how many steps there are to be.
  if (row.kind === "external" && isActive(row)) return `${row.counts.finished} of ${countOf(total, "run")} finished`;
  if (row.status === "finished") return countOf(total, "run");
  if (row.status === "incomplete") return `${row.counts.finished} of ${countOf(total, "run")}`;
  const left = row.timeLeftMs === null ? countOf(total, "run") : `${formatDuration(Math.max(1_000, row.timeLeftMs))} left`;
  return `${formatPercent(row.progress)} · ${left}`;
}

const countsText = (counts: RunCounts) =>
  runStatuses
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`)
    .join(", ");

export function ExperimentRow({
  row,
  now,
  selected,
  onSelect,
  withPeople,
  menu,
  isRemoved,
  onTag,
}: {
  row: ExperimentSummary;
  now: number;
  selected: boolean;
  /** null: nothing can be done with a selection. */
  onSelect: ((selected: boolean) => void) | null;
  /** Whether there are several who could have launched it. */
  withPeople: boolean;
  menu: MenuItem[];
  /** Deleted: it can be restored, not opened. */
  isRemoved: boolean;
  onTag: (tag: string) => void;
}) {
  const active = isActive(row) && row.kind !== "external";
  const progress = (
    <div className="w-full max-w-44">
      <div className="mb-1 truncate text-ink-soft text-xs">{progressText(row)}</div>
      {(active || row.status === "paused") && (
        <Progress share={row.progress} busy={row.status === "running"} label={`Progress of ${row.name}`} />
      )}
    </div>
  );
  return (
    <tr
      data-testid="experiment-row"
      data-experiment-id={row.id}
      data-status={row.status}
      className={classes("group", selected ? "bg-accent-soft" : "hover:bg-hover")}
    >
      {onSelect && (
        <Td className="w-8 pr-0! max-sm:hidden">
          <input
            type="checkbox"
            aria-label={`Select ${row.name}`}
            checked={selected}
            onChange={(event) => onSelect(event.target.checked)}
            className="block size-3.5"
          />
        </Td>
      )}
      <Td className="w-full max-w-0 py-2.5 max-sm:pl-4">
        <div className="flex min-w-0 items-center gap-2">
          {isRemoved ? (
            <span className="truncate font-medium" title={row.name}>
              {row.name}
            </span>
          ) : (
            <Link
              href={experimentPage(row.id)}
              className="truncate font-medium hover:underline"
              title={row.name}
              data-testid="experiment-link"
            >
              {row.name}
            </Link>
          )}
          {row.sample && (
            <Badge tone="accent" title="Recorded with this program and included so that there is something to look at">
              recording
            </Badge>
          )}
          {row.kind === "external" && (
            <Badge tone="accent" title="These runs were trained elsewhere and reported here">
              external
            </Badge>
          )}
          {row.priority !== "normal" && isOpen(row) && <Badge title={priorityHint}>{row.priority} priority</Badge>}
          {row.tags.slice(0, 3).map((tag) => (
            <button
              key={tag}
              type="button"
              className="max-md:hidden"
              onClick={() => onTag(tag)}
              aria-label={`Filter by the tag ${tag}`}
            >
              <Badge>{tag}</Badge>
            </button>
          ))}
          {row.tags.length > 3 && <span className="text-ink-faint text-xs max-md:hidden">+{row.tags.length - 3}</span>}
        </div>
        <div className="mt-1.5 flex items-center gap-2 sm:hidden">
          <StatusBadge status={row.status} />
          <span className="truncate text-ink-faint text-xs">{progressText(row)}</span>
        </div>
        {active && (
          <div className="mt-2 sm:hidden">{<Progress share={row.progress} busy label={`Progress of ${row.name}`} />}</div>
        )}
      </Td>
      <Td className="max-sm:hidden">
        <Tooltip text={countsText(row.counts) || "no runs"}>
          <StatusBadge status={row.status} />
        </Tooltip>
      </Td>
      <Td className="w-44 min-w-36 max-sm:hidden">{progress}</Td>
      <Td numeric>
        {row.nc1 === null ? (
          <span className="text-ink-faint">–</span>
        ) : (
          <span className="flex items-center justify-end gap-3">
            <span className="max-sm:hidden">
              <Sparkline values={row.nc1.course} />
            </span>
            <span className="min-w-14" data-testid="nc1" data-value={row.nc1.last}>
              {formatMeasure(row.nc1.last)}
            </span>
          </span>
        )}
      </Td>
      {withPeople && (
        <Td className="max-w-40 truncate text-ink-soft text-xs max-lg:hidden" data-testid="launched-by">
          {row.launchedBy ?? "–"}
        </Td>
      )}
      <Td className="whitespace-nowrap text-ink-soft text-xs max-md:hidden">
        <TimeAgo at={row.createdAt} now={now} />
      </Td>
      <Td className="w-8 pl-0!">
        <Menu label={`Actions for ${row.name}`} items={menu} />
      </Td>
    </tr>
  );
}
