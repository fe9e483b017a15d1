import type { WorkerView } from "../../contract/wire/views.ts";
import { formatBytes, formatPercent } from "../text/formatNumber.ts";
import { Meter } from "./Meter.tsx";

/** The GPUs that a worker puts its runs on, and how much of each is in use; nothing for a worker without. */
export function GpuMeters({ worker }: { worker: Pick<WorkerView, "machine" | "system" | "connected"> }) {
  const { gpus = [], gpusNote } = worker.machine;
  if (gpus.length === 0) return null;
  const system = worker.connected ? worker.system : null;
  const notes = [gpusNote, system?.gpusNote].filter((note) => note !== undefined);
  return (
    <section aria-label="GPUs" className="mt-4" data-testid="gpus">
      <ul className="space-y-2.5">
        {gpus.map(({ name, memoryBytes }, at) => {
          const { utilization = null, memoryUsedBytes = null } = system?.gpus?.[at] ?? {};
          const title = gpus.length === 1 ? "GPU" : `GPU ${at}`;
          return (
            <li key={at} data-testid="gpu">
              <div className="mb-1 flex min-w-0 items-baseline gap-2 text-xs">
                <span className="whitespace-nowrap text-ink-faint">{title}</span>
                <span className="truncate" title={name}>
                  {name}
                </span>
              </div>
              <div className="grid gap-x-4 gap-y-1 sm:grid-cols-2">
                <Meter label="Utilization" share={utilization} text={utilization === null ? "–" : formatPercent(utilization)} />
                <Meter
                  label="Memory"
                  share={memoryBytes === null || memoryUsedBytes === null ? null : memoryUsedBytes / memoryBytes}
                  text={memoryText(memoryUsedBytes, memoryBytes)}
                />
              </div>
            </li>
          );
        })}
      </ul>
      {notes.map((note) => (
        <p key={note} className="mt-2 text-ink-soft text-xs">
          {note}
        </p>
      ))}
    </section>
  );
}

function memoryText(used: number | null, total: number | null): string {
  if (total === null) return used === null ? "–" : `${formatBytes(used)} used`;
  return used === null ? formatBytes(total) : `${formatBytes(used)} of ${formatBytes(total)}`;
}
