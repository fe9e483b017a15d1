"use client";
import Link from "next/link";
import type { ExternalRunDetail } from "../../contract/wire/views.ts";
import { experimentPage } from "../links.ts";
import { StatusBadge } from "../ui/Badge.tsx";
import { Panel } from "../ui/Panel.tsx";
import { configText, sourceTexts } from "./externalTexts.ts";

/** A run that was trained elsewhere: what it is, what is not known of it, and its latest values. */
export function ExternalRun({ detail, share }: { detail: ExternalRunDetail; share: string | null }) {
  const { row } = detail;
  const { client, source, unknown } = row.external;
  return (
    <div className="space-y-4" data-testid="external-run">
      <h1 className="wrap-anywhere font-semibold text-xl">
        <Link className="underline" href={experimentPage(row.experimentId, share)}>
          {detail.experimentName}
        </Link>
        , run {row.ordinal + 1}
      </h1>
      <Panel title="What it is">
        <div className="space-y-2 text-sm">
          <p className="flex flex-wrap items-center gap-3">
            <StatusBadge status={row.status} /> <span>step {row.step}</span>
          </p>
          <p className="wrap-anywhere">{configText(row.config)}</p>
          <p className="wrap-anywhere">
            Trained elsewhere, {sourceTexts[source]}
            {client.name !== "" && ` (${client.name} ${client.version})`}. Not known: {unknown.join(", ")}.
          </p>
          {row.failure && <p className="wrap-anywhere text-bad">{row.failure.message}</p>}
        </div>
      </Panel>
      <Panel title="Latest values">
        <ul className="text-sm">
          {Object.entries(row.last).map(([key, value]) => (
            <li key={key} className="wrap-anywhere">
              {key}: {value.toPrecision(6)}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
