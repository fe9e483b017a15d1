"use client";
import { useEffect, useMemo, useState } from "react";
import type { CsvFacts } from "../../contract/csv.ts";
import { ExportFactsContext } from "../charts/export/ExportFacts.ts";
import { CrosshairContext, CrosshairStore } from "../charts/pointer/crosshair.ts";
import { failureOf, isGone } from "../data/failureOf.ts";
import { useTRPCClient } from "../data/trpcClient.ts";
import { activityOf } from "../live/activityOf.ts";
import { FreshnessBadge } from "../live/FreshnessBadge.tsx";
import { Problem } from "../live/Problem.tsx";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { useToast } from "../ui/Toast.tsx";
import { WhenVisible } from "../ui/WhenVisible.tsx";
import { AfterTrainingSection, hasAfterTraining } from "./afterTraining/AfterTrainingSection.tsx";
import { GeometryPanel } from "./geometry/GeometryPanel.tsx";
import { ConfigPanel } from "./header/ConfigPanel.tsx";
import { DataNotice } from "./header/DataNotice.tsx";
import { DataWarnings } from "./header/DataWarnings.tsx";
import { FindingLine } from "./header/FindingLine.tsx";
import { NotePanel } from "./header/NotePanel.tsx";
import { ResultHeader } from "./header/ResultHeader.tsx";
import { ImbalanceSection } from "./imbalance/ImbalanceSection.tsx";
import { hasImbalance } from "./model/imbalance/minorityCollapse.ts";
import { ruleInEffect } from "./model/runs/convergenceRule.ts";
import { speedIsOpen } from "./model/speed/convergenceSpeed.ts";
import { NoExperiment, RemovedNotice } from "./NoExperiment.tsx";
import { SpeedSection } from "./speed/SpeedSection.tsx";
import { SpeedToggle } from "./speed/SpeedToggle.tsx";
import { LeftOutNote } from "./study/LeftOutNote.tsx";
import { StudyChart } from "./study/StudyChart.tsx";
import { RunTable } from "./table/RunTable.tsx";
import { UnshownRuns } from "./table/UnshownRuns.tsx";
import { LayerProfileChart } from "./training/LayerProfileChart.tsx";
import { TrainingSection } from "./training/TrainingSection.tsx";
import { useExperiment } from "./useExperiment.ts";
import { useResultView } from "./view/useResultView.ts";
import { WaitingState } from "./WaitingState.tsx";

interface ExperimentResultProps {
  experimentId: string;
  /** Token of the share link through which the page is read. */
  share?: string;
}

/** The result page: what was found, over depth and over the layers, live while it is being found. */
export function ExperimentResult({ experimentId, share }: ExperimentResultProps) {
  const [view, onView] = useResultView();
  const [crosshair] = useState(() => new CrosshairStore());
  const { store, version, freshness, error, readDetail } = useExperiment(experimentId, view);
  const client = useTRPCClient();
  const toast = useToast();
  const { detail, rows } = store;
  const shareToken = share ?? null;

  const name = detail?.name;
  useEffect(() => {
    if (name !== undefined) document.title = `${name} · Collapsar`;
  }, [name]);

  const isRead = detail !== null;
  useEffect(() => {
    // A link to a panel: the panel exists only now.
    const panel = isRead && window.location.hash.startsWith("#panel-") ? window.location.hash.slice(1) : null;
    if (panel === null) return;
    const timer = setTimeout(() => document.getElementById(panel)?.scrollIntoView(), 600);
    return () => clearTimeout(timer);
  }, [isRead]);

  const program = detail?.program;
  const facts = useMemo(
    (): CsvFacts => [
      ["experiment", `${name} (${experimentId})`],
      ["program", `Collapsar ${program}`],
    ],
    [name, program, experimentId],
  );
  const badge = <FreshnessBadge freshness={freshness} {...activityOf(rows)} />;
  if (detail === null)
    return (
      <div>
        {error === null ? (
          <ResultSkeleton />
        ) : isGone(error) ? (
          <NoExperiment experimentId={experimentId} readOnly={shareToken !== null} onRestored={readDetail} />
        ) : (
          <Problem error={error} onRetry={readDetail} />
        )}
        <div className="sr-only">{badge}</div>
      </div>
    );

  const begun = rows.some((row) => Object.keys(row.last).length > 0);
  const points = rows.reduce((sum, row) => sum + store.pointCount(row.id), 0);
  const saveNote = async (note: string) => {
    try {
      await client.experiments.update.mutate({ id: experimentId, note });
      await readDetail();
      return true;
    } catch (problem) {
      toast({ text: failureOf(problem).message, tone: "bad" });
      return false;
    }
  };
  const rule = ruleInEffect(detail, view);
  const speedOpen = speedIsOpen(view, rows);
  const emptyCurve = begun
    ? "No run has a value for this metric yet."
    : "Each value of the grid becomes a point here, with its band over seeds, as soon as a run measures.";
  const emptyProfile = begun
    ? "No layer has a value for this metric yet."
    : "Each cell of the grid becomes a line here: how far every layer has collapsed.";

  return (
    <CrosshairContext value={crosshair}>
      <ExportFactsContext value={facts}>
        <div className="space-y-4" data-testid="experiment-result" data-last-point-at={store.lastPointAt}>
          <span data-testid="point-count" className="hidden">
            {points}
          </span>
          {store.removed && <RemovedNotice experimentId={experimentId} readOnly={detail.readOnly} />}
          <PanelBoundary what="The page header">
            <ResultHeader detail={detail} rows={rows} share={shareToken} badge={badge} onChanged={readDetail} />
          </PanelBoundary>
          {error !== null && !store.removed && <Problem error={error} onRetry={readDetail} />}
          <PanelBoundary what="What the runs are waiting for">
            <WaitingState rows={rows} readOnly={detail.readOnly} />
          </PanelBoundary>
          <UnshownRuns runs={store.unshown} />
          <PanelBoundary what="A notice about the data">
            <DataNotice rows={store.chartRows} readOnly={detail.readOnly} />
            <DataWarnings experimentId={experimentId} rows={store.chartRows} />
          </PanelBoundary>
          <PanelBoundary what="The count of runs that are left out">
            <LeftOutNote
              detail={detail}
              rows={store.chartRows}
              countAll={view.countAll}
              onCountAll={(countAll) => onView({ countAll })}
            />
          </PanelBoundary>
          <PanelBoundary what="What the study found">
            <FindingLine rows={store.chartRows} rule={rule} />
          </PanelBoundary>
          <div className="grid gap-4 xl:grid-cols-2">
            <WhenVisible height={470} what="The chart of the study">
              <StudyChart rows={store.chartRows} rule={rule} view={view} onView={onView} share={shareToken} empty={emptyCurve} />
            </WhenVisible>
            <WhenVisible height={470} what="The layer profile">
              <LayerProfileChart store={store} version={store.chartVersion} view={view} onView={onView} empty={emptyProfile} />
            </WhenVisible>
          </div>
          <section aria-labelledby="speed-heading" data-testid="speed">
            <SpeedToggle open={speedOpen} onOpen={(open) => onView({ speed: open })} />
            {speedOpen && (
              <WhenVisible height={640} what="Convergence speed">
                <SpeedSection store={store} version={store.chartVersion} view={view} onView={onView} />
              </WhenVisible>
            )}
          </section>
          {hasImbalance(rows) && (
            <WhenVisible height={480} what="Imbalance and the geometry">
              <ImbalanceSection store={store} version={store.chartVersion} rule={rule} view={view} onView={onView} />
            </WhenVisible>
          )}
          {hasAfterTraining(rows, detail) && (
            <WhenVisible height={700} what="The evaluation after training">
              <AfterTrainingSection rows={store.chartRows} detail={detail} view={view} onView={onView} />
            </WhenVisible>
          )}
          <WhenVisible height={440} what="The geometry of the last layer">
            <GeometryPanel store={store} version={store.chartVersion} view={view} onView={onView} />
          </WhenVisible>
          <PanelBoundary what="The training panels">
            <TrainingSection store={store} version={store.chartVersion} view={view} onView={onView} share={shareToken} />
          </PanelBoundary>
          <PanelBoundary what="The table of runs">
            <RunTable store={store} version={version} view={view} onView={onView} share={shareToken} />
          </PanelBoundary>
          <div className="grid gap-4 xl:grid-cols-2">
            <WhenVisible height={360} what="The configuration">
              <ConfigPanel detail={detail} rows={store.chartRows} />
            </WhenVisible>
            <PanelBoundary what="The note">
              <NotePanel note={detail.note} readOnly={detail.readOnly} onSave={saveNote} />
            </PanelBoundary>
          </div>
        </div>
      </ExportFactsContext>
    </CrosshairContext>
  );
}

function ResultSkeleton() {
  return (
    <div className="space-y-4" role="status" aria-label="Loading the experiment">
      <Skeleton className="h-8 w-72" />
      <Skeleton className="h-4 w-96 max-w-full" />
      <div className="grid gap-4 xl:grid-cols-2">
        <Skeleton className="h-96 w-full" />
        <Skeleton className="h-96 w-full" />
      </div>
    </div>
  );
}
