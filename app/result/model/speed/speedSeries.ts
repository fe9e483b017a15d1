import type { ChartSeries } from "../../../charts/chartTypes.ts";
import type { LineStyle } from "../../../charts/lineStyle.ts";
import { countOf } from "../../../text/formatNumber.ts";
import { apart } from "../grid/dataVersions.ts";
import { styleAmong } from "../study/studyStyle.ts";
import type { Speed, SpeedLine } from "./convergenceSpeed.ts";

/** A log axis begins with step 1; what is reached before training counts there. */
const place = (step: number) => Math.max(1, step);

/** Corners of a falling staircase, from share 1 to where the last run was watched. */
function staircase({ curve, end, open, ended }: Speed): { xs: number[]; ys: number[]; notes: string[] } {
  const [xs, ys, notes]: [number[], number[], string[]] = [[1], [1], [`${countOf(curve.count, "run")} watched`]];
  let share = 1;
  for (const point of curve.points) {
    xs.push(place(point.time), place(point.time));
    ys.push(share, point.survival);
    notes.push("", `${point.events} of ${point.atRisk} still at risk`);
    share = point.survival;
  }
  // Nobody is watched beyond the last measurement of a run still going, unless others have ended.
  const last = open.length > 0 && curve.reached + open.length === curve.count && ended.length === 0 ? Math.max(...open) : end;
  if (place(last) > (xs.at(-1) as number)) {
    xs.push(place(last));
    ys.push(share);
    notes.push("last step");
  }
  return { xs, ys, notes };
}

const shareAt = ({ curve }: Speed, step: number) => curve.points.findLast((point) => point.time <= step)?.survival ?? 1;

/**
 * Share of runs that have not yet reached a goal against steps, one staircase a line; with a cross where a run still going is, a square
 * where one ended badly (it counts to the end), and a diamond where one was at the goal for the first time but did not stay.
 */
export function speedSeries(lines: readonly SpeedLine[], goal: "metric" | "gap"): ChartSeries[] {
  const styleOf = styleAmong(lines.map((line) => line.config));
  return lines.flatMap((line): ChartSeries[] => {
    const speed = line[goal];
    if (speed === null) return [];
    const { curve } = speed;
    const style = apart(styleOf(line.config), line.data);
    const name = line.label === "" ? "all runs" : line.label;
    const label = `${name}: ${curve.reached} of ${curve.count} reached${line.unfinished ? ", so far" : ""}`;
    const stairs: ChartSeries = { id: line.key, label, style, draw: "line", ...staircase(speed) };
    const marks = (id: string, what: string, marker: LineStyle["marker"], steps: readonly number[], notes?: string[]) =>
      steps.length === 0
        ? []
        : [
            {
              id: `${line.key}/${id}`,
              label: `${name}: ${what}`,
              style: { ...style, marker, dash: "" },
              xs: steps.map(place),
              ys: steps.map((step) => shareAt(speed, step)),
              draw: "dots" as const,
              hollow: steps.map(() => true),
              notes: notes ?? steps.map(() => what),
              minor: true,
              strong: true,
            },
          ];
    return [
      stairs,
      ...marks("open", "still training, not reached yet", "cross", speed.open),
      ...marks(
        "ended",
        "ended without reaching it",
        "square",
        speed.ended.map(({ step }) => step),
        speed.ended.map(({ status }) => `${status}: counts as never having reached it`),
      ),
      ...marks("returned", "reached for the first time, but not for good", "diamond", speed.returned),
    ];
  });
}
