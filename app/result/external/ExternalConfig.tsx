"use client";
import { useMemo } from "react";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { Panel } from "../../ui/Panel.tsx";
import { OptimumFacts } from "../header/OptimumFacts.tsx";
import { compareFacts } from "../model/grid/compareFacts.ts";
import { ComparedFacts } from "../parts/ComparedFacts.tsx";
import { externalFacts } from "./parts/externalFacts.ts";

/** What the runs are: what differs between them first, then what they share, and their optimum where an objective was stated. */
export function ExternalConfig({ rows }: { rows: readonly ExternalRunRow[] }) {
  const { differs, shared } = useMemo(() => compareFacts(rows.map(({ config }) => externalFacts(config))), [rows]);
  return (
    <Panel title="Configuration" hint="as its own program reported it" testId="config">
      <ComparedFacts differs={differs} shared={shared}>
        <OptimumFacts rows={rows} />
      </ComparedFacts>
    </Panel>
  );
}
