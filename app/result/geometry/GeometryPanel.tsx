"use client";
import { memo, useMemo } from "react";
import { layersOf } from "../../../contract/config/networkForm.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { cellNamer, compareConfigs, gridAxisIds, varyingAxes } from "../model/grid/gridAxes.ts";
import { geometryRun } from "../model/runs/shownRuns.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { ClassesPanel } from "./ClassesPanel.tsx";
import { GeometryView } from "./GeometryView.tsx";
import { useClassNames } from "./useClassNames.ts";

interface GeometryPanelProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
}

/** The geometry of one of a study's runs. */
export const GeometryPanel = memo(function GeometryPanel({ store, version, view, onView }: GeometryPanelProps) {
  const run = geometryRun(store.chartRows, view.geometryRun);
  const classNames = useClassNames(run?.id ?? null);
  const options = useMemo(() => runOptions(store.chartRows), [store.chartRows]);
  return (
    <div className="space-y-4">
      <GeometryView
        store={store}
        version={version}
        run={run}
        options={options}
        classNames={classNames}
        at={view.geometryStep}
        onRun={(geometryRun) => onView({ geometryRun, geometryStep: null })}
        onAt={(geometryStep) => onView({ geometryStep })}
      />
      {run && <ClassesPanel runId={run.id} layers={layersOf(run.config)} step={run.step} classNames={classNames} />}
    </div>
  );
});

function runOptions(rows: readonly RunRow[]): { value: string; label: string }[] {
  const begun = rows.filter((row) => row.step > 0 || Object.keys(row.last).length > 0);
  const axes = varyingAxes(rows.map((row) => row.config));
  const labelAxes = axes.length > 0 ? axes : gridAxisIds.filter((axis) => axis === "depth");
  const nameOf = cellNamer(rows.map((row) => row.config));
  return [...begun]
    .sort((a, b) => compareConfigs(a.config, b.config))
    .map((row) => ({ value: String(row.ordinal), label: nameOf(row.config, labelAxes) }));
}
