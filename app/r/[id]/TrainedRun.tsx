"use client";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { isTerminal } from "../../../contract/status.ts";
import type { RunDetail } from "../../../contract/wire/views.ts";
import { ExportFactsContext } from "../../charts/export/ExportFacts.ts";
import type { FigureSource } from "../../charts/export/figureFacts.ts";
import { useShareToken } from "../../data/ShareToken.ts";
import { experimentPage, newFromRun, runExport } from "../../links.ts";
import { runEpoch } from "../../result/model/runs/shownRuns.ts";
import { useCommands } from "../../shell/Commands.tsx";
import { PanelBoundary } from "../../ui/PanelBoundary.tsx";
import { RunCharts } from "./RunCharts.tsx";
import { RunEvaluation } from "./RunEvaluation.tsx";
import { RunAttempts, RunCheckpoints, RunFacts } from "./RunFacts.tsx";
import { RunHeader } from "./RunHeader.tsx";
import { RunLog } from "./RunLog.tsx";
import { RunWarnings } from "./RunWarnings.tsx";
import { trainedNetwork } from "./runPanels.ts";
import type { LiveRun } from "./useRun.ts";

/** A run that is trained here: numbers, every series, log, attempts, and all that decided them. */
export function TrainedRun({ detail, live }: { detail: RunDetail; live: LiveRun }) {
  const shareToken = useShareToken();
  const router = useRouter();
  const { log, readEarlier, readingEarlier, store, freshness, refresh } = live;
  const { experimentName, program } = detail;
  const { id: runId, ordinal, dataHash, config } = detail.row;
  const csvHref = runExport(runId, shareToken, "csv");
  const experimentHref = experimentPage(detail.row.experimentId, shareToken);
  useCommands(
    detail.readOnly
      ? []
      : [
          { id: "run-fork", label: "Fork this run with changes", icon: "fork", run: () => router.push(newFromRun(runId)) },
          { id: "run-experiment", label: "Go to this run's experiment", icon: "up", run: () => router.push(experimentHref) },
        ],
  );
  const network = useMemo(() => trainedNetwork(config), [config]);
  const source = useMemo(
    (): FigureSource => ({
      name: `${experimentName} run ${ordinal + 1}`,
      facts: [
        ["run", `${ordinal + 1} (${runId}) of ${experimentName}`],
        ["program", `Collapsar ${program}`],
        ["config", JSON.stringify(config)],
        ["seeds", String(config.seed)],
        ["data", dataHash === null ? "no hash known" : `sha256 ${dataHash}`],
      ],
    }),
    [ordinal, runId, experimentName, program, config, dataHash],
  );

  return (
    <div data-testid="run" data-run-id={runId} data-status={detail.row.status}>
      <PanelBoundary what="The page header">
        <RunHeader detail={detail} freshness={freshness} experimentHref={experimentHref} onChanged={refresh} />
      </PanelBoundary>
      <PanelBoundary what="The warnings of the run">
        <RunWarnings detail={detail} />
      </PanelBoundary>
      <ExportFactsContext value={source}>
        <div className="mt-4">
          <PanelBoundary what="The charts of the run">
            <RunCharts
              detail={detail}
              store={store}
              csvHref={csvHref}
              network={network}
              classNames={detail.dataset?.classNames}
              stepsPerEpoch={runEpoch(detail.row)}
              logX={config.measuring.name === "log"}
            />
          </PanelBoundary>
        </div>
        <PanelBoundary what="The evaluation after training">
          <RunEvaluation row={detail.row} />
        </PanelBoundary>
      </ExportFactsContext>
      <div className="mt-6 grid gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="min-w-0 space-y-4">
          <PanelBoundary what="The log">
            <RunLog lines={log} readEarlier={readEarlier} reading={readingEarlier} ended={isTerminal(detail.row.status)} />
          </PanelBoundary>
          <PanelBoundary what="The list of attempts">
            <RunAttempts attempts={detail.attempts} />
          </PanelBoundary>
          <PanelBoundary what="The list of checkpoints">
            <RunCheckpoints detail={detail} />
          </PanelBoundary>
        </div>
        <div className="min-w-0 space-y-4">
          <PanelBoundary what="What determined the run's numbers">
            <RunFacts detail={detail} />
          </PanelBoundary>
        </div>
      </div>
    </div>
  );
}
