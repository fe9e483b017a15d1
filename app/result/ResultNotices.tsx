"use client";
import type { ExperimentDetail } from "../../contract/wire/views.ts";
import type { ExperimentStore } from "../live/ExperimentStore.ts";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { DataNotice } from "./header/DataNotice.tsx";
import { DataWarnings } from "./header/DataWarnings.tsx";
import { FindingLine } from "./header/FindingLine.tsx";
import { ruleInEffect } from "./model/runs/convergenceRule.ts";
import { LeftOutNote } from "./study/LeftOutNote.tsx";
import { UnshownRuns } from "./table/UnshownRuns.tsx";
import type { ResultView } from "./view/resultView.ts";
import type { ChangeView } from "./view/useResultView.ts";
import { WaitingState } from "./WaitingState.tsx";

interface ResultNoticesProps {
  store: ExperimentStore;
  detail: ExperimentDetail;
  view: ResultView;
  onView: ChangeView;
}

/** What is to be known before the charts are read: what the runs wait for, what the data are, which runs count, what was found. */
export function ResultNotices({ store, detail, view, onView }: ResultNoticesProps) {
  const { chartRows } = store;
  return (
    <>
      <PanelBoundary what="What the runs are waiting for">
        <WaitingState detail={detail} rows={store.rows} />
      </PanelBoundary>
      <UnshownRuns runs={store.unshown} />
      <PanelBoundary what="A notice about the data">
        <DataNotice rows={chartRows} readOnly={detail.readOnly} />
        <DataWarnings experimentId={detail.id} rows={chartRows} />
      </PanelBoundary>
      <PanelBoundary what="The count of runs that are left out">
        <LeftOutNote detail={detail} rows={chartRows} countAll={view.countAll} onCountAll={(countAll) => onView({ countAll })} />
      </PanelBoundary>
      <PanelBoundary what="What the study found">
        <FindingLine rows={chartRows} rule={ruleInEffect(detail, view)} />
      </PanelBoundary>
    </>
  );
}
