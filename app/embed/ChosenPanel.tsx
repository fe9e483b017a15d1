"use client";
import { useMemo } from "react";
import type { ExperimentStore } from "../live/ExperimentStore.ts";
import { ruleInEffect } from "../result/model/runs/convergenceRule.ts";
import { shownPanels } from "../result/model/runs/readKeys.ts";
import { shownRuns } from "../result/model/runs/shownRuns.ts";
import { StudyChart } from "../result/study/StudyChart.tsx";
import { LayerProfileChart } from "../result/training/LayerProfileChart.tsx";
import { TrainingPanel } from "../result/training/TrainingPanel.tsx";
import type { ResultView } from "../result/view/resultView.ts";
import type { ChangeView } from "../result/view/useResultView.ts";

interface ChosenPanelProps {
  /** "study", "layer-profile", or a panel of the training, "nc1-ratio"; what it does not understand is the study. */
  panel: string;
  store: ExperimentStore;
  view: ResultView;
  onView: ChangeView;
  share: string;
}

const none: ReadonlySet<string> = new Set();

/** One chart of the result page. */
export function ChosenPanel({ panel, store, view, onView, share }: ChosenPanelProps) {
  const { chartRows: rows, chartVersion: version, detail } = store;
  const runs = useMemo(() => shownRuns(rows, view), [rows, view]);
  const spec = useMemo(() => shownPanels(rows).find(({ id }) => id === panel), [rows, panel]);
  const empty = rows.some((row) => Object.keys(row.last).length > 0)
    ? "No run has a value for this metric yet."
    : "Points appear here as soon as a run measures.";
  if (panel === "layer-profile")
    return <LayerProfileChart store={store} version={version} view={view} onView={onView} empty={empty} />;
  if (spec !== undefined)
    return (
      <TrainingPanel
        spec={spec}
        store={store}
        version={version}
        runs={runs}
        view={view}
        onView={onView}
        logX={view.logX ?? detail?.config.measuring.name === "log"}
        share={share}
        hidden={none}
      />
    );
  return <StudyChart rows={rows} rule={ruleInEffect(detail, view)} view={view} onView={onView} share={share} empty={empty} />;
}
