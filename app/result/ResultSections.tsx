"use client";
import type { ExperimentDetail } from "../../contract/wire/views.ts";
import type { ExperimentStore } from "../live/ExperimentStore.ts";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { WhenVisible } from "../ui/WhenVisible.tsx";
import { AfterTrainingSection } from "./afterTraining/AfterTrainingSection.tsx";
import { hasAfterTraining } from "./afterTraining/hasAfterTraining.ts";
import { CertificateSection } from "./certificate/CertificateSection.tsx";
import { GeometryPanel } from "./geometry/GeometryPanel.tsx";
import { ImbalanceSection } from "./imbalance/ImbalanceSection.tsx";
import { hasImbalance } from "./model/imbalance/minorityCollapse.ts";
import { isDeepFree } from "./model/rank/rankCells.ts";
import { ruleInEffect } from "./model/runs/convergenceRule.ts";
import { speedIsOpen } from "./model/speed/convergenceSpeed.ts";
import { addsModulo, readsTexts } from "./model/tasks/taskRuns.ts";
import { SectionToggle } from "./parts/SectionToggle.tsx";
import { RankSection } from "./rank/RankSection.tsx";
import { SpeedSection } from "./speed/SpeedSection.tsx";
import { StudyChart } from "./study/StudyChart.tsx";
import { RunTable } from "./table/RunTable.tsx";
import { GrokkingSection } from "./tasks/GrokkingSection.tsx";
import { NextTokenSection } from "./tasks/NextTokenSection.tsx";
import { LayerProfileChart } from "./training/LayerProfileChart.tsx";
import { TrainingSection } from "./training/TrainingSection.tsx";
import type { ResultView } from "./view/resultView.ts";
import type { ChangeView } from "./view/useResultView.ts";

interface ResultSectionsProps {
  store: ExperimentStore;
  version: number;
  detail: ExperimentDetail;
  view: ResultView;
  onView: ChangeView;
  /** Token of the share link through which the page is read. */
  share: string | null;
}

/** The charts, each drawn once it comes into view, and the table of the runs. */
export function ResultSections({ store, version, detail, view, onView, share }: ResultSectionsProps) {
  const { rows } = store;
  const rule = ruleInEffect(detail, view);
  const speedOpen = speedIsOpen(view, rows);
  const begun = rows.some((row) => Object.keys(row.last).length > 0);
  const emptyCurve = begun
    ? "No run has a value for this metric yet."
    : "Each value of the grid becomes a point here, with its band over seeds, as soon as a run measures.";
  const emptyProfile = begun
    ? "No layer has a value for this metric yet."
    : "Each cell of the grid becomes a line here: how far every layer has collapsed.";
  return (
    <>
      <div className="grid gap-4 xl:grid-cols-2">
        <WhenVisible height={470} what="The chart of the study">
          <StudyChart rows={store.chartRows} rule={rule} view={view} onView={onView} share={share} empty={emptyCurve} />
        </WhenVisible>
        <WhenVisible height={470} what="The layer profile">
          <LayerProfileChart store={store} version={store.chartVersion} view={view} onView={onView} empty={emptyProfile} />
        </WhenVisible>
      </div>
      <section aria-labelledby="speed-heading" data-testid="speed">
        <SectionToggle id="speed-heading" title="Convergence speed" open={speedOpen} onOpen={(speed) => onView({ speed })} />
        {speedOpen && (
          <WhenVisible height={640} what="Convergence speed">
            <SpeedSection store={store} version={store.chartVersion} view={view} onView={onView} />
          </WhenVisible>
        )}
      </section>
      {addsModulo(rows) && (
        <WhenVisible height={380} what="Memorizing and generalizing">
          <GrokkingSection store={store} version={store.chartVersion} view={view} onView={onView} />
        </WhenVisible>
      )}
      {readsTexts(rows) && (
        <WhenVisible height={420} what="Next tokens">
          <NextTokenSection store={store} version={store.chartVersion} view={view} onView={onView} />
        </WhenVisible>
      )}
      {hasImbalance(rows) && (
        <WhenVisible height={480} what="Imbalance and the geometry">
          <ImbalanceSection store={store} version={store.chartVersion} rule={rule} view={view} onView={onView} />
        </WhenVisible>
      )}
      {isDeepFree(rows) && (
        <WhenVisible height={480} what="The rank of the solutions">
          <RankSection store={store} version={store.chartVersion} rule={rule} />
        </WhenVisible>
      )}
      {hasAfterTraining(rows, detail) && (
        <WhenVisible height={700} what="The evaluation after training">
          <AfterTrainingSection rows={store.chartRows} detail={detail} view={view} onView={onView} />
        </WhenVisible>
      )}
      <PanelBoundary what="The certificate">
        <CertificateSection rows={store.chartRows} view={view} onView={onView} />
      </PanelBoundary>
      <WhenVisible height={440} what="The geometry of the last layer">
        <GeometryPanel store={store} version={store.chartVersion} view={view} onView={onView} />
      </WhenVisible>
      <PanelBoundary what="The training panels">
        <TrainingSection store={store} version={store.chartVersion} view={view} onView={onView} share={share} />
      </PanelBoundary>
      <PanelBoundary what="The table of runs">
        <RunTable store={store} version={version} view={view} onView={onView} share={share} />
      </PanelBoundary>
    </>
  );
}
