import { plusMinus } from "../../app/text/plusMinus.ts";
import { misfitText, slopeInFull, slopeInterval, slopeText } from "../../app/text/slopeText.ts";
import type { SlopeFit } from "../../math/statistics/logLogSlope.ts";
import { bandOf, columnOf, slopeOf } from "./columns.ts";
import { atDepth, type Line, lastValue, recordingOf, settingOf } from "./recordings.ts";
import { cell, goals, stepsTo } from "./tables.ts";

/** "regularizers[no decay]" names the line whose setting holds that text, "[#2]" the second line; without it there is but one. */
const source = /^([\w-]+)(?:\[(.+?)\])? (.+)$/;

/**
 * A number in a sentence: "ID[LINE] STATISTIC …", which is one of
 *   slope COLUMN [FROM…TO], slope-in-full …, interval …, misfit …   the slope over depth, of all depths where none are named
 *   mean COLUMN [L], cell COLUMN [L]                                arithmetic mean over the runs that count, without or with its spread
 *   each COLUMN L                                                   what every run of a depth has, in the order of their seeds
 *   steps nc1|gap [L]                                               median [range] of the steps to NC1 ≤ 0.3, or to a gap ≤ 1
 *   runs, optimum, training-time                                    runs recorded; L*; the time that all of them trained, together
 * @throws if it names what is not there
 */
export function figureOf(expression: string): string {
  const parsed = source.exec(expression.trim());
  if (!parsed) throw new Error(`'${expression}' is not a figure: ID[LINE] STATISTIC …`);
  const [, id, setting, rest] = parsed;
  const line = lineOf(id, setting);
  const [statistic, column, where] = rest.split(" ");
  switch (statistic) {
    case "slope":
      return slopeText(fitOf(line, column, where));
    case "slope-in-full":
      return slopeInFull(fitOf(line, column, where), "L =");
    case "interval":
      return slopeInterval(fitOf(line, column, where)) ?? "–";
    case "misfit":
      return misfitText(fitOf(line, column, where));
    case "mean":
      return plusMinus(bandOf(runsAt(line, where), columnOf(column))?.mean ?? Number.NaN, null);
    case "cell":
      return cell(runsAt(line, where), columnOf(column));
    case "each":
      return runsAt(line, where)
        .map((run) => plusMinus(columnOf(column).value(run), null))
        .join(", ");
    case "steps": {
      const goal = goals.find(([title]) => title.includes(`to ${column === "nc1" ? "NC1" : "gap"}`))!;
      return stepsTo(runsAt(line, where), goal[1], goal[2]);
    }
    case "runs":
      return `${line.runs.length}`;
    case "optimum":
      return (line.runs[0].started.optimum.loss ?? Number.NaN).toPrecision(5);
    case "training-time":
      return durationText(line.runs.reduce((sum, run) => sum + lastValue(run, "train/elapsedMs"), 0));
    default:
      throw new Error(`'${statistic}' in '${expression}' is not a statistic`);
  }
}

/** @throws if the recording has no such line, or several */
export function lineOf(id: string, setting?: string): Line {
  const recording = recordingOf(id);
  const numbered = setting?.startsWith("#") ? recording.lines[Number(setting.slice(1)) - 1] : undefined;
  if (numbered) return numbered;
  const lines = recording.lines.filter((line) => setting === undefined || settingOf(line, recording).includes(setting));
  const names = recording.lines.map((line) => settingOf(line, recording));
  const exact = lines.filter((line) => settingOf(line, recording) === setting);
  if (exact.length === 1) return exact[0];
  if (lines.length !== 1) throw new Error(`${id}[${setting ?? ""}] is ${lines.length} lines of ${names.join(" | ")}`);
  return lines[0];
}

/** The slope of a column over the depths FROM…TO. @throws if there is none */
export function fitOf({ kept }: Line, column: string, range?: string): SlopeFit {
  const [from, to] = range ? range.split("…").map(Number) : [0, Number.POSITIVE_INFINITY];
  const fit = slopeOf(
    kept.filter(({ config }) => config.depth >= from && config.depth <= to),
    columnOf(column),
  );
  if (!fit) throw new Error(`${column} has no slope`);
  return fit;
}

const runsAt = ({ kept }: Line, depth?: string) => (depth === undefined ? kept : atDepth(kept, Number(depth)));

function durationText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
