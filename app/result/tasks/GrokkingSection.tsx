"use client";
import { memo, useMemo } from "react";
import type { Metric } from "../../../contract/metrics/metricInfo.ts";
import { metricInfo } from "../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../contract/metrics/seriesKey.ts";
import { SeriesPanel } from "../../charts/panel/SeriesPanel.tsx";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { shownRuns } from "../model/runs/shownRuns.ts";
import { grokkingAnswer, linesOfSplits } from "../model/tasks/taskRuns.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";

interface GrokkingSectionProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
}

const panels: { id: string; title: string; metric: Metric; splits: Split[] }[] = [
  { id: "grokking-accuracy", title: "Accuracy on both sets", metric: "accuracy", splits: ["train", "test"] },
  { id: "grokking-nc1", title: "NC1 on both sets", metric: "nc1.ratio", splits: ["train", "test"] },
  { id: "grokking-flatness", title: "Relative flatness", metric: "flatness", splits: ["train"] },
];

/** Of modular addition: when the training set is known, and when the sums that were never shown; with NC1 and flatness, over steps. */
export const GrokkingSection = memo(function GrokkingSection({ store, version, view, onView }: GrokkingSectionProps) {
  const runs = useMemo(() => shownRuns(store.chartRows, view), [store.chartRows, view]);
  const logX = view.logX ?? store.detail?.config.measuring.name === "log";
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const { lines, answer } = useMemo(() => {
    const read = store.series.bind(store);
    return {
      lines: panels.map(({ metric, splits }) => linesOfSplits(runs, metric, splits, read)),
      answer: grokkingAnswer(runs, read),
    };
  }, [runs, store, version]);
  return (
    <section aria-labelledby="grokking-heading" data-testid="grokking">
      <h2 id="grokking-heading" className="font-semibold text-base">
        Memorizing and generalizing
      </h2>
      <p className="mb-3 max-w-prose text-ink-soft text-sm" data-testid="grokking-answer">
        {answer ?? "As soon as a run knows its training pairs, this says when it knew the test pairs."}
      </p>
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {panels.map(({ id, title, metric, splits }, at) => {
          const log = view.flipped.includes(id) ? !metricInfo[metric].log : metricInfo[metric].log;
          return (
            <SeriesPanel
              key={id}
              panelId={id}
              title={title}
              hint={metricInfo[metric].formula}
              metric={metric}
              lines={lines[at] ?? []}
              logY={log}
              onLogY={() =>
                onView({ flipped: view.flipped.includes(id) ? view.flipped.filter((one) => one !== id) : [...view.flipped, id] })
              }
              x="step"
              logX={logX}
              window={view.zoom}
              onWindow={(zoom) => onView({ zoom })}
              height={260}
              measures={splits.map((split) => `${split}/${metric}`)}
              empty={(lines[at] ?? []).length > 0 ? undefined : "no point yet"}
            />
          );
        })}
      </div>
    </section>
  );
});
