"use client";
import { memo, useMemo, useState } from "react";
import { xModes } from "../../charts/axes/seriesX.ts";
import { ChartLegend } from "../../charts/panel/ChartLegend.tsx";
import { toggledIn } from "../../charts/panel/hiddenLines.ts";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Select } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { WhenVisible } from "../../ui/WhenVisible.tsx";
import { cellNamer, gridAxisIds, varyingAxes } from "../model/grid/gridAxes.ts";
import { leftOutOfRows, ruleInEffect } from "../model/runs/convergenceRule.ts";
import { shownPanels } from "../model/runs/readKeys.ts";
import { runEpoch, shownRuns } from "../model/runs/shownRuns.ts";
import { styleAmong } from "../model/study/studyStyle.ts";
import { ChosenRuns, ScaleChoice, SmoothingChoice } from "../parts/TrainingChoices.tsx";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { TrainingPanel } from "./TrainingPanel.tsx";

interface TrainingSectionProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
  share: string | null;
}

/** Live panels of the shown runs: one seed and all depths unless something else is chosen. */
export const TrainingSection = memo(function TrainingSection({ store, version, view, onView, share }: TrainingSectionProps) {
  const { chartRows: rows, detail } = store;
  const runs = useMemo(() => shownRuns(rows, view), [rows, view]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const legend = useMemo(() => {
    const varying = varyingAxes(runs.map((run) => run.config));
    const axes = varying.length > 0 ? varying : gridAxisIds.filter((axis) => axis === "depth");
    const styleOf = styleAmong(runs.map((run) => run.config));
    const nameOf = cellNamer(runs.map((run) => run.config));
    return runs.map((run) => ({ id: run.id, label: nameOf(run.config, axes), style: styleOf(run.config) }));
  }, [runs]);
  const seeds = [...new Set(rows.map((row) => row.config.seed))].sort((a, b) => a - b);
  const depths = [...new Set(rows.map((row) => row.config.depth))].sort((a, b) => a - b);
  const logX = view.logX ?? detail?.config.measuring.name === "log";
  const hasEpochs = runs.every((run) => runEpoch(run) !== null);
  const shownDepths = view.depths ?? depths;
  const toggleDepth = (depth: number) => {
    const next = shownDepths.includes(depth)
      ? shownDepths.filter((one) => one !== depth)
      : [...shownDepths, depth].sort((a, b) => a - b);
    onView({ depths: next.length === depths.length || next.length === 0 ? null : next, runs: null });
  };
  const panels = useMemo(() => shownPanels(rows), [rows]);
  const failed = runs.filter((run) => run.failure !== null);
  const rule = ruleInEffect(detail, view);
  const leftOut = leftOutOfRows(runs, rule);

  return (
    <section aria-labelledby="training-heading">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="training-heading" className="font-semibold text-base">
          Training
        </h2>
        {view.runs !== null ? (
          <ChosenRuns count={runs.length} onClear={() => onView({ runs: null })} />
        ) : (
          <>
            {seeds.length > 1 && (
              <span className="inline-flex items-center gap-1.5 text-ink-soft text-xs">
                seed
                <Select
                  aria-label="Seed shown"
                  className="!h-7 !w-auto text-xs"
                  options={[
                    ...seeds.map((seed) => ({ value: String(seed), label: String(seed) })),
                    { value: "all", label: "all" },
                  ]}
                  value={String(view.seed ?? seeds[0])}
                  onChange={(value) =>
                    onView({ seed: value === "all" ? "all" : Number(value) === seeds[0] ? null : Number(value) })
                  }
                />
              </span>
            )}
            {depths.length > 1 && (
              <fieldset className="flex flex-wrap items-center gap-1">
                <legend className="sr-only">Depths shown</legend>
                <span aria-hidden="true" className="mr-0.5 text-ink-soft text-xs">
                  depth
                </span>
                {depths.map((depth) => (
                  <button
                    key={depth}
                    type="button"
                    aria-pressed={shownDepths.includes(depth)}
                    onClick={() => toggleDepth(depth)}
                    className="h-6 min-w-6 rounded-sm border border-line px-1.5 text-ink-faint text-xs hover:border-line-strong aria-pressed:border-line-strong aria-pressed:bg-surface aria-pressed:text-ink"
                  >
                    {depth}
                  </button>
                ))}
              </fieldset>
            )}
          </>
        )}
        <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
          <Segmented
            label="Horizontal axis"
            options={xModes.filter((mode) => mode !== "epoch" || hasEpochs).map((mode) => ({ value: mode, label: mode }))}
            value={view.x}
            onChange={(x) => onView({ x, zoom: null })}
          />
          <ScaleChoice logX={logX} onLogX={(next) => onView({ logX: next })} />
          <SmoothingChoice smoothing={view.smoothing} onSmoothing={(smoothing) => onView({ smoothing })} />
        </div>
      </div>
      <div className="mb-3 space-y-1">
        <ChartLegend series={legend} hidden={hidden} onToggle={(id) => setHidden(toggledIn(hidden, id))} />
        {logX && <p className="text-2xs text-ink-faint">{view.x} 0 cannot be shown on a log axis: choose “linear” to see it.</p>}
      </div>
      {failed.length > 0 && (
        <p className="mb-2 text-warn text-xs">
          {countOf(failed.length, "shown run")} ended without a result; the table says why.
        </p>
      )}
      {leftOut !== null && <p className="mb-2 text-warn text-xs">{leftOut}; still drawn here.</p>}
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {panels.map((spec) => (
          <WhenVisible key={spec.id} height={320} what={`The panel “${spec.title}”`}>
            <TrainingPanel
              spec={spec}
              store={store}
              version={version}
              runs={runs}
              view={view}
              onView={onView}
              logX={logX}
              share={share}
              hidden={hidden}
            />
          </WhenVisible>
        ))}
      </div>
    </section>
  );
});
