"use client";
import { memo, useMemo } from "react";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { AxisOptions } from "../../charts/axes/axisOptions.ts";
import type { ReferenceMark } from "../../charts/chartTypes.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { readable } from "../../text/shortNumber.ts";
import { rankFacts } from "../model/metrics/panelFacts.ts";
import { rankAnswer, rankCells } from "../model/rank/rankCells.ts";
import { collapseSeries, rankSeries } from "../model/rank/rankSeries.ts";
import { RankTable } from "./RankTable.tsx";

const rankAxis: AxisOptions = { label: "least rank over the layers", kind: "linear", whole: true };
const collapseAxis: AxisOptions = { label: "J / J of collapse", kind: "linear" };
const one: ReferenceMark[] = [{ y: 1, label: "deep neural collapse", labelAt: "left" }];

interface RankSectionProps {
  store: ExperimentStore;
  version: number;
  rule: LeaveOutRule | undefined;
}

/** Of deep free features: the rank of each seed's solution beside K, and its objective beside that of deep neural collapse. */
export const RankSection = memo(function RankSection({ store, version, rule }: RankSectionProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const cells = useMemo(() => rankCells(store.chartRows, rule), [store, version, rule]);
  const depths = useMemo(() => [...new Set(cells.map(({ depth }) => depth))], [cells]);
  const xAxis = useMemo((): AxisOptions => ({ label: "depth L", kind: "log2", tickValues: depths }), [depths]);
  const classes = [...new Set(cells.map((cell) => cell.classes))];
  const references = classes.map((k): ReferenceMark => ({ y: k, label: `K = ${k}`, labelAt: "left" }));
  const common = { x: xAxis, height: 300, crosshairAxis: "rank", formatX: (x: number) => `L = ${readable(x)}`, facts: rankFacts };
  const isKnown = cells.some(({ collapse }) => collapse !== null);
  const empty = cells.length === 0 ? "Each seed's solution becomes a dot here as soon as its run measures." : undefined;
  return (
    <section className="grid gap-4 xl:grid-cols-2" aria-label="Rank of the solutions" data-testid="rank">
      <ChartPanel
        {...common}
        panelId="rank"
        title="Rank of the solutions"
        definition="solution.rank"
        headingLevel={2}
        hint="class means, least over the layers; a dot a seed, the line their median"
        series={rankSeries(cells)}
        y={rankAxis}
        references={references}
        notices={[cells.length > 0 ? rankAnswer(cells) : null]}
        empty={empty}
        footer={cells.length > 0 && <RankTable cells={cells} />}
      />
      <ChartPanel
        {...common}
        panelId="rank-objective"
        title="Objective beside that of collapse"
        definition="loss"
        headingLevel={2}
        hint="below 1, deep neural collapse is not optimal"
        series={collapseSeries(cells)}
        y={collapseAxis}
        references={isKnown ? one : []}
        notices={[
          isKnown
            ? "Under linear layers collapse is the optimum L*; under ReLU it is a value from above, and the optimum is not known."
            : null,
          isKnown && cells.some(({ collapse }) => collapse === null)
            ? "Of some runs the value of collapse is not known: it is of squared error, and of ReLU layers without a bias."
            : null,
        ]}
        empty={
          empty ??
          (isKnown
            ? undefined
            : "The value of deep neural collapse is known of squared error, and of ReLU layers without a bias.")
        }
      />
    </section>
  );
});
