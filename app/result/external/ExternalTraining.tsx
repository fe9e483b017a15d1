"use client";
import { memo, useMemo, useState } from "react";
import { ChartLegend } from "../../charts/panel/ChartLegend.tsx";
import { toggledIn } from "../../charts/panel/hiddenLines.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { WhenVisible } from "../../ui/WhenVisible.tsx";
import { ChosenRuns, ScaleChoice, SmoothingChoice } from "../parts/TrainingChoices.tsx";
import type { ExternalStore } from "./ExternalStore.ts";
import { ExternalTrainingPanel } from "./ExternalTrainingPanel.tsx";
import { configKeys } from "./model/configKeys.ts";
import { loggedMeasures } from "./model/measures.ts";
import { trainingLines } from "./model/trainingLines.ts";
import { externalPanels, shownExternal } from "./model/trainingPanels.ts";
import type { ExternalView } from "./view/externalView.ts";
import type { ChangeExternalView } from "./view/useExternalView.ts";

interface ExternalTrainingProps {
  store: ExternalStore;
  version: number;
  view: ExternalView;
  onView: ChangeExternalView;
  share: string | null;
  /** Panels of logged numbers that are shown, and how to show all. */
  logged: number;
  onAllLogged: () => void;
}

/** Everything over the steps of the training: what is measured, and what the runs' own program logged. */
export const ExternalTraining = memo(function ExternalTraining(props: ExternalTrainingProps) {
  const { store, version, view, onView, share, logged, onAllLogged } = props;
  const rows = store.chartRows;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const keys = useMemo(() => configKeys(rows), [rows]);
  const { runs, more } = useMemo(() => shownExternal(rows, keys, view), [rows, keys, view]);
  const lines = useMemo(() => trainingLines(runs, keys), [runs, keys]);
  const panels = useMemo(() => externalPanels(rows, logged), [rows, logged]);
  const loggedCount = useMemo(() => loggedMeasures(rows).length, [rows]);
  const repeated = runs.length < rows.length || view.seed === "all";
  const logX = view.logX ?? false;
  if (panels.length === 0) return null;
  return (
    <section aria-labelledby="training-heading" data-testid="external-training">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="training-heading" className="font-semibold text-base">
          Training
        </h2>
        {view.runs !== null ? (
          <ChosenRuns count={runs.length} onClear={() => onView({ runs: null })} />
        ) : (
          repeated && (
            <Segmented
              label="Runs shown"
              options={[
                { value: "one", label: "one of each" },
                { value: "all", label: "all seeds" },
              ]}
              value={view.seed === "all" ? "all" : "one"}
              onChange={(value) => onView({ seed: value === "all" ? "all" : null })}
            />
          )
        )}
        <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
          <ScaleChoice logX={logX} onLogX={(next) => onView({ logX: next ? true : null })} />
          <SmoothingChoice smoothing={view.smoothing} onSmoothing={(smoothing) => onView({ smoothing })} />
        </div>
      </div>
      <div className="mb-3 space-y-1">
        <ChartLegend series={lines} hidden={hidden} onToggle={(id) => setHidden(toggledIn(hidden, id))} />
        {more > 0 && (
          <p className="text-2xs text-ink-faint">{countOf(more, "more run")} not drawn: choose runs in the table to see them.</p>
        )}
        {logX && <p className="text-2xs text-ink-faint">step 0 cannot be shown on a log axis: choose “linear” to see it.</p>}
      </div>
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {panels.map((panel) => (
          <WhenVisible key={panel.id} height={320} what={`The panel “${panel.title}”`}>
            <ExternalTrainingPanel
              panel={panel}
              store={store}
              version={version}
              runs={runs}
              lines={lines}
              view={view}
              onView={onView}
              logX={logX}
              share={share}
              hidden={hidden}
            />
          </WhenVisible>
        ))}
      </div>
      {loggedCount > logged && (
        <div className="mt-3 text-center">
          <Button small look="quiet" onClick={onAllLogged}>
            Show all {loggedCount} logged numbers
          </Button>
        </div>
      )}
    </section>
  );
});
