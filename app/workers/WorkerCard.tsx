"use client";
import Link from "next/link";
import { datasetTitles } from "../../contract/data/datasetConfig.ts";
import type { WorkerView } from "../../contract/wire/views.ts";
import { experimentPage, runPage } from "../links.ts";
import { formatDuration } from "../text/formatDuration.ts";
import { countOf, formatBytes, formatCount, formatPercent } from "../text/formatNumber.ts";
import { formatAgo, formatFull } from "../text/formatTime.ts";
import { Badge } from "../ui/Badge.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Progress } from "../ui/Progress.tsx";
import { DrainButton, WorkerState } from "./WorkerState.tsx";

export function WorkerCard({ worker, now }: { worker: WorkerView; now: number }) {
  const { machine, system } = worker;
  const available = worker.datasets.filter((set) => set.available);
  return (
    <Panel
      testId="worker"
      title={worker.name}
      hint={
        <span className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1">
          {worker.local && <Badge title="Started by the server, on its own machine">built in</Badge>}
          {worker.ephemeral && (
            <Badge title="It has its identity only until it ends, and is no longer listed an hour after that">ephemeral</Badge>
          )}
          {worker.connected && worker.endsAt !== null && (
            <Badge title={`${formatFull(worker.endsAt)}: it then suspends its runs, which continue on other workers`}>
              ends in {formatDuration(Math.max(0, Date.parse(worker.endsAt) - now))}
            </Badge>
          )}
          {worker.connected ? (
            <Badge tone="good">● connected</Badge>
          ) : (
            <Badge tone="warn" title={formatFull(worker.lastSeenAt)}>
              ○ last seen {formatAgo(worker.lastSeenAt, now)}
            </Badge>
          )}
        </span>
      }
    >
      <p className="wrap-anywhere text-ink-soft text-sm">
        {machine.cpu}, {countOf(machine.cores, "core")}, {formatBytes(machine.memoryBytes)}
        {machine.host && (
          <span className="text-ink-faint">
            {" "}
            · {machine.host} · {machine.platform}
          </span>
        )}
      </p>
      <p className="mt-0.5 text-ink-faint text-xs" data-testid="worker-version">
        Collapsar {worker.version}
      </p>
      <WorkerState worker={worker} now={now} />
      <ul aria-label="Devices" className="mt-2 flex flex-wrap gap-1.5">
        {worker.devices.map((device) => (
          <li key={device} className="min-w-0 max-w-full">
            <Badge>{device}</Badge>
          </li>
        ))}
      </ul>
      <div className="mt-4 grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <Meter label="CPU" share={worker.connected ? (system?.cpu ?? null) : null} text={(share) => formatPercent(share)} />
        <Meter
          label="Memory"
          share={worker.connected && system ? system.memoryUsedBytes / system.memoryTotalBytes : null}
          text={() => (system ? `${formatBytes(system.memoryUsedBytes)} of ${formatBytes(system.memoryTotalBytes)}` : "")}
        />
      </div>
      <div className="mt-3 mb-1 flex h-7 items-center justify-between gap-3">
        <h3 className="text-ink-faint text-xs">
          Slots: {worker.runs.length} of {worker.slots} busy
        </h3>
        <DrainButton worker={worker} />
      </div>
      <ul className="space-y-1.5">
        {worker.runs.map((run) => (
          <li key={run.id} className="rounded-md border border-line px-3 py-2">
            <div className="flex items-baseline justify-between gap-3 text-sm">
              <Link href={runPage(run.id)} className="min-w-0 truncate font-medium hover:underline">
                {run.label}
              </Link>
              <span className="whitespace-nowrap text-ink-faint text-xs">
                {formatCount(run.step)} / {formatCount(run.totalSteps)}
              </span>
            </div>
            <Link href={experimentPage(run.experimentId)} className="mb-1.5 block truncate text-ink-soft text-xs hover:underline">
              {run.experimentName}
            </Link>
            <Progress share={run.totalSteps === 0 ? 0 : run.step / run.totalSteps} busy label={`Progress of ${run.label}`} />
          </li>
        ))}
        {Array.from({ length: Math.max(0, worker.slots - worker.runs.length) }, (_, index) => (
          <li key={index} className="rounded-md border border-line border-dashed px-3 py-1.5 text-ink-faint text-xs">
            {slotText(worker, now)}
          </li>
        ))}
      </ul>
      <details className="group mt-4">
        <summary className="flex list-none items-center gap-1.5 text-ink-soft text-xs hover:text-ink">
          <span className="transition-transform group-open:rotate-90">
            <Icon name="right" size={10} />
          </span>
          Data sets: {available.length} of {worker.datasets.length} available
        </summary>
        <ul className="mt-2 space-y-1.5">
          {worker.datasets.map((set) => (
            <li key={set.id} className="grid grid-cols-[16px_140px_minmax(0,1fr)] items-start gap-2 text-xs">
              <span className={set.available ? "text-good" : "text-ink-faint"}>
                <Icon name={set.available ? "check" : "close"} size={14} />
                <span className="sr-only">{set.available ? "available" : "not available"}</span>
              </span>
              <span>{datasetTitles[set.id]}</span>
              <span className="break-words text-ink-faint">{set.detail}</span>
            </li>
          ))}
        </ul>
      </details>
    </Panel>
  );
}

function slotText({ connected, drained, trouble }: WorkerView, now: number): string {
  if (!connected) return "away";
  if (drained) return "drained";
  if (trouble && trouble.until === null) return "paused";
  return trouble?.until && Date.parse(trouble.until) > now ? "resting" : "free";
}

function Meter({ label, share, text }: { label: string; share: number | null; text: (share: number) => string }) {
  return (
    <div>
      <div className="mb-1 flex justify-between gap-2 text-xs">
        <span className="text-ink-faint">{label}</span>
        <span className="truncate text-ink-soft">{share === null ? "–" : text(share)}</span>
      </div>
      <Progress share={share ?? 0} label={label} />
    </div>
  );
}
