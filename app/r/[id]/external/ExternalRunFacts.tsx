"use client";
import type { ExternalRunDetail } from "../../../../contract/wire/externalViews.ts";
import { externalFacts } from "../../../result/external/parts/externalFacts.ts";
import { sourceTexts } from "../../../result/external/parts/sourceTexts.ts";
import { formatCount } from "../../../text/formatNumber.ts";
import { formatFull } from "../../../text/formatTime.ts";
import { Panel } from "../../../ui/Panel.tsx";
import { Facts } from "../../../ui/Table.tsx";
import { OptimumFacts } from "../RunFacts.tsx";

/** What a run's own program said of it, what was measured of its data, and what nobody said. */
export function ExternalRunFacts({ detail }: { detail: ExternalRunDetail }) {
  const { row } = detail;
  const { source, client, classNames, passes, unknown } = row.external;
  const name = `${client.name} ${client.version}`.trim();
  return (
    <>
      <Panel title="Configuration" hint="as its own program reported it">
        <Facts rows={externalFacts(row.config)} />
      </Panel>
      <Panel title="Source">
        <Facts
          rows={[
            ["Numbers", sourceTexts[source]],
            ["Program", name === "" ? "not named" : name],
            ...(passes === undefined ? [] : ([["Passes", passes === 1 ? "one over the data" : "two over the data"]] as const)),
            ...(row.classes === null ? [] : ([["Classes", classesText(row.classes, classNames)]] as const)),
            ...(row.trainSamples === null ? [] : ([["Training samples", formatCount(row.trainSamples)]] as const)),
            ["Opened", row.startedAt === null ? "–" : formatFull(row.startedAt)],
            ["Not known", unknown.join("; ")],
          ].map(([fact, value]) => [fact, value] as [string, string])}
        />
      </Panel>
      <Panel title="Optimum of the unconstrained-features model">
        <OptimumFacts detail={detail} none="None: the run's objective was not stated." />
      </Panel>
    </>
  );
}

const maxNames = 20;

function classesText(classes: number, names: readonly string[] | undefined): string {
  if (names === undefined) return String(classes);
  const rest = names.length - maxNames;
  return `${classes}: ${names.slice(0, maxNames).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
