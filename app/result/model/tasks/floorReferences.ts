import type { Metric } from "../../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../../contract/metrics/seriesKey.ts";
import { fitFloor } from "../../../../contract/theory/fitFloor.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import type { ReferenceMark } from "../../../charts/chartTypes.ts";
import { readable } from "../../../text/shortNumber.ts";

type Row = Pick<RunRow, "ambiguity" | "config" | "classes">;

const most = 3;

/** What no network can pass on the data of these runs, whose equal inputs have several labels: a line for each different value. */
export function floorReferences(runs: readonly Row[], metric: Metric, split: Split): ReferenceMark[] {
  const marks = new Map<number, string>();
  for (const run of runs) {
    const found = floorOf(run, metric, split);
    if (found !== null) marks.set(found.y, found.label);
  }
  return [...marks].slice(0, most).map(([y, label]) => ({ y, label: `${label} ${readable(y)}`, labelAt: "left" }));
}

function floorOf({ ambiguity, config, classes }: Row, metric: Metric, split: Split): { y: number; label: string } | null {
  if (!ambiguity) return null;
  if (split === "test") {
    const isPlain = config.loss === "ce" && (config.smoothing ?? 0) === 0;
    return metric === "fit" && isPlain ? { y: ambiguity.language, label: "entropy of the language" } : null;
  }
  if (ambiguity.ambiguous === 0) return null;
  if (metric === "accuracy") return { y: ambiguity.accuracy, label: "largest possible" };
  if (metric !== "fit" && metric !== "loss") return null;
  const y = fitFloor(config, ambiguity, classes ?? 0);
  return y === null ? null : { y, label: config.loss === "mse" ? "floor" : "entropy floor" };
}
