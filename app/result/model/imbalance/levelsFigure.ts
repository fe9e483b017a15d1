import { classLabel } from "../../../../contract/data/classNames.ts";
import type { MapsFigure } from "../../../charts/export/figure.ts";
import { withData } from "../grid/dataVersions.ts";
import { minorityFacts } from "../metrics/panelFacts.ts";
import { cosineText, gramKinds, halfBand, halfNames, type LevelGeometry } from "./imbalanceGeometry.ts";

const titles = { means: "class means", head: "classifier rows" } as const;

/** The Gram matrices of every level of imbalance, largest class first, means over the seeds. */
export const levelsFigure = (
  levels: readonly LevelGeometry[],
  classNamesOf: (level: LevelGeometry) => readonly string[] | undefined,
): MapsFigure => ({
  kind: "maps",
  title: "Imbalance and the geometry",
  panelId: "imbalance",
  notes: [
    `cosines between classes, largest class first; framed: the ${halfNames(levels[0]).minority}, with their mean cosine below`,
  ],
  facts: minorityFacts,
  perRow: 2 * gramKinds.length,
  maps: levels.flatMap((level) =>
    gramKinds.map((kind) => ({
      title: `${titles[kind]}, ${withData(level.imbalance === 1 ? "balanced" : `ratio ${level.imbalance}`, level.data)}, N = ${level.seeds.length}`,
      note: cosineText(halfBand(level, kind, "minority")),
      names: level.labels.map((label) => classLabel(classNamesOf(level), label)),
      cosines: level.grams[kind].mean,
      deviations: level.grams[kind].deviation,
      count: level.seeds.length,
      block: level.minority,
    })),
  ),
});
