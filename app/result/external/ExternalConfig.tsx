"use client";
import { useMemo } from "react";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Facts } from "../../ui/Table.tsx";
import { OptimumFacts } from "../header/OptimumFacts.tsx";
import { compareFacts } from "../model/grid/compareFacts.ts";
import { externalFacts } from "./parts/externalFacts.ts";

/** What the runs are: what differs between them first, then what they share, and their optimum where an objective was stated. */
export function ExternalConfig({ rows }: { rows: readonly ExternalRunRow[] }) {
  const { differs, shared } = useMemo(() => compareFacts(rows.map(({ config }) => externalFacts(config))), [rows]);
  return (
    <Panel title="Configuration" hint="as its own program reported it" testId="config">
      <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
        <div className="min-w-0 space-y-4">
          {differs.length > 0 && (
            <div>
              <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Differs between runs</h3>
              <Facts rows={differs} />
            </div>
          )}
          <OptimumFacts rows={rows} />
        </div>
        <div className="min-w-0">
          <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Common to all runs</h3>
          <Facts rows={shared} />
        </div>
      </div>
    </Panel>
  );
}
