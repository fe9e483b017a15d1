/**
 * Markdown tables of recordings: last values by depth (mean ± standard deviation over seeds, N), log-log slopes ± standard error.
 *
 *   node tests/bench/reportRecordings.ts server/samples/rn1-cifar10-tonight.json.gz …
 */
import { architectureLabel } from "../../contract/architecture.ts";
import { datasetLabel } from "../../contract/datasetConfig.ts";
import { regularizerLabel } from "../../contract/regularizer.ts";
import { logLogSlope } from "../../math/logLogSlope.ts";
import { MathError } from "../../math/MathError.ts";
import { meanBand } from "../../math/seedBand.ts";
import { readSample, type SampleRun } from "../../server/samples/sampleFile.ts";

/** Last value of a series, NaN where it does not exist. */
const last = (run: SampleRun, key: string): number => run.series[key]?.[1].at(-1) ?? Number.NaN;
const layer = (metric: string) => (run: SampleRun) => last(run, `train/${metric}@${run.config.depth}`);
const scalar = (key: string) => (run: SampleRun) => last(run, key);

const columns: [title: string, value: (run: SampleRun) => number][] = [
  ["NC1", layer("nc1.ratio")],
  ["NC2", layer("nc2.frame")],
  ["NC3", layer("nc3.cosine")],
  ["gap, head part", scalar("train/gap.head")],
  ["gap, representation part", scalar("train/gap.representation")],
  ["gap, total", scalar("train/gap.total")],
  ["ridge loss", (run) => last(run, "train/ridge.head") + last(run, "train/ridge.hidden")],
  ["training accuracy", scalar("train/accuracy")],
  ["test accuracy", scalar("test/accuracy")],
];
/** Accuracies have no log-log slope worth a name. */
const sloped = 7;

for (const path of process.argv.slice(2)) {
  const sample = readSample(path);
  console.log(`\n## ${sample.name}\n`);
  for (const line of new Set(sample.runs.map(lineOf)))
    report(
      line,
      sample.runs.filter((run) => lineOf(run) === line),
      sample,
    );
}

function lineOf({ config }: SampleRun): string {
  const arch = architectureLabel(config.architecture, config.normalization, config);
  return `${arch}, ${datasetLabel(config.dataset)}, ${config.loss.toUpperCase()}, d = ${config.width}, ${regularizerLabel(config.regularizer)}`;
}

function report(line: string, runs: SampleRun[], { config }: ReturnType<typeof readSample>): void {
  const least = config.convergence?.minTrainAccuracy ?? 0;
  const kept = runs.filter((run) => last(run, "train/accuracy") >= least);
  const optimum = runs[0].started.optimum.loss;
  console.log(`**${line}**${optimum === null ? "" : `, L* = ${optimum.toPrecision(5)}`}`);
  if (least > 0) console.log(`\n${runs.length - kept.length} of ${runs.length} runs left out: training accuracy below ${least}.`);
  console.log(`\n| L | N | ${columns.map(([title]) => title).join(" | ")} |\n|${"---|".repeat(columns.length + 2)}`);
  for (const depth of [...new Set(kept.map((run) => run.config.depth))].sort((a, b) => a - b)) {
    const here = kept.filter((run) => run.config.depth === depth);
    const cells = columns.map(([, value]) => {
      const band = meanBand(here.map(value));
      if (!band) return "–";
      return `${text(band.mean)}${band.standardDeviation === null ? "" : ` ± ${text(band.standardDeviation, 2)}`}`;
    });
    console.log(`| ${depth} | ${here.length} | ${cells.join(" | ")} |`);
  }
  const slopes = columns.slice(0, sloped).map(([, value]) => slopeText(kept, value));
  console.log(`| slope | | ${[...slopes, ...columns.slice(sloped).map(() => "")].join(" | ")} |\n`);
}

function slopeText(runs: SampleRun[], value: (run: SampleRun) => number): string {
  try {
    const { slope, standardError } = logLogSlope(runs.map((run) => ({ x: run.config.depth, y: value(run) })));
    return `${slope < 0 ? "−" : "+"}${Math.abs(slope).toFixed(3)} ± ${standardError?.toFixed(3) ?? "–"}`;
  } catch (error) {
    if (error instanceof MathError) return "–";
    throw error;
  }
}

function text(value: number, digits = 3): string {
  return Number(value.toPrecision(digits)).toString().replace(/^0\./, ".").replace(/^-0?/, "−");
}
