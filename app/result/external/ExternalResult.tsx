"use client";
import { useMemo, useState } from "react";
import { ExportFactsContext } from "../../charts/export/ExportFacts.ts";
import type { FigureSource } from "../../charts/export/figureFacts.ts";
import { CrosshairContext, CrosshairStore } from "../../charts/pointer/crosshair.ts";
import { activityOf } from "../../live/activityOf.ts";
import { FreshnessBadge } from "../../live/FreshnessBadge.tsx";
import { Problem } from "../../live/Problem.tsx";
import { PanelBoundary } from "../../ui/PanelBoundary.tsx";
import { usePageTitle } from "../../ui/usePageTitle.ts";
import { WhenVisible } from "../../ui/WhenVisible.tsx";
import { NotePanel } from "../header/NotePanel.tsx";
import { useSaveNote } from "../header/useSaveNote.ts";
import { MissingResult } from "../MissingResult.tsx";
import { ruleInEffect } from "../model/runs/convergenceRule.ts";
import { RemovedNotice } from "../NoExperiment.tsx";
import { LeftOutNote } from "../study/LeftOutNote.tsx";
import { UnshownRuns } from "../table/UnshownRuns.tsx";
import { useLinkedPanel } from "../useLinkedPanel.ts";
import { ExternalConfig } from "./ExternalConfig.tsx";
import { ExternalHeader } from "./ExternalHeader.tsx";
import { ExternalSections } from "./ExternalSections.tsx";
import { externalStudyFacts } from "./model/externalStudyFacts.ts";
import { firstLogged } from "./model/trainingPanels.ts";
import { useExternalExperiment } from "./useExternalExperiment.ts";
import { useExternalView } from "./view/useExternalView.ts";

interface ExternalResultProps {
  experimentId: string;
  /** Token of the share link through which the page is read. */
  share?: string;
}

/** The result page of runs that were trained elsewhere: the same charts, over the keys of their own configs. */
export function ExternalResult({ experimentId, share }: ExternalResultProps) {
  const [view, onView] = useExternalView();
  const [crosshair] = useState(() => new CrosshairStore());
  const [logged, setLogged] = useState(firstLogged);
  const { store, freshness, error, readDetail } = useExternalExperiment(experimentId, view, logged);
  const saveNote = useSaveNote(experimentId, readDetail);
  const { detail, rows, chartRows } = store;
  const shareToken = share ?? null;

  usePageTitle(detail?.name);
  useLinkedPanel(detail !== null);
  const source = useMemo(
    (): FigureSource => ({ name: detail?.name ?? "", facts: detail ? externalStudyFacts(detail, chartRows) : [] }),
    [detail, chartRows],
  );
  const badge = <FreshnessBadge freshness={freshness} {...activityOf(rows)} />;
  if (detail === null)
    return (
      <MissingResult experimentId={experimentId} error={error} readOnly={shareToken !== null} badge={badge} onRead={readDetail} />
    );
  const rule = ruleInEffect(detail, view);
  return (
    <CrosshairContext value={crosshair}>
      <ExportFactsContext value={source}>
        <div className="space-y-4" data-testid="external-result" data-last-point-at={store.lastPointAt}>
          {store.removed && <RemovedNotice experimentId={experimentId} readOnly={detail.readOnly} />}
          <PanelBoundary what="The page header">
            <ExternalHeader detail={detail} rows={rows} share={shareToken} badge={badge} onChanged={readDetail} />
          </PanelBoundary>
          {error !== null && !store.removed && <Problem error={error} onRetry={readDetail} />}
          <UnshownRuns runs={store.unshown} />
          <LeftOutNote
            detail={detail}
            rows={chartRows}
            countAll={view.countAll}
            onCountAll={(countAll) => onView({ countAll })}
          />
          <ExternalSections
            store={store}
            rule={rule}
            view={view}
            onView={onView}
            share={shareToken}
            logged={logged}
            onAllLogged={() => setLogged(Number.POSITIVE_INFINITY)}
          />
          <div className="grid gap-4 xl:grid-cols-2">
            <WhenVisible height={300} what="The configuration">
              <ExternalConfig rows={chartRows} />
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
