import type { ChartSeries } from "../charts/chartTypes.ts";
import type { Speed, SpeedLine } from "./convergenceSpeed.ts";
import { styleAmong } from "./studyStyle.ts";

/** A log axis begins with step 1; what is reached before training counts there. */
const place = (step: number) => Math.max(1, step);

/** Corners of a falling staircase, from share 1 to where the last run was watched. */
function staircase({ curve, lastStep }: Speed): { xs: number[]; ys: number[]; notes: string[] } {
  const [xs, ys, notes]: [number[], number[], string[]] = [[1], [1], [`${curve.count} runs watched`]];
  let share = 1;
  for (const point of curve.points) {
    xs.push(place(point.time), place(point.time));
    ys.push(share, point.survival);
    notes.push("", `${point.events} of ${point.atRisk} still watched`);
    share = point.survival;
  }
  if (place(lastStep) > (xs.at(-1) as number)) {
    xs.push(place(lastStep));
    ys.push(share);
    notes.push("last step");
  }
  return { xs, ys, notes };
}

const shareAt = ({ curve }: Speed, step: number) => curve.points.findLast((point) => point.time <= step)?.survival ?? 1;

/** Share of runs that have not yet reached a goal against steps, one staircase a line, with a cross where a run ended without it. */
export function speedSeries(lines: readonly SpeedLine[], goal: "metric" | "gap"): ChartSeries[] {
  const styleOf = styleAmong(lines.map((line) => line.config));
  return lines.flatMap((line): ChartSeries[] => {
    const speed = line[goal];
    if (speed === null) return [];
    const { curve } = speed;
    const style = styleOf(line.config);
    const name = line.label === "" ? "all runs" : line.label;
    const label = `${name}: ${curve.reached} of ${curve.count} reached${line.unfinished ? ", so far" : ""}`;
    const stairs: ChartSeries = { id: line.key, label, style, draw: "line", ...staircase(speed) };
    if (curve.censored.length === 0) return [stairs];
    const ended: ChartSeries = {
      id: `${line.key}/censored`,
      label: `${name}: ended without reaching it`,
      style: { ...style, marker: "cross", dash: "" },
      xs: curve.censored.map(place),
      ys: curve.censored.map((step) => shareAt(speed, step)),
      draw: "dots",
      hollow: curve.censored.map(() => true),
      minor: true,
      strong: true,
    };
    return [stairs, ended];
  });
}
