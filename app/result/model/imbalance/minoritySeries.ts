import type { ChartSeries } from "../../../charts/chartTypes.ts";
import type { LineStyle } from "../../../charts/lineStyle.ts";
import { meanText } from "../../../text/meanText.ts";
import { apart, withData } from "../grid/dataVersions.ts";
import { type ClassHalf, type GramKind, halfBand, halfNames, type LevelGeometry } from "./imbalanceGeometry.ts";

const style = (colour: string, marker: LineStyle["marker"], dash: string): LineStyle => ({ colour, marker, dash });
const kindNames: Record<GramKind, string> = { head: "classifier rows", means: "class means" };
const lines: readonly { of: GramKind; half: ClassHalf; style: LineStyle }[] = [
  { of: "head", half: "minority", style: style("var(--arch-rn2)", "square", "") },
  { of: "means", half: "minority", style: style("var(--arch-rn1)", "circle", "") },
  { of: "head", half: "majority", style: style("var(--arch-rn2)", "diamond", "4 3") },
  { of: "means", half: "majority", style: style("var(--arch-rn1)", "triangle", "4 3") },
];

/**
 * Mean cosines of both halves over imbalance: the mean over seeds; of the smaller half, which is what may collapse, with its 95 %
 * band and single runs faint behind it.
 */
export const minoritySeries = (levels: readonly LevelGeometry[]): ChartSeries[] =>
  // No line joins levels of other data under one name.
  [...Map.groupBy(levels, ({ data }) => data.text).values()].flatMap((of) => {
    const { data } = of[0] as LevelGeometry;
    return linesOf(of).map((series) => ({
      ...series,
      id: withData(series.id, data),
      label: withData(series.label, data),
      style: apart(series.style, data),
    }));
  });

const linesOf = (levels: readonly LevelGeometry[]): ChartSeries[] =>
  lines.flatMap(({ of, half, style }): ChartSeries[] => {
    const label = `${kindNames[of]}, ${halfNames(levels[0])[half]}`;
    const id = `${of}-${half}`;
    const bands = levels.map((level) => halfBand(level, of, half));
    const single = levels.flatMap(({ imbalance, seeds }) => seeds.map((seed) => ({ imbalance, seed })));
    const main: ChartSeries = {
      id,
      label,
      style,
      xs: levels.map(({ imbalance }) => imbalance),
      ys: bands.map((band) => band?.mean ?? null),
      draw: "line-and-dots",
      samples: levels.map(({ seeds }) => seeds.map((seed) => seed[of][half]).filter((cosine) => cosine !== null)),
      notes: levels.map(({ seeds }) =>
        seeds.length === 1 ? `seed ${seeds[0]?.run.config.seed}` : meanText(seeds.length, "arithmetic"),
      ),
    };
    if (half === "majority" || single.length === levels.length) return [main];
    main.band = { low: bands.map((band) => band?.low ?? null), high: bands.map((band) => band?.high ?? null) };
    const dots: ChartSeries = {
      id: `${id}/runs`,
      label: `${label}: single runs`,
      style: { ...style, dash: "" },
      xs: single.map(({ imbalance }) => imbalance),
      ys: single.map(({ seed }) => seed[of][half]),
      draw: "dots",
      notes: single.map(({ seed }) => `seed ${seed.run.config.seed}`),
      minor: true,
    };
    return [dots, main];
  });
