"use client";
import { memo, useMemo } from "react";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { GeometryView } from "../geometry/GeometryView.tsx";
import type { ExternalStore } from "./ExternalStore.ts";
import { configKeys } from "./model/configKeys.ts";
import { compareRuns, namingKeys, runNamer } from "./model/externalCells.ts";
import { externalGeometryRun } from "./model/externalGeometryRun.ts";
import type { ExternalView } from "./view/externalView.ts";
import type { ChangeExternalView } from "./view/useExternalView.ts";

interface ExternalGeometryProps {
  store: ExternalStore;
  version: number;
  view: ExternalView;
  onView: ChangeExternalView;
}

/** The geometry of one of the runs that sent class sums. */
export const ExternalGeometry = memo(function ExternalGeometry({ store, version, view, onView }: ExternalGeometryProps) {
  const rows = store.chartRows;
  const run = externalGeometryRun(rows, view.geometryRun);
  const options = useMemo(() => runOptions(rows), [rows]);
  return (
    <GeometryView
      store={store}
      version={version}
      run={run}
      options={options}
      classNames={run?.external.classNames}
      at={view.geometryStep}
      onRun={(geometryRun) => onView({ geometryRun, geometryStep: null })}
      onAt={(geometryStep) => onView({ geometryStep })}
    />
  );
});

function runOptions(rows: readonly ExternalRunRow[]): { value: string; label: string }[] {
  const keys = configKeys(rows);
  const naming = namingKeys(keys);
  const nameOf = runNamer(keys, naming);
  return rows
    .filter((row) => row.external.passes !== undefined)
    .sort(compareRuns(naming))
    .map((row) => ({ value: String(row.ordinal), label: nameOf(row) || `run ${row.ordinal + 1}` }));
}
