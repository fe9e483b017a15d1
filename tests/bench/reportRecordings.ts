/**
 * Markdown tables of recordings: last values (arithmetic mean ± standard deviation over seeds, N). Where a study has many depths, a table a
 * line, with log-log slopes through the depths' geometric means ± standard error, their 95 % interval and the misfit of the line;
 * otherwise one table with a row a setting.
 *
 *   node tests/bench/reportRecordings.ts server/samples/recordings/rn1-cifar10-tonight.json.gz …
 */
import { speedOf, speedText } from "../../app/result/convergenceSpeed.ts";
import { blockCosines, bySize, reordered } from "../../app/result/minorityCollapse.ts";
import { probabilityText, slopeInterval, slopeRange, slopeText } from "../../app/result/slopeText.ts";
import { plusMinus } from "../../app/text/plusMinus.ts";
import { architectureLabel } from "../../contract/architecture.ts";
import { datasetLabel } from "../../contract/datasetConfig.ts";
import { regularizerLabel } from "../../contract/regularizer.ts";
import { cosineGram } from "../../math/cosineGram.ts";
import { logLogSlope, type SlopeFit } from "../../math/logLogSlope.ts";
import { MathError } from "../../math/MathError.ts";
import { meanBand } from "../../math/seedBand.ts";
import { isBalanced } from "../../math/unconstrainedObjective.ts";
import { readSample, type Sample, type SampleRun } from "../../server/samples/sampleFile.ts";
import { runOptimum } from "../../workers/measure/runOptimum.ts";

/** Last value of a series, NaN where it does not exist. */
const last = (run: SampleRun, key: string): number => run.series[key]?.[1].at(-1) ?? Number.NaN;
const layer = (metric: string) => (run: SampleRun) => last(run, `train/${metric}@${run.config.depth}`);
const scalar = (key: string) => (run: SampleRun) => last(run, key);

/** Whose ideal frame is orthogonal instead of a simplex. */
const isOrthogonal = ({ config }: SampleRun) => config.loss === "mse" && !config.headBias;

/** `computed`: follows from the config, so that a spread over seeds says nothing. */
type Column = [title: string, value: (run: SampleRun) => number, computed?: true];
const sloped: Column[] = [
  ["NC1", layer("nc1.ratio")],
  ["NC2", (run) => layer(isOrthogonal(run) ? "nc2.frame.orthogonal" : "nc2.frame")(run)],
  ["NC3", layer("nc3.cosine")],
  ["gap, head part", scalar("train/gap.head")],
  ["gap, representation part", scalar("train/gap.representation")],
  ["gap, total", scalar("train/gap.total")],
  ["ridge loss", (run) => last(run, "train/ridge.head") + last(run, "train/ridge.hidden")],
];
/** Accuracies have no log-log slope worth a name. */
const accuracies: Column[] = [
  ["training accuracy", scalar("train/accuracy")],
  ["test accuracy", scalar("test/accuracy")],
];
/** Levels whose steps are worth a column: median [range] of the measured step from which a run stays there. */
const goals: [title: string, key: (run: SampleRun) => string, level: number][] = [
  ["steps to NC1 ≤ 0.3", (run) => `train/nc1.ratio@${run.config.depth}`, 0.3],
  ["steps to gap ≤ 1", () => "train/gap.total", 1],
];

/** From how many depths on a line has a table of its own, with slopes. */
const ladderLength = 5;

for (const path of process.argv.slice(2)) {
  const sample = readSample(path);
  console.log(`\n## ${sample.name}\n`);
  console.log(
    "Arithmetic mean ± standard deviation over the N runs; slopes through the geometric means of the depths ± standard error.\n",
  );
  const lines = [...new Set(sample.runs.map(lineOf))].map((line) => sample.runs.filter((run) => lineOf(run) === line));
  if (sample.config.depths.length >= ladderLength) for (const runs of lines) reportLadder(runs, sample);
  else reportSettings(lines, sample);
}

/** What a run's line is named by, part by part. */
function partsOf({ config }: SampleRun): string[] {
  return [
    architectureLabel(config.architecture, config.normalization, config),
    datasetLabel(config.dataset),
    config.loss.toUpperCase(),
    `d = ${config.width}`,
    regularizerLabel(config.regularizer),
  ];
}

function lineOf(run: SampleRun): string {
  return partsOf(run).join(", ");
}

/** A table a line: a row a depth, slopes below. */
function reportLadder(runs: SampleRun[], sample: Sample): void {
  const kept = keptOf(runs, sample);
  const optimum = runs[0].started.optimum.loss;
  console.log(`**${lineOf(runs[0])}**${optimum === null ? "" : `, L* = ${optimum.toPrecision(5)}`}`);
  if (kept.length < runs.length || sample.config.convergence) console.log(`\n${leftOut(runs, kept, sample)}`);
  const columns = [...sloped, ...accuracies, ...evaluationColumns(runs)];
  console.log(`\n${heading(["L", "N", ...columns.map(([title]) => title)])}`);
  for (const depth of depthsOf(kept)) {
    const here = kept.filter((run) => run.config.depth === depth);
    console.log(row([`${depth}`, `${here.length}`, ...columns.map((column) => cell(here, column))]));
  }
  const fits = sloped.map(([, value]) => slopeOf(kept, value));
  const ranges = fits.flatMap((fit) => (fit === null ? [] : [slopeRange(fit)]));
  // Depths from which most slopes are; a slope from others says which in its cell.
  const range = ranges.find((one) => ranges.filter((other) => other === one).length > ranges.length / 2) ?? null;
  const from = (fit: SlopeFit) => (slopeRange(fit) === range ? "" : ` (L = ${slopeRange(fit)})`);
  const more = columns.slice(sloped.length).map(() => "");
  const line = (name: string, text: (fit: SlopeFit) => string) =>
    console.log(row([name, "", ...fits.map((fit) => (fit === null ? "–" : text(fit))), ...more]));
  line(`slope${range === null ? "" : `, L = ${range}`}`, (fit) => `${slopeText(fit)}${from(fit)}`);
  line("95 % interval of the slope", (fit) => slopeInterval(fit) ?? "–");
  line("misfit of the line, F and p", ({ lackOfFit }) =>
    lackOfFit === null ? "–" : `${plusMinus(lackOfFit.f, null)}, ${probabilityText(lackOfFit.p)}`,
  );
  console.log("");
}

/** One table: a row a setting, named by what differs. */
function reportSettings(lines: SampleRun[][], sample: Sample): void {
  const differs = partsOf(sample.runs[0]).map((_, i) => new Set(sample.runs.map((run) => partsOf(run)[i])).size > 1);
  const common = partsOf(sample.runs[0]).filter((_, i) => !differs[i]);
  const depths = depthsOf(sample.runs);
  console.log(`**${[...common, ...(depths.length === 1 ? [`L = ${depths[0]}`] : [])].join(", ")}**\n`);
  const columns: Column[] = [
    ["L*", (run) => run.started.optimum.loss ?? Number.NaN, true],
    ...sloped.slice(0, -1),
    ...accuracies,
    ...minorityColumns(sample),
  ];
  const known = columns.filter(([, value]) => sample.runs.some((run) => Number.isFinite(value(run))));
  console.log(
    heading([
      "setting",
      ...(depths.length > 1 ? ["L"] : []),
      "N",
      ...known.map(([title]) => title),
      ...goals.map(([title]) => title),
    ]),
  );
  for (const runs of lines)
    for (const depth of depthsOf(runs)) {
      const here = keptOf(runs, sample).filter((run) => run.config.depth === depth);
      const setting = partsOf(runs[0])
        .filter((_, i) => differs[i])
        .join(", ");
      console.log(
        row([
          setting,
          ...(depths.length > 1 ? [`${depth}`] : []),
          `${here.length}`,
          ...known.map((one) => cell(here, one)),
          ...goals.map(([, key, level]) => stepsTo(here, key, level)),
        ]),
      );
    }
}

/** Whether the small classes' rows of W merge, where classes are unequal: their mean cosine, as the page gives it, and that of the optimum. */
function minorityColumns({ runs }: Sample): Column[] {
  if (runs.every(({ started }) => isBalanced(started.dataset.trainCounts))) return [];
  const cosines = (run: SampleRun, gram: ArrayLike<number>) => {
    const order = bySize(run.started.dataset.trainCounts);
    return blockCosines(reordered(Array.from(gram), order), order.length);
  };
  const found = (run: SampleRun) => cosines(run, run.geometry.at(-1)!.headGram);
  const ideal = (run: SampleRun) => {
    const optimum = runOptimum(run.config, run.started.dataset.trainCounts);
    return optimum.method === "none" ? null : cosines(run, cosineGram(optimum.weights).data);
  };
  return [
    ["cosine among the larger half", (run) => found(run).majority ?? Number.NaN],
    ["at L*", (run) => ideal(run)?.majority ?? Number.NaN, true],
    ["cosine among the smaller half", (run) => found(run).minority ?? Number.NaN],
    ["at L*", (run) => ideal(run)?.minority ?? Number.NaN, true],
  ];
}

/** What attacks and probes found: of each attack the middle ε, of the probes the last layer. */
function evaluationColumns(runs: SampleRun[]): Column[] {
  const columns: Column[] = [];
  const points = runs[0].evaluation?.robustness?.points ?? [];
  const names = [...new Set(points.map(({ attack, norm }) => `${attack} ${norm}`))];
  for (const name of names) {
    const own = points.filter(({ attack, norm }) => `${attack} ${norm}` === name);
    const { attack, norm, epsilon } = own[Math.floor(own.length / 2)];
    columns.push([
      `accuracy under ${attack.toUpperCase()}, ${norm === "linf" ? "ℓ∞" : "ℓ2"}, ε = ${epsilon}`,
      (run) =>
        run.evaluation?.robustness?.points.find(
          (point) => point.attack === attack && point.norm === norm && point.epsilon === epsilon,
        )?.accuracy ?? Number.NaN,
    ]);
  }
  if (runs[0].evaluation?.transfer)
    for (const [title, at] of [
      ["probe of X₁, test accuracy", 0],
      ["probe of X_L, test accuracy", -1],
    ] as const)
      columns.push([title, (run) => run.evaluation?.transfer?.layers.at(at)?.testAccuracy ?? Number.NaN]);
  return columns;
}

/** The steps that runs take to a level, as the pages say it. A recording's runs have all finished. */
function stepsTo(runs: readonly SampleRun[], key: (run: SampleRun) => string, level: number): string {
  const trained = runs.map((run) => ({ run, status: "finished" as const, attempt: 1, totalSteps: run.started.totalSteps }));
  const courseOf = ({ run }: { run: SampleRun }) => {
    const series = run.series[key(run)];
    return { steps: series ? run.steps[series[0]] : [], values: series ? series[1] : [] };
  };
  return speedText(speedOf(trained, courseOf, level));
}

function keptOf(runs: SampleRun[], { config }: Sample): SampleRun[] {
  return runs.filter((run) => last(run, "train/accuracy") >= (config.convergence?.minTrainAccuracy ?? 0));
}

function leftOut(runs: SampleRun[], kept: SampleRun[], { config }: Sample): string {
  const least = config.convergence?.minTrainAccuracy;
  return `${runs.length - kept.length} of ${runs.length} runs left out: training accuracy below ${least}.`;
}

function depthsOf(runs: SampleRun[]): number[] {
  return [...new Set(runs.map((run) => run.config.depth))].sort((a, b) => a - b);
}

function heading(cells: string[]): string {
  return `${row(cells)}\n|${"---|".repeat(cells.length)}`;
}

function row(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Arithmetic mean ± standard deviation over runs; how many had a value, where not all. */
function cell(runs: SampleRun[], [, value, computed]: Column): string {
  const band = meanBand(runs.map(value).filter(Number.isFinite));
  if (!band) return "–";
  return `${plusMinus(band.mean, computed ? null : band.standardDeviation)}${band.count < runs.length ? ` (${band.count} of ${runs.length})` : ""}`;
}

function slopeOf(runs: SampleRun[], value: (run: SampleRun) => number): SlopeFit | null {
  try {
    return logLogSlope(runs.map((run) => ({ x: run.config.depth, y: value(run) })));
  } catch (error) {
    if (error instanceof MathError) return null;
    throw error;
  }
}
