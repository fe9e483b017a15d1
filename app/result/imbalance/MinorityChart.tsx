"use client";
import { useMemo } from "react";
import type { AxisOptions } from "../../charts/axes/axisOptions.ts";
import type { ReferenceMark } from "../../charts/chartTypes.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import { readable } from "../../text/shortNumber.ts";
import { halfNames, type LevelGeometry } from "../model/imbalance/imbalanceGeometry.ts";
import { minoritySeries } from "../model/imbalance/minoritySeries.ts";
import { optimumSeries, thresholdMarks, thresholdText } from "../model/imbalance/optimumSeries.ts";
import { minorityFacts } from "../model/metrics/panelFacts.ts";
import { studyAxes } from "../model/study/studyAxes.ts";
import { MinorityTable } from "./MinorityTable.tsx";
import { useLayerPeeled } from "./useLayerPeeled.ts";

const yAxis: AxisOptions = { label: "mean cosine", kind: "linear" };

/** Mean cosine within the smaller and the larger half of the classes against imbalance: minority collapse rises towards 1. */
export function MinorityChart({ levels, empty }: { levels: readonly LevelGeometry[]; empty: string }) {
  const classes = levels[0]?.of ?? null;
  const { curve, problem } = useLayerPeeled(levels);
  const series = useMemo(
    () => (levels.length === 0 ? [] : [...minoritySeries(levels), ...optimumSeries(curve)]),
    [levels, curve],
  );
  const drops = useMemo(() => thresholdMarks(curve), [curve]);
  const xAxis = useMemo(
    (): AxisOptions => ({
      label: studyAxes.imbalance.label,
      kind: "log10",
      tickValues: levels.map((level) => level.imbalance),
    }),
    [levels],
  );
  const references = useMemo(
    (): ReferenceMark[] =>
      classes === null
        ? []
        : [{ y: -1 / (classes - 1), label: `balanced simplex −${readable(1 / (classes - 1), 2)}`, labelAt: "left" }],
    [classes],
  );
  const several = levels.some(({ seeds }) => seeds.length > 1);
  const seed = levels[0]?.seeds[0]?.run.config.seed;
  return (
    <ChartPanel
      panelId="minority"
      title="Minority collapse"
      definition="nc2.angles"
      headingLevel={2}
      hint="mean cosine between different classes"
      facts={minorityFacts}
      series={series}
      x={xAxis}
      y={yAxis}
      references={references}
      drops={drops}
      height={300}
      crosshairAxis="imbalance"
      formatX={(x) => `ratio ${readable(x)}`}
      notices={[
        several
          ? `arithmetic mean over seeds, of the ${halfNames(levels[0]).minority} with its 95 % band`
          : seed === undefined
            ? null
            : `seed ${seed} alone`,
        "1 = the classes have merged",
        thresholdText(curve),
        problem === null ? null : `no curve of the optimum: ${problem}`,
        several ? "numbers: arithmetic mean ± standard deviation over seeds" : null,
      ]}
      empty={levels.length === 0 ? empty : undefined}
      footer={levels.length > 0 && <MinorityTable levels={levels} />}
    />
  );
}
