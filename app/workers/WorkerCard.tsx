"use client";
import { datasetTitles } from "../../contract/data/datasetConfig.ts";
import { formatDuration } from "../../contract/formatDuration.ts";
import { precisionText } from "../../contract/precision.ts";
import type { WorkerView } from "../../contract/wire/views.ts";
import { countOf, formatBytes, formatPercent } from "../text/formatNumber.ts";
import { formatAgo, formatFull } from "../text/formatTime.ts";
import { Badge } from "../ui/Badge.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Panel } from "../ui/Panel.tsx";
import { GpuMeters } from "./GpuMeters.tsx";
import { Meter } from "./Meter.tsx";
import { SlotList } from "./SlotList.tsx";
import { slotsInUse } from "./slotsInUse.ts";
import { DrainButton, WorkerState } from "./WorkerState.tsx";

export function WorkerCard({ worker, now }: { worker: WorkerView; now: number }) {
  const { machine } = worker;
  const system = worker.connected ? worker.system : null;
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
            <Badge tone={isRounding(device) ? "warn" : "plain"} title={device}>
              {device}
            </Badge>
          </li>
        ))}
      </ul>
      {worker.devices.some(isRounding) && (
        <p className="mt-1.5 text-warn text-xs">
          This device rounds the factors of products to about 3 digits (TF32): small values of NC1 and of the gap are not
          comparable with those of other devices.
        </p>
      )}
      <div className="mt-4 grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <Meter label="CPU" share={system?.cpu ?? null} text={system ? formatPercent(system.cpu) : "–"} />
        <Meter
          label="Memory"
          share={system && system.memoryUsedBytes / system.memoryTotalBytes}
          text={system ? `${formatBytes(system.memoryUsedBytes)} of ${formatBytes(system.memoryTotalBytes)}` : "–"}
        />
      </div>
      <GpuMeters worker={worker} />
      <div className="mt-3 mb-1 flex h-7 items-center justify-between gap-3">
        <h3 className="text-ink-faint text-xs">
          Slots: {slotsInUse(worker.runs).length} of {worker.slots} busy
        </h3>
        <DrainButton worker={worker} />
      </div>
      <SlotList worker={worker} now={now} />
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

const isRounding = (device: string) => device.includes(precisionText("tf32"));
