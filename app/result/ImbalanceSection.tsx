"use client";
import { useQueries } from "@tanstack/react-query";
import { memo, useMemo } from "react";
import { imbalanceOf } from "../../contract/datasetConfig.ts";
import type { GeometrySnapshot } from "../../contract/runEvents.ts";
import type { RunRow } from "../../contract/views.ts";
import { readable } from "../charts/axisTicks.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Select } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import type { ExperimentStore } from "./experimentStore.ts";
import { GramHeatmap } from "./GramHeatmap.tsx";
import { gridAxes } from "./gridAxes.ts";
import { MinorityChart, type MinorityPoint } from "./MinorityChart.tsx";
import {
  blockCosines,
  bySize,
  imbalanceFamilies,
  imbalanceFamily,
  minoritySize,
  mostImbalances,
  reordered,
} from "./minorityCollapse.ts";
import type { ResultView } from "./resultView.ts";
import { geometryRun } from "./shownRuns.ts";
import { lineAxes, lineNamer } from "./studyAxes.ts";
import type { ChangeView } from "./useResultView.ts";

interface ImbalanceSectionProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
}

interface Level extends MinorityPoint {
  run: RunRow;
  snapshot: GeometrySnapshot;
  order: number[];
  counts: readonly number[];
}

/** What imbalance does to the geometry: Gram matrices sorted by class size, level by level, and the cosines within both halves. */
export const ImbalanceSection = memo(function ImbalanceSection({ store, version, view, onView }: ImbalanceSectionProps) {
  const trpc = useTRPC();
  const rows = store.chartRows;
  const family = imbalanceFamily(rows, view.imbalanceRun).slice(0, mostImbalances);
  const details = useQueries({
    queries: family.map((run) => ({
      ...trpc.runs.get.queryOptions({ id: run.id }),
      staleTime: 600_000,
      refetchOnWindowFocus: false,
      enabled: run.step > 0 || run.status === "finished",
    })),
  });
  const counts = details.map((detail) => detail.data?.dataset?.trainCounts ?? null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const levels = useMemo(
    () =>
      family.flatMap((run, index): Level[] => {
        const snapshot = store.geometry(run.id).at(-1);
        const sizes = counts[index];
        if (snapshot === undefined || !sizes || sizes.length !== snapshot.classes) return [];
        const order = bySize(sizes);
        return [
          {
            run,
            snapshot,
            order,
            counts: sizes,
            imbalance: imbalanceOf(run.config.dataset),
            means: blockCosines(reordered(snapshot.meansGram, order), snapshot.classes),
            head: blockCosines(reordered(snapshot.headGram, order), snapshot.classes),
          },
        ];
      }),
    [store, version, family.map((run) => run.id).join(), JSON.stringify(counts)],
  );
  const families = useMemo(() => imbalanceFamilies(rows), [rows]);
  const axes = useMemo(() => lineAxes(rows, "imbalance"), [rows]);
  const nameOf = useMemo(
    () =>
      lineNamer(
        rows.map((row) => row.config),
        axes,
        "imbalance",
      ),
    [rows, axes],
  );
  const seeds = new Set(rows.map((row) => row.config.seed)).size > 1;
  const shown = geometryRun(rows, view.imbalanceRun);
  const option = family.find((run) => families.includes(run)) ?? shown;

  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Panel
        testId="imbalance"
        title="Imbalance and the geometry"
        hint="cosines between classes, largest class first; framed: the smaller half, with its mean cosine below"
        padded={false}
      >
        {families.length > 1 && (
          <div className="px-4 pt-2">
            <Select
              aria-label="Runs of the imbalance view"
              className="!h-7 !w-auto max-w-72 text-xs"
              options={families.map((run) => ({
                value: String(run.ordinal),
                label: [nameOf(run.config), seeds ? gridAxes.seed.short(run.config) : ""]
                  .filter((text) => text !== "")
                  .join(", "),
              }))}
              value={String(option?.ordinal ?? "")}
              onChange={(value) => onView({ imbalanceRun: Number(value) })}
            />
          </div>
        )}
        {levels.length === 0 ? (
          <p className="px-4 py-16 text-center text-ink-soft text-sm">
            The Gram matrices appear here with the first measurement of each level of imbalance.
          </p>
        ) : (
          <div className="grid grid-cols-1 gap-x-4 gap-y-5 p-4 min-[480px]:grid-cols-2 sm:grid-cols-3">
            {levels.map((level) => (
              <LevelMaps key={level.run.id} level={level} />
            ))}
          </div>
        )}
      </Panel>
      <MinorityChart points={levels} classes={levels[0]?.snapshot.classes ?? null} />
    </div>
  );
});

const signed = (cosine: number | null) => (cosine === null ? "–" : cosine.toFixed(2).replace("-", "−"));

function LevelMaps({ level: { run, snapshot, order, counts, imbalance, means, head } }: { level: Level }) {
  const { classes } = snapshot;
  const names = order.map((label) => `class ${label} (${counts[label]} samples)`);
  const block = minoritySize(classes);
  const { optimum } = run;
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1.5 text-xs">
        <span className="font-medium">{imbalance === 1 ? "balanced" : `ratio ${imbalance}`}</span>
        <span className="text-ink-faint">
          {" "}
          {Math.max(...counts)}…{Math.min(...counts)} a class
        </span>
      </figcaption>
      <div className="flex gap-2">
        <GramHeatmap
          title={`means ${signed(means.minority)}`}
          cosines={reordered(snapshot.meansGram, order)}
          classes={classes}
          names={names}
          block={block}
          plain
        />
        <GramHeatmap
          title={`head ${signed(head.minority)}`}
          cosines={reordered(snapshot.headGram, order)}
          classes={classes}
          names={names}
          block={block}
          plain
        />
      </div>
      <p className="mt-1 text-2xs text-ink-faint">
        {optimum?.loss != null
          ? `L* = ${readable(optimum.loss)} ${optimum.method === "numeric" ? "(numeric optimum)" : "(closed form)"}`
          : `no L*${optimum ? `: ${optimum.reason}` : ""}`}
      </p>
    </figure>
  );
}
