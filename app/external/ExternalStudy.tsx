"use client";
import Link from "next/link";
import type { ExternalExperimentDetail } from "../../contract/wire/views.ts";
import { runPage } from "../links.ts";
import { StatusBadge } from "../ui/Badge.tsx";
import { Panel } from "../ui/Panel.tsx";
import { configText, sourceTexts } from "./externalTexts.ts";

/** A study of runs that were trained elsewhere: what they are, and how far each is. */
export function ExternalStudy({ detail, share }: { detail: ExternalExperimentDetail; share: string | null }) {
  return (
    <div className="space-y-4" data-testid="external-experiment">
      <h1 className="wrap-anywhere font-semibold text-xl">{detail.name}</h1>
      <Panel title="Runs" hint={`Trained elsewhere, ${sourceTexts[detail.config.source]}`}>
        {detail.runs.length === 0 ? (
          <p className="text-ink-faint text-sm">No run has been reported yet.</p>
        ) : (
          <ul className="space-y-2 text-sm">
            {detail.runs.map((run) => (
              <li key={run.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <Link className="underline" href={runPage(run.id, share)}>
                  Run {run.ordinal + 1}
                </Link>
                <StatusBadge status={run.status} />
                <span>step {run.step}</span>
                <span className="wrap-anywhere min-w-0 text-ink-faint">{configText(run.config)}</span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}
