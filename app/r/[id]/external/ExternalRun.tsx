"use client";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { isTerminal } from "../../../../contract/status.ts";
import type { ExternalRunDetail } from "../../../../contract/wire/externalViews.ts";
import { ExportFactsContext } from "../../../charts/export/ExportFacts.ts";
import type { FigureSource } from "../../../charts/export/figureFacts.ts";
import { useShareToken } from "../../../data/ShareToken.ts";
import { experimentPage, runExport } from "../../../links.ts";
import { GeometryView } from "../../../result/geometry/GeometryView.tsx";
import { useCommands } from "../../../shell/Commands.tsx";
import { PanelBoundary } from "../../../ui/PanelBoundary.tsx";
import { RunCharts } from "../RunCharts.tsx";
import { RunLog } from "../RunLog.tsx";
import type { LiveRun } from "../useRun.ts";
import { ExternalRunFacts } from "./ExternalRunFacts.tsx";
import { ExternalRunHeader } from "./ExternalRunHeader.tsx";
import { externalNetwork } from "./externalNetwork.ts";
import { ReportedAttempts } from "./ReportedAttempts.tsx";
import { useRunGeometry } from "./useRunGeometry.ts";

/** A run that was trained elsewhere: every series, the geometry, log and attempts, and what is known of it. */
export function ExternalRun({ detail, live }: { detail: ExternalRunDetail; live: LiveRun }) {
  const shareToken = useShareToken();
  const router = useRouter();
  const { log, readEarlier, readingEarlier, store, freshness } = live;
  const { row, experimentName, program } = detail;
  const { id, ordinal, config, external } = row;
  const experimentHref = experimentPage(row.experimentId, shareToken);
  const commands = detail.readOnly
    ? []
    : [
        {
          id: "run-experiment",
          label: "Go to this run's experiment",
          icon: "up" as const,
          run: () => router.push(experimentHref),
        },
      ];
  useCommands(commands);
  const network = useMemo(() => externalNetwork(config), [config]);
  const geometry = useRunGeometry(store, row);
  const source = useMemo(
    (): FigureSource => ({
      name: `${experimentName} run ${ordinal + 1}`,
      facts: [
        ["run", `${ordinal + 1} (${id}) of ${experimentName}`],
        ["program", `Collapsar ${program}`],
        [
          "trained",
          `elsewhere, reported by ${`${external.client.name} ${external.client.version}`.trim() || "a program of its own"}`,
        ],
        ["config", JSON.stringify(config)],
        ["data", "no hash known"],
        ["not known", external.unknown.join("; ")],
      ],
    }),
    [ordinal, id, experimentName, program, config, external],
  );
  const begun = detail.series.length > 0 || Object.keys(row.last).length > 0;
  return (
    <div data-testid="run" data-run-id={id} data-status={row.status}>
      <PanelBoundary what="The page header">
        <ExternalRunHeader detail={detail} freshness={freshness} experimentHref={experimentHref} />
      </PanelBoundary>
      <ExportFactsContext value={source}>
        <div className="mt-4 space-y-4">
          {begun ? (
            <PanelBoundary what="The charts of the run">
              <RunCharts
                detail={detail}
                store={store}
                csvHref={runExport(id, shareToken, "csv")}
                network={network}
                classNames={external.classNames}
                stepsPerEpoch={null}
                logX={false}
                hasTime={false}
              />
            </PanelBoundary>
          ) : (
            <p className="rounded-lg border border-line bg-surface px-4 py-10 text-center text-ink-soft text-sm">
              No measurement yet: every number that its program reports appears here.
            </p>
          )}
          {store.geometry(id).length > 0 && (
            <PanelBoundary what="The geometry of the last layer">
              <GeometryView
                store={store}
                version={geometry.version}
                run={row}
                options={[]}
                classNames={external.classNames}
                at={geometry.at}
                onRun={geometry.onAt}
                onAt={geometry.onAt}
              />
            </PanelBoundary>
          )}
        </div>
      </ExportFactsContext>
      <div className="mt-6 grid gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="min-w-0 space-y-4">
          <PanelBoundary what="The log">
            <RunLog
              lines={log}
              readEarlier={readEarlier}
              reading={readingEarlier}
              ended={isTerminal(row.status)}
              writer="messages of its program appear here"
            />
          </PanelBoundary>
          <PanelBoundary what="The list of attempts">
            <ReportedAttempts attempts={detail.attempts} />
          </PanelBoundary>
        </div>
        <div className="min-w-0 space-y-4">
          <PanelBoundary what="What is known of the run">
            <ExternalRunFacts detail={detail} />
          </PanelBoundary>
        </div>
      </div>
    </div>
  );
}
