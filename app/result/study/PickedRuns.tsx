"use client";
import Link from "next/link";
import { runPage } from "../../links.ts";
import { readable } from "../../text/shortNumber.ts";
import { Badge, StatusBadge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import type { CurveRun } from "../model/study/seedCurve.ts";

interface PickedRunsProps<Run extends CurveRun> {
  title: string;
  runs: readonly { run: Run; value: number; unconverged?: boolean }[];
  /** "seed 0": what tells the runs of a point apart. */
  nameOf: (run: Run) => string;
  /** Values are shares. */
  percent?: boolean;
  share: string | null;
  onClose: () => void;
}

/** The runs behind a point of the signature chart, with links to their pages. */
export function PickedRuns<Run extends CurveRun>({ title, runs, nameOf, percent = false, share, onClose }: PickedRunsProps<Run>) {
  return (
    <div className="mt-2 rounded-md border border-line bg-sunken px-3 py-2 text-xs" role="status" data-testid="picked-runs">
      <div className="mb-1 flex items-center justify-between gap-2">
        <span className="font-medium">{title}</span>
        <Button look="quiet" small icon="close" aria-label="Close" onClick={onClose} />
      </div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {runs.map(({ run, value, unconverged }) => (
          <li key={run.id} className="inline-flex items-center gap-2">
            <Link className="text-accent hover:underline" href={runPage(run.id, share)}>
              {nameOf(run)}
            </Link>
            <span>{percent ? `${(100 * value).toPrecision(3)} %` : readable(value, 4)}</span>
            {unconverged && <Badge tone="warn">left out</Badge>}
            {run.status !== "finished" && <StatusBadge status={run.status} />}
          </li>
        ))}
      </ul>
    </div>
  );
}
