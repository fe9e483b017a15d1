"use client";
import { useMemo } from "react";
import type { ExternalStore } from "../result/external/ExternalStore.ts";
import { ExternalStudyChart } from "../result/external/ExternalStudyChart.tsx";
import { ExternalTrainingPanel } from "../result/external/ExternalTrainingPanel.tsx";
import { configKeys } from "../result/external/model/configKeys.ts";
import { trainingLines } from "../result/external/model/trainingLines.ts";
import { externalPanels, shownExternal } from "../result/external/model/trainingPanels.ts";
import { NamedLayerChart } from "../result/external/NamedLayerChart.tsx";
import type { ExternalView } from "../result/external/view/externalView.ts";
import type { ChangeExternalView } from "../result/external/view/useExternalView.ts";
import { ruleInEffect } from "../result/model/runs/convergenceRule.ts";

interface ChosenExternalPanelProps {
  /** "study", "layer-profile", or a panel of the training; what it does not understand is the study. */
  panel: string;
  store: ExternalStore;
  view: ExternalView;
  onView: ChangeExternalView;
  share: string;
}

const none: ReadonlySet<string> = new Set();

/** One chart of the page of runs that were trained elsewhere. */
export function ChosenExternalPanel({ panel, store, view, onView, share }: ChosenExternalPanelProps) {
  const { chartRows: rows, chartVersion: version, detail } = store;
  const chosen = useMemo(() => externalPanels(rows, Number.POSITIVE_INFINITY).find(({ id }) => id === panel), [rows, panel]);
  const { runs, lines } = useMemo(() => {
    const keys = configKeys(rows);
    const shown = shownExternal(rows, keys, view).runs;
    return { runs: shown, lines: trainingLines(shown, keys) };
  }, [rows, view]);
  const rule = ruleInEffect(detail, view);
  const empty = "No measurement yet: points appear here as soon as a run reports one.";
  if (panel === "layer-profile")
    return <NamedLayerChart store={store} version={version} rule={rule} view={view} onView={onView} empty={empty} />;
  if (chosen !== undefined)
    return (
      <ExternalTrainingPanel
        panel={chosen}
        store={store}
        version={version}
        runs={runs}
        lines={lines}
        view={view}
        onView={onView}
        logX={view.logX ?? false}
        share={share}
        hidden={none}
      />
    );
  return (
    <ExternalStudyChart store={store} version={version} rule={rule} view={view} onView={onView} share={share} empty={empty} />
  );
}
