"use client";
import { useMemo, useState } from "react";
import { ExportFactsContext } from "../charts/export/ExportFacts.ts";
import type { FigureSource } from "../charts/export/figureFacts.ts";
import { CrosshairContext, CrosshairStore } from "../charts/pointer/crosshair.ts";
import { activityOf } from "../live/activityOf.ts";
import { FreshnessBadge } from "../live/FreshnessBadge.tsx";
import { Problem } from "../live/Problem.tsx";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { WhenVisible } from "../ui/WhenVisible.tsx";
import { ConfigPanel } from "./header/ConfigPanel.tsx";
import { NotePanel } from "./header/NotePanel.tsx";
import { ResultHeader } from "./header/ResultHeader.tsx";
import { useSaveNote } from "./header/useSaveNote.ts";
import { MissingResult } from "./MissingResult.tsx";
import { studyFacts } from "./model/runs/studyFacts.ts";
import { RemovedNotice } from "./NoExperiment.tsx";
import { ResultNotices } from "./ResultNotices.tsx";
import { ResultSections } from "./ResultSections.tsx";
import { useExperiment } from "./useExperiment.ts";
import { useLinkedPanel } from "./useLinkedPanel.ts";
import { useResultView } from "./view/useResultView.ts";

interface TrainedResultProps {
  experimentId: string;
  /** Token of the share link through which the page is read. */
  share?: string;
  /** It is a study of runs that were trained elsewhere. */
  onExternal: () => void;
}

/** The result page of a study that is trained here: what was found, over depth and over the layers, live while it is being found. */
export function TrainedResult({ experimentId, share, onExternal }: TrainedResultProps) {
  const [view, onView] = useResultView();
  const [crosshair] = useState(() => new CrosshairStore());
  const { store, version, freshness, error, readDetail } = useExperiment(experimentId, view, onExternal);
  const saveNote = useSaveNote(experimentId, readDetail);
  const { detail, rows } = store;
  const shareToken = share ?? null;

  usePageTitle(detail?.name);
  useLinkedPanel(detail !== null);

  const { chartRows } = store;
  const source = useMemo(
    (): FigureSource => ({ name: detail?.name ?? "", facts: detail ? studyFacts(detail, chartRows) : [] }),
    [detail, chartRows],
  );
  const badge = <FreshnessBadge freshness={freshness} {...activityOf(rows)} />;
  if (detail === null)
    return (
      <MissingResult experimentId={experimentId} error={error} readOnly={shareToken !== null} badge={badge} onRead={readDetail} />
    );

  const points = rows.reduce((sum, row) => sum + store.pointCount(row.id), 0);
  return (
    <CrosshairContext value={crosshair}>
      <ExportFactsContext value={source}>
        <div className="space-y-4" data-testid="experiment-result" data-last-point-at={store.lastPointAt}>
          <span data-testid="point-count" className="hidden">
            {points}
          </span>
          {store.removed && <RemovedNotice experimentId={experimentId} readOnly={detail.readOnly} />}
          <PanelBoundary what="The page header">
            <ResultHeader detail={detail} rows={rows} share={shareToken} badge={badge} onChanged={readDetail} />
          </PanelBoundary>
          {error !== null && !store.removed && <Problem error={error} onRetry={readDetail} />}
          <ResultNotices store={store} detail={detail} view={view} onView={onView} />
          <ResultSections store={store} version={version} detail={detail} view={view} onView={onView} share={shareToken} />
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
