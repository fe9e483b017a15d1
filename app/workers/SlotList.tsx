import Link from "next/link";
import type { WorkerView } from "../../contract/wire/views.ts";
import { experimentPage, runPage } from "../links.ts";
import { formatCount } from "../text/formatNumber.ts";
import { Badge } from "../ui/Badge.tsx";
import { Progress } from "../ui/Progress.tsx";
import { packText, type SlotRun, type SlotRuns, slotsInUse } from "./slotsInUse.ts";

/** What is in each slot of a worker. */
export function SlotList({ worker, now }: { worker: WorkerView; now: number }) {
  const slots = slotsInUse(worker.runs);
  return (
    <ul className="space-y-1.5">
      {slots.map((runs) => (
        <li key={runs[0].id} className="rounded-md border border-line px-3 py-2" data-testid="slot">
          {runs.length === 1 ? <OneRun run={runs[0]} /> : <Pack runs={runs} />}
        </li>
      ))}
      {Array.from({ length: Math.max(0, worker.slots - slots.length) }, (_, index) => (
        <li key={index} className="rounded-md border border-line border-dashed px-3 py-1.5 text-ink-faint text-xs">
          {slotText(worker, now)}
        </li>
      ))}
    </ul>
  );
}

function OneRun({ run }: { run: SlotRun }) {
  return (
    <>
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <Link href={runPage(run.id)} className="min-w-0 truncate font-medium hover:underline">
          {run.label}
        </Link>
        <Steps run={run} />
      </div>
      <Study run={run} />
      <Progress share={shareOf(run)} busy label={`Progress of ${run.label}`} />
    </>
  );
}

/** Runs that have one slot together. */
function Pack({ runs }: { runs: SlotRuns }) {
  const studies = new Set(runs.map(({ experimentId }) => experimentId));
  return (
    <>
      <div className="mb-1 flex items-center justify-between gap-3">
        <Badge tone="accent" title="Runs of equal shape train in one step of the device">
          {packText(runs)}
        </Badge>
      </div>
      {studies.size === 1 && <Study run={runs[0]} />}
      <ul className="max-h-64 space-y-1.5 overflow-y-auto">
        {runs.map((run) => (
          <li key={run.id}>
            <div className="flex items-baseline justify-between gap-3 text-xs">
              <Link
                href={runPage(run.id)}
                className="min-w-0 hover:underline sm:truncate"
                title={studies.size === 1 ? run.label : `${run.label} of ${run.experimentName}`}
              >
                {run.label}
              </Link>
              <Steps run={run} />
            </div>
            <Progress share={shareOf(run)} busy label={`Progress of ${run.label}`} />
          </li>
        ))}
      </ul>
    </>
  );
}

const shareOf = ({ step, totalSteps }: SlotRun) => (totalSteps === 0 ? 0 : step / totalSteps);

const Study = ({ run }: { run: SlotRun }) => (
  <Link href={experimentPage(run.experimentId)} className="mb-1.5 block truncate text-ink-soft text-xs hover:underline">
    {run.experimentName}
  </Link>
);

const Steps = ({ run: { step, totalSteps } }: { run: SlotRun }) => (
  <span className="whitespace-nowrap text-ink-faint text-xs">
    {formatCount(step)} / {formatCount(totalSteps)}
  </span>
);

function slotText({ connected, drained, trouble }: WorkerView, now: number): string {
  if (!connected) return "away";
  if (drained) return "drained";
  if (trouble && trouble.until === null) return "paused";
  return trouble?.until && Date.parse(trouble.until) > now ? "resting" : "free";
}
