"use client";
import { useQuery } from "@tanstack/react-query";
import { memo, useMemo } from "react";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { listKey } from "../../../contract/metrics/seriesKey.ts";
import type { AxisOptions } from "../../charts/axes/axisOptions.ts";
import type { ChartSeries } from "../../charts/chartTypes.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import { SeriesPanel } from "../../charts/panel/SeriesPanel.tsx";
import { useTRPC } from "../../data/trpcClient.ts";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { formatCount } from "../../text/formatNumber.ts";
import { readable } from "../../text/shortNumber.ts";
import { geometryRun, shownRuns } from "../model/runs/shownRuns.ts";
import { byFrequency } from "../model/tasks/byFrequency.ts";
import { floorReferences } from "../model/tasks/floorReferences.ts";
import { linesOfSplits } from "../model/tasks/taskRuns.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";

interface NextTokenSectionProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
}

const frequency: AxisOptions = { label: "training samples of the class", kind: "log10" };
const spread: AxisOptions = { label: "NC1 of the class", kind: "log10" };
const fitId = "next-token-fit";

/** Of next tokens: the fit beside what no network can go below, and how far each class has collapsed by how often it comes. */
export const NextTokenSection = memo(function NextTokenSection({ store, version, view, onView }: NextTokenSectionProps) {
  const runs = useMemo(
    () => shownRuns(store.chartRows, view).filter(({ config }) => config.dataset.id === "next-token"),
    [store.chartRows, view],
  );
  const logX = view.logX ?? store.detail?.config.measuring.name === "log";
  const logY = view.flipped.includes(fitId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const lines = useMemo(() => linesOfSplits(runs, "fit", ["train", "test"], store.series.bind(store)), [runs, store, version]);
  const references = useMemo(() => [...floorReferences(runs, "fit", "train"), ...floorReferences(runs, "fit", "test")], [runs]);
  const ambiguity = runs.find((run) => run.ambiguity)?.ambiguity;
  return (
    <section aria-labelledby="next-token-heading" data-testid="next-tokens">
      <h2 id="next-token-heading" className="font-semibold text-base">
        Next tokens
      </h2>
      <p className="mb-3 max-w-prose text-ink-soft text-sm" data-testid="next-token-answer">
        {ambiguity
          ? `${formatCount(ambiguity.contexts)} different contexts in the training set; ${formatCount(ambiguity.ambiguous)} samples have one after which other tokens follow too. So no network has a cross entropy below ${readable(ambiguity.entropy)} nats or an accuracy above ${readable(ambiguity.accuracy)} there, and one that knows the language pays ${readable(ambiguity.language)} nats on the test set.`
          : "How ambiguous the contexts are is said here once a run has begun."}
      </p>
      <div className="grid gap-4 xl:grid-cols-2">
        <SeriesPanel
          panelId={fitId}
          title="Fit and its floor"
          hint="training: solid; test: dashed"
          metric="fit"
          lines={lines}
          logY={logY}
          onLogY={() => onView({ flipped: logY ? view.flipped.filter((one) => one !== fitId) : [...view.flipped, fitId] })}
          x="step"
          logX={logX}
          window={view.zoom}
          onWindow={(zoom) => onView({ zoom })}
          references={references}
          height={300}
          measures={["train/fit", "test/fit"]}
          empty={lines.length > 0 ? undefined : "no point yet"}
        />
        <FrequencyPanel store={store} version={version} view={view} />
      </div>
    </section>
  );
});

/** NC1 of each class of one run, at its last picture, over the class's training samples. */
function FrequencyPanel({ store, view }: Pick<NextTokenSectionProps, "store" | "version" | "view">) {
  const texts = store.chartRows.filter(({ config }) => config.dataset.id === "next-token");
  const run = geometryRun(texts, view.geometryRun);
  const trpc = useTRPC();
  const key = listKey("train", "nc1.class", run ? layersOf(run.config) : 1);
  const enabled = run !== null;
  const id = run?.id ?? "";
  const lists = useQuery({ ...trpc.runs.lists.queryOptions({ id, keys: [key], latest: run?.step ?? 0 }), enabled });
  const detail = useQuery({ ...trpc.runs.get.queryOptions({ id }), enabled, staleTime: 600_000 });
  const numbers = lists.data?.lists[key];
  const counts = detail.data?.dataset?.trainCounts;
  const series = useMemo((): ChartSeries[] => {
    const points = byFrequency(numbers ?? [], counts ?? []);
    if (points.length === 0) return [];
    return [
      {
        id: "nc1.class",
        label: "NC1 of each class",
        style: { colour: "var(--ink)", dash: "", marker: "circle" },
        xs: points.map(({ count }) => count),
        ys: points.map(({ value }) => value),
        notes: points.map(({ token }) => `token ${token}`),
        draw: "dots",
      },
    ];
  }, [numbers, counts]);
  return (
    <ChartPanel
      panelId="next-token-frequency"
      title="NC1 by class frequency"
      hint={run ? `run ${run.ordinal}, last picture; tr Σ_k / tr Σ_B` : "tr Σ_k / tr Σ_B"}
      measures={["train/nc1.class"]}
      series={series}
      x={frequency}
      y={spread}
      height={300}
      crosshairAxis="frequency"
      formatX={(x: number) => `${formatCount(x)} samples`}
      empty={series.length > 0 ? undefined : "Each class becomes a dot here with the first picture of a run."}
    />
  );
}
