import { blockCosines, bySize, reordered } from "../../app/result/model/imbalance/minorityCollapse.ts";
import { layersOf } from "../../contract/config/networkForm.ts";
import { cosineGram } from "../../math/frames/cosineGram.ts";
import { MathError } from "../../math/MathError.ts";
import { isBalanced } from "../../math/optimum/unconstrainedObjective.ts";
import { logLogSlope, type SlopeFit } from "../../math/statistics/logLogSlope.ts";
import { type Band, meanBand } from "../../math/statistics/seedBand.ts";
import type { RecordedRun } from "../../server/recordings/recordingFile.ts";
import { runOptimum } from "../../workers/measure/runOptimum.ts";
import { atDepth, lastValue } from "./recordings.ts";

/** One number of a run at its last step. */
export interface Column {
  title: string;
  value: (run: RecordedRun) => number;
  /** It follows from the config, so that a spread over seeds says nothing. */
  computed?: true;
}

const layer = (metric: string) => (run: RecordedRun) => lastValue(run, `train/${metric}@${layersOf(run.config)}`);
const scalar = (key: string) => (run: RecordedRun) => lastValue(run, key);

/** Whose ideal frame is orthogonal instead of a simplex. */
const isOrthogonal = ({ config }: RecordedRun) => config.loss === "mse" && !config.headBias;

export const columns = {
  nc1: { title: "NC1", value: layer("nc1.ratio") },
  nc2: { title: "NC2", value: (run) => layer(isOrthogonal(run) ? "nc2.frame.orthogonal" : "nc2.frame")(run) },
  nc3: { title: "NC3", value: layer("nc3.cosine") },
  head: { title: "gap, head part", value: scalar("train/gap.head") },
  representation: { title: "gap, representation part", value: scalar("train/gap.representation") },
  total: { title: "gap, total", value: scalar("train/gap.total") },
  ridge: {
    title: "ridge loss",
    value: (run) => lastValue(run, "train/ridge.head") + lastValue(run, "train/ridge.hidden"),
  },
  trainAccuracy: { title: "training accuracy", value: scalar("train/accuracy") },
  testAccuracy: { title: "test accuracy", value: scalar("test/accuracy") },
  optimum: { title: "L*", value: (run) => run.started.optimum.loss ?? Number.NaN, computed: true },
} satisfies Record<string, Column>;

export type ColumnId = keyof typeof columns;
export const columnOf = (id: string): Column => {
  if (!(id in columns)) throw new Error(`'${id}' is not a column; the columns are ${Object.keys(columns).join(", ")}`);
  return columns[id as ColumnId];
};

/** Columns that have a slope over depth worth a name. */
export const slopedIds = ["nc1", "nc2", "nc3", "head", "representation", "total", "ridge"] as const satisfies ColumnId[];

/** Whether the small classes' rows of W merge, where classes are unequal: their mean cosine, as the page gives it, and that of the optimum. */
export function minorityColumns(runs: readonly RecordedRun[]): Column[] {
  if (runs.every(({ started }) => isBalanced(started.dataset.trainCounts))) return [];
  const cosines = (run: RecordedRun, gram: ArrayLike<number>) => {
    const order = bySize(run.started.dataset.trainCounts);
    return blockCosines(reordered(Array.from(gram), order), order.length);
  };
  const found = (run: RecordedRun) => cosines(run, run.geometry.at(-1)!.headGram);
  const ideal = (run: RecordedRun) => {
    const optimum = runOptimum(run.config, run.started.dataset.trainCounts);
    return optimum.method === "none" ? null : cosines(run, cosineGram(optimum.weights).data);
  };
  return [
    { title: "cosine among the larger half", value: (run) => found(run).majority ?? Number.NaN },
    { title: "at L*", value: (run) => ideal(run)?.majority ?? Number.NaN, computed: true },
    { title: "cosine among the smaller half", value: (run) => found(run).minority ?? Number.NaN },
    { title: "at L*", value: (run) => ideal(run)?.minority ?? Number.NaN, computed: true },
  ];
}

/** What attacks and probes found: of each attack the middle ε, of the probes the first and the last layer. */
export function evaluationColumns(runs: readonly RecordedRun[]): Column[] {
  const found: Column[] = [];
  const points = runs[0].evaluation?.robustness?.points ?? [];
  const names = [...new Set(points.map(({ attack, norm }) => `${attack} ${norm}`))];
  for (const name of names) {
    const own = points.filter(({ attack, norm }) => `${attack} ${norm}` === name);
    const { attack, norm, epsilon } = own[Math.floor(own.length / 2)];
    found.push({
      title: `accuracy under ${attack.toUpperCase()}, ${norm === "linf" ? "ℓ∞" : "ℓ2"}, ε = ${epsilon}`,
      value: (run) =>
        run.evaluation?.robustness?.points.find(
          (point) => point.attack === attack && point.norm === norm && point.epsilon === epsilon,
        )?.accuracy ?? Number.NaN,
    });
  }
  if (runs[0].evaluation?.transfer)
    for (const [title, at] of [
      ["probe of X₁, test accuracy", 0],
      ["probe of X_L, test accuracy", -1],
    ] as const)
      found.push({ title, value: (run) => run.evaluation?.transfer?.layers.at(at)?.testAccuracy ?? Number.NaN });
  return found;
}

/** Arithmetic mean and spread of a column over runs; null where none has a value. */
export const bandOf = (runs: readonly RecordedRun[], { value }: Column): Band | null =>
  meanBand(runs.map(value).filter(Number.isFinite));

/** The means of a column at each of these depths. @throws if one has no value */
export function meansOver(runs: readonly RecordedRun[], column: Column, depths: readonly number[]): number[] {
  return depths.map((depth) => {
    const band = bandOf(atDepth(runs, depth), column);
    if (!band) throw new Error(`${column.title} has no value at L = ${depth}`);
    return band.mean;
  });
}

/** The slope of a column over depth; null where fewer than two depths have a value. */
export function slopeOf(runs: readonly RecordedRun[], { value }: Column): SlopeFit | null {
  try {
    return logLogSlope(runs.map((run) => ({ x: run.config.depth, y: value(run) })));
  } catch (error) {
    if (error instanceof MathError) return null;
    throw error;
  }
}
