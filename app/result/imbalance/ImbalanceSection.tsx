"use client";
import { useQueries } from "@tanstack/react-query";
import { memo, useMemo } from "react";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { FigureMenu } from "../../charts/panel/FigureMenu.tsx";
import { useTRPC } from "../../data/trpcClient.ts";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { DefinitionLink } from "../../ui/DefinitionLink.tsx";
import { Select } from "../../ui/Field.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { withData } from "../model/grid/dataVersions.ts";
import { halfNames, type LevelGeometry, levelGeometry } from "../model/imbalance/imbalanceGeometry.ts";
import { levelsFigure } from "../model/imbalance/levelsFigure.ts";
import { familyRun, imbalanceFamilies, imbalanceLevels } from "../model/imbalance/minorityCollapse.ts";
import { whyNever } from "../model/metrics/measuredAt.ts";
import { geometryRun } from "../model/runs/shownRuns.ts";
import { lineAxes, lineNamer } from "../model/study/studyAxes.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { LevelMaps } from "./LevelMaps.tsx";
import { MinorityChart } from "./MinorityChart.tsx";

interface ImbalanceSectionProps {
  store: ExperimentStore;
  version: number;
  rule: LeaveOutRule | undefined;
  view: ResultView;
  onView: ChangeView;
}

/**
 * What imbalance does to the geometry: Gram matrices sorted by class size, the mean over seeds or one seed's, level by level, and
 * the cosines within both halves.
 */
export const ImbalanceSection = memo(function ImbalanceSection({ store, version, rule, view, onView }: ImbalanceSectionProps) {
  const trpc = useTRPC();
  const rows = store.chartRows;
  const seeds = useMemo(() => [...new Set(rows.map((row) => row.config.seed))].sort((a, b) => a - b), [rows]);
  // A seed that the study does not have counts as not chosen.
  const seed = view.imbalanceSeed !== null && seeds.includes(view.imbalanceSeed) ? view.imbalanceSeed : null;
  const family = imbalanceLevels(rows, { imbalanceRun: view.imbalanceRun, imbalanceSeed: seed }, rule);
  // Seeds share their data: one run of a level knows the sizes of its classes.
  const measured = family.filter(({ runs }) => runs.length > 0);
  const details = useQueries({
    queries: measured.map(({ runs }) => ({
      ...trpc.runs.get.queryOptions({ id: runs[0]?.id ?? "" }),
      staleTime: 600_000,
      refetchOnWindowFocus: false,
    })),
  });
  const counts = details.map((detail) => detail.data?.dataset?.trainCounts ?? null);
  const runIds = measured.map(({ runs }) => runs.map((run) => run.id).join()).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const levels = useMemo(
    () =>
      measured.flatMap(
        (level, index) => levelGeometry(level, counts[index] ?? null, (run) => store.geometry(run.id).at(-1)) ?? [],
      ),
    [store, version, runIds, JSON.stringify(counts)],
  );
  const chosen = geometryRun(rows, view.imbalanceRun);
  const classNamesOf = ({ seeds }: LevelGeometry) => {
    const at = measured.findIndex(({ runs }) => runs.some((run) => run.id === seeds[0]?.run.id));
    return details[at]?.data?.dataset?.classNames;
  };

  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Panel
        testId="imbalance"
        title={
          <DefinitionLink anchor="nc2.angles" name="NC2 (angles)">
            Imbalance and the geometry
          </DefinitionLink>
        }
        hint={`cosines between classes, largest class first; framed: the ${halfNames(levels[0]).minority}, with their mean cosine below`}
        padded={false}
        actions={
          levels.length > 0 && <FigureMenu title="Imbalance and the geometry" figure={() => levelsFigure(levels, classNamesOf)} />
        }
      >
        <div className="flex flex-wrap gap-2 px-4 pt-2 empty:hidden">
          <FamilyChoice rows={rows} chosen={chosen} onChoose={(ordinal) => onView({ imbalanceRun: ordinal })} />
          {seeds.length > 1 && (
            <Select
              aria-label="Seeds of the imbalance view"
              className="!h-7 !w-auto text-xs"
              options={[
                { value: "", label: "mean over seeds" },
                ...seeds.map((value) => ({ value: String(value), label: `seed ${value}` })),
              ]}
              value={seed === null ? "" : String(seed)}
              onChange={(value) => onView({ imbalanceSeed: value === "" ? null : Number(value) })}
            />
          )}
        </div>
        {levels.length === 0 ? (
          <p className="px-4 py-16 text-center text-ink-soft text-sm">
            {whyNever(rows, "geometry") ?? "The Gram matrices appear here with the first measurement of each level of imbalance."}
          </p>
        ) : (
          <div className="grid grid-cols-1 gap-x-4 gap-y-5 p-4 min-[480px]:grid-cols-2">
            {levels.map((level) => (
              <LevelMaps key={withData(String(level.imbalance), level.data)} level={level} classNames={classNamesOf(level)} />
            ))}
          </div>
        )}
      </Panel>
      <MinorityChart levels={levels} empty={whyNever(rows, "geometry") ?? "Each level of imbalance becomes a point here."} />
    </div>
  );
});

/** Which runs are shown, where the study varies more than imbalance and seed. */
function FamilyChoice({
  rows,
  chosen,
  onChoose,
}: {
  rows: readonly RunRow[];
  chosen: RunRow | null;
  onChoose: (ordinal: number) => void;
}) {
  const families = useMemo(() => imbalanceFamilies(rows), [rows]);
  const nameOf = useMemo(() => {
    const configs = rows.map((row) => row.config);
    return lineNamer(configs, lineAxes(rows, "imbalance"), "imbalance");
  }, [rows]);
  if (families.length < 2) return null;
  return (
    <Select
      aria-label="Runs of the imbalance view"
      className="!h-7 !w-auto max-w-full text-xs"
      options={families.map((run) => ({ value: String(run.ordinal), label: nameOf(run.config) }))}
      value={String(familyRun(families, chosen)?.ordinal ?? "")}
      onChange={(value) => onChoose(Number(value))}
    />
  );
}
