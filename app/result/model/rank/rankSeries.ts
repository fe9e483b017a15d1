import type { Activation } from "../../../../contract/config/architecture.ts";
import { median } from "../../../../math/statistics/quantile.ts";
import type { ChartSeries } from "../../../charts/chartTypes.ts";
import { type LineStyle, markers } from "../../../charts/lineStyle.ts";
import type { RankCell } from "./rankCells.ts";

const colours: Record<Activation, string> = {
  linear: "var(--arch-rn1)",
  relu: "var(--arch-rn2)",
  gelu: "var(--arch-t11)",
  tanh: "var(--arch-t21)",
};
const dashes = ["", "6 3", "2 3", "10 3 2 3"] as const;

/** Lines of one activation share its colour; dash and marker tell the rest apart. */
function stylesOf(cells: readonly RankCell[]): Map<string, LineStyle> {
  const styles = new Map<string, LineStyle>();
  const seen: Record<Activation, number> = { linear: 0, relu: 0, gelu: 0, tanh: 0 };
  for (const { lineKey, activation } of cells) {
    if (styles.has(lineKey)) continue;
    const at = seen[activation]++;
    styles.set(lineKey, {
      colour: colours[activation],
      dash: dashes[at % dashes.length] as string,
      marker: markers[(2 * at + (activation === "relu" ? 1 : 0)) % markers.length] as LineStyle["marker"],
    });
  }
  return styles;
}

/** A line over depth through the median of the seeds, and a dot for each seed; equal ones are moved apart. */
function seriesOf(cells: readonly RankCell[], valuesOf: (cell: RankCell) => (number | null)[]): ChartSeries[] {
  const styles = stylesOf(cells);
  return [...Map.groupBy(cells, ({ lineKey }) => lineKey)].flatMap(([lineKey, of]): ChartSeries[] => {
    const style = styles.get(lineKey) as LineStyle;
    const label = of[0]?.line ?? "";
    const values = of.map(valuesOf);
    const samples = values.map((some) => some.filter((value) => value !== null));
    const single = of.flatMap((cell, at) =>
      (values[at] ?? []).map((y, i) => ({ cell, y, solution: cell.solutions[i], offset: spread(i, values[at]?.length ?? 1) })),
    );
    return [
      {
        id: `${lineKey}/runs`,
        label: `${label}: single runs`,
        style: { ...style, dash: "" },
        xs: single.map(({ cell, offset }) => cell.depth * 2 ** offset),
        trueXs: single.map(({ cell }) => cell.depth),
        ys: single.map(({ y }) => y),
        draw: "dots",
        hollow: single.map(({ solution }) => solution?.finished === false),
        notes: single.map(({ solution }) => `seed ${solution?.seed}`),
        minor: true,
        strong: true,
      },
      {
        id: lineKey,
        label,
        style,
        xs: of.map(({ depth }) => depth),
        ys: samples.map((some) => (some.length === 0 ? null : median(some))),
        draw: "line",
        samples,
        notes: values.map((some) => `median of ${some.length}`),
      },
    ];
  });
}

/** Places of several dots around one depth, octaves. */
const spread = (at: number, count: number): number => (count < 2 ? 0 : 0.12 * (at / (count - 1) - 0.5));

/** The least rank of each solution over depth. */
export const rankSeries = (cells: readonly RankCell[]): ChartSeries[] =>
  seriesOf(cells, ({ solutions }) => solutions.map(({ rank }) => rank));

/** J over that of deep neural collapse: below 1 collapse is not optimal. */
export const collapseSeries = (cells: readonly RankCell[]): ChartSeries[] =>
  seriesOf(
    cells.filter(({ collapse }) => collapse !== null),
    ({ solutions, collapse }) => solutions.map(({ objective }) => objective / (collapse as number)),
  );
