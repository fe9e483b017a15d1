import { speedOf, speedText } from "../../app/result/model/speed/convergenceSpeed.ts";
import { plusMinus } from "../../app/text/plusMinus.ts";
import { probabilityText, slopeInterval, slopeRange, slopeText } from "../../app/text/slopeText.ts";
import { layersOf } from "../../contract/config/networkForm.ts";
import type { SlopeFit } from "../../math/statistics/logLogSlope.ts";
import type { RecordedRun } from "../../server/recordings/recordingFile.ts";
import { bandOf, type Column, columnOf, columns, evaluationColumns, minorityColumns, slopedIds, slopeOf } from "./columns.ts";
import { atDepth, depthsOf, differingParts, type Line, type Recording, settingOf } from "./recordings.ts";

type Opened = Pick<Recording, "sample" | "lines">;

/**
 * A table a line: a row a depth with arithmetic mean ± standard deviation over the seeds, then the slopes through the depths' geometric
 * means ± standard error, their 95 % interval and the misfit of the line.
 * @param ids columns; all where none is named
 */
export function ladderTables(recording: Opened, ids: readonly string[] = []): string {
  return recording.lines.map((line) => ladderTable(line, ids)).join("\n\n");
}

function ladderTable({ parts, runs, kept }: Line, ids: readonly string[]): string {
  const optimum = runs[0].started.optimum.loss;
  const title = `**${parts.join(", ")}**${optimum === null ? "" : `, L* = ${optimum.toPrecision(5)}`}`;
  const sloped = slopedIds.filter((id) => ids.length === 0 || ids.includes(id)).map(columnOf);
  const rest = [columns.trainAccuracy, columns.testAccuracy, ...evaluationColumns(runs)].filter(
    (column) => ids.length === 0 || ids.some((id) => columnOf(id) === column),
  );
  const all = [...sloped, ...rest];
  const rows = depthsOf(kept).map((depth) => {
    const here = atDepth(kept, depth);
    return row([`${depth}`, `${here.length}`, ...all.map((column) => cell(here, column))]);
  });
  return [
    title,
    "",
    ...(kept.length < runs.length ? [`${leftOut(runs, kept)}`, ""] : []),
    heading(["L", "N", ...all.map((column) => column.title)]),
    ...rows,
    ...slopeRows(kept, sloped, rest.length),
  ].join("\n");
}

function slopeRows(runs: readonly RecordedRun[], sloped: readonly Column[], others: number): string[] {
  const fits = sloped.map((column) => slopeOf(runs, column));
  const ranges = fits.flatMap((fit) => (fit === null ? [] : [slopeRange(fit)]));
  // Depths from which most slopes are; a slope from others says which in its cell.
  const range = ranges.find((one) => ranges.filter((other) => other === one).length > ranges.length / 2) ?? null;
  const from = (fit: SlopeFit) => (slopeRange(fit) === range ? "" : ` (L = ${slopeRange(fit)})`);
  const line = (name: string, text: (fit: SlopeFit) => string) =>
    row([name, "", ...fits.map((fit) => (fit === null ? "–" : text(fit))), ...new Array<string>(others).fill("")]);
  return [
    line(`slope${range === null ? "" : `, L = ${range}`}`, (fit) => `${slopeText(fit)}${from(fit)}`),
    line("its 95 % interval", (fit) => slopeInterval(fit) ?? "–"),
    line("misfit of the line, F and p", ({ lackOfFit }) =>
      lackOfFit === null ? "–" : `${plusMinus(lackOfFit.f, null)}, ${probabilityText(lackOfFit.p)}`,
    ),
  ];
}

/** Levels whose steps are worth a column: median [range] of the measured step from which a run stays there. */
export const goals: [title: string, key: (run: RecordedRun) => string, level: number][] = [
  ["steps to NC1 ≤ 0.3", (run) => `train/nc1.ratio@${layersOf(run.config)}`, 0.3],
  ["steps to gap ≤ 1", () => "train/gap.total", 1],
];

/**
 * One table: a row a setting and depth, named by what differs, with arithmetic mean ± standard deviation over the seeds.
 * @param ids columns, "steps" for those of the goals; all where none is named
 */
export function settingsTable(recording: Opened, ids: readonly string[] = []): string {
  const { sample, lines } = recording;
  const depths = depthsOf(sample.runs);
  const common = lines[0].parts.filter((_, i) => !differingParts(recording)[i]);
  const all: Column[] = [
    columns.optimum,
    ...slopedIds.filter((id) => id !== "ridge").map(columnOf),
    columns.trainAccuracy,
    columns.testAccuracy,
    ...minorityColumns(sample.runs),
  ];
  const wanted: readonly Column[] = ids.length === 0 ? all : ids.filter((id) => id !== "steps").map(columnOf);
  const known = all.filter(
    (column) =>
      (wanted.includes(column) || !Object.values<Column>(columns).includes(column)) &&
      sample.runs.some((run) => Number.isFinite(column.value(run))),
  );
  const shownGoals = ids.length === 0 || ids.includes("steps") ? goals : [];
  const titles = [...known.map(({ title }) => title), ...shownGoals.map(([title]) => title)];
  const deep = depths.length > 1;
  const rows = lines.flatMap((line) =>
    depthsOf(line.runs).map((depth) => {
      const kept = atDepth(line.kept, depth);
      const here = kept.length > 0 ? kept : atDepth(line.runs, depth);
      return row([
        settingOf(line, recording),
        ...(deep ? [`${depth}`] : []),
        kept.length > 0 ? `${kept.length}` : `(${here.length})`,
        ...known.map((column) => cell(here, column)),
        ...shownGoals.map(([, key, level]) => stepsTo(here, key, level)),
      ]);
    }),
  );
  const kept = lines.flatMap((line) => line.kept);
  return [
    `**${[...common, ...(deep ? [] : [`L = ${depths[0]}`])].join(", ")}**`,
    "",
    ...(kept.length < sample.runs.length ? [`${leftOut(sample.runs, kept)}; where none is left, N is in brackets.`, ""] : []),
    heading(["setting", ...(deep ? ["L"] : []), "N", ...titles]),
    ...rows,
  ].join("\n");
}

/** The steps that runs take to a level, as the pages say it. A recording's runs have all finished. */
export function stepsTo(runs: readonly RecordedRun[], key: (run: RecordedRun) => string, level: number): string {
  const trained = runs.map((run) => ({ run, status: "finished" as const, attempt: 1, totalSteps: run.started.totalSteps }));
  const courseOf = ({ run }: { run: RecordedRun }) => {
    const series = run.series[key(run)];
    return { steps: series ? run.steps[series[0]] : [], values: series ? series[1] : [] };
  };
  return speedText(speedOf(trained, courseOf, level));
}

const leftOut = (runs: readonly RecordedRun[], kept: readonly RecordedRun[]) =>
  `${runs.length - kept.length} of ${runs.length} runs did not fit their training set and are left out`;

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const heading = (cells: readonly string[]) => `${row(cells)}\n|${"---|".repeat(cells.length)}`;

/** Arithmetic mean ± standard deviation over runs; how many had a value, where not all. */
export function cell(runs: readonly RecordedRun[], column: Column): string {
  const band = bandOf(runs, column);
  if (!band) return "–";
  const text = plusMinus(band.mean, column.computed ? null : band.standardDeviation);
  return `${text}${band.count < runs.length ? ` (${band.count} of ${runs.length})` : ""}`;
}
