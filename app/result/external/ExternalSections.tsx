"use client";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import { PanelBoundary } from "../../ui/PanelBoundary.tsx";
import { WhenVisible } from "../../ui/WhenVisible.tsx";
import { ExternalGeometry } from "./ExternalGeometry.tsx";
import type { ExternalStore } from "./ExternalStore.ts";
import { ExternalStudyChart } from "./ExternalStudyChart.tsx";
import { ExternalTable } from "./ExternalTable.tsx";
import { ExternalTraining } from "./ExternalTraining.tsx";
import { externalGeometryRun } from "./model/externalGeometryRun.ts";
import { NamedLayerChart } from "./NamedLayerChart.tsx";
import type { ExternalView } from "./view/externalView.ts";
import type { ChangeExternalView } from "./view/useExternalView.ts";

interface ExternalSectionsProps {
  store: ExternalStore;
  rule: LeaveOutRule | undefined;
  view: ExternalView;
  onView: ChangeExternalView;
  share: string | null;
  logged: number;
  onAllLogged: () => void;
}

/** The charts, each drawn once it comes into view, and the table of the runs; those that need class sums only where some run sent them. */
export function ExternalSections(props: ExternalSectionsProps) {
  const { store, rule, view, onView, share, logged, onAllLogged } = props;
  const { rows, chartVersion } = store;
  const begun = rows.some((row) => Object.keys(row.last).length > 0);
  const pictured = externalGeometryRun(rows, view.geometryRun);
  const hasGeometry = pictured !== null && store.geometry(pictured.id).length > 0;
  const hasSums = rows.some((row) => row.external.passes !== undefined);
  const emptyCurve = begun
    ? "No run has a value for this metric yet."
    : "No measurement yet: each run becomes a point here as soon as its program reports one.";
  return (
    <>
      <div className={hasSums || !begun ? "grid gap-4 xl:grid-cols-2" : "grid gap-4"}>
        <WhenVisible height={470} what="The chart of the study">
          <ExternalStudyChart
            store={store}
            version={chartVersion}
            rule={rule}
            view={view}
            onView={onView}
            share={share}
            empty={emptyCurve}
          />
        </WhenVisible>
        {(hasSums || !begun) && (
          <WhenVisible height={470} what="The layer profile">
            <NamedLayerChart
              store={store}
              version={chartVersion}
              rule={rule}
              view={view}
              onView={onView}
              empty={
                begun
                  ? "No layer has a value for this metric yet."
                  : "No measurement yet: each network becomes a line here, over the names of its layers."
              }
            />
          </WhenVisible>
        )}
      </div>
      {hasGeometry && (
        <WhenVisible height={440} what="The geometry of the last layer">
          <ExternalGeometry store={store} version={chartVersion} view={view} onView={onView} />
        </WhenVisible>
      )}
      <PanelBoundary what="The training panels">
        <ExternalTraining
          store={store}
          version={chartVersion}
          view={view}
          onView={onView}
          share={share}
          logged={logged}
          onAllLogged={onAllLogged}
        />
      </PanelBoundary>
      <PanelBoundary what="The table of runs">
        <ExternalTable store={store} rule={rule} view={view} onView={onView} share={share} />
      </PanelBoundary>
    </>
  );
}
