import type { GeometrySnapshot } from "../../../../contract/wire/runEvents.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { type Band, meanBand } from "../../../../math/statistics/seedBand.ts";
import { plusMinus } from "../../../text/plusMinus.ts";
import type { DataTag } from "../grid/dataVersions.ts";
import { classesOf, classesOfRun } from "../metrics/shownClasses.ts";
import { type BlockCosines, blockCosines, bySize, type ImbalanceLevel, minoritySize, reordered } from "./minorityCollapse.ts";

/** Vectors whose Gram matrix of cosines is shown: class means, and the head's rows. */
export const gramKinds = ["means", "head"] as const;
export type GramKind = (typeof gramKinds)[number];
export type ClassHalf = keyof BlockCosines;

/** A Gram matrix [K, K] of cosines, row-major, entry by entry over seeds. */
interface MeanGram {
  mean: number[];
  /** Sample standard deviation over the seeds; null for one seed. */
  deviation: number[] | null;
}

interface SeedCosines {
  run: RunRow;
  means: BlockCosines;
  head: BlockCosines;
}

/** One level of imbalance over its seeds; classes are sorted from the largest to the smallest. */
export interface LevelGeometry {
  imbalance: number;
  data: DataTag;
  /** Classes of the matrices: all of the run, or those that its pictures show. */
  classes: number;
  /** K of the run. */
  of: number;
  /** How many of the classes, the last ones, are the minority. */
  minority: number;
  /** t large classes beside it; null: sizes are geometric, and the minority is the smaller half. */
  large: number | null;
  /** Label and number of training samples of each class, in the order of the matrices. */
  labels: number[];
  counts: number[];
  grams: Record<GramKind, MeanGram>;
  seeds: SeedCosines[];
}

/** @param matrices of one size, at least one */
export function meanGram(matrices: readonly (readonly number[])[]): MeanGram {
  const bands = (matrices[0] ?? []).map((_, at) => meanBand(matrices.map((matrix) => matrix[at] as number)) as Band);
  const single = matrices.length < 2;
  return {
    mean: bands.map(({ mean }) => mean),
    deviation: single ? null : bands.map(({ standardDeviation }) => standardDeviation ?? 0),
  };
}

/**
 * The geometry of a level over those of its runs that have a snapshot; null while none has, or while the classes' sizes are not known.
 * @param counts training samples of each class, the same for every seed
 */
export function levelGeometry(
  level: ImbalanceLevel,
  counts: readonly number[] | null,
  snapshotOf: (run: RunRow) => GeometrySnapshot | undefined,
): LevelGeometry | null {
  if (counts === null) return null;
  const { large } = level;
  const small = new Set(bySize(counts).slice(counts.length - minoritySize(large, counts.length)));
  const pictured = level.runs.flatMap((run) => {
    const snapshot = snapshotOf(run);
    return snapshot !== undefined && classesOfRun(snapshot) === counts.length ? [{ run, snapshot }] : [];
  });
  const held = pictured[0] ? classesOf(pictured[0].snapshot) : [];
  const classes = held.length;
  const minority = held.filter((label) => small.has(label)).length;
  const order = bySize(held.map((label) => counts[label] as number));
  const seeds = pictured.flatMap(({ run, snapshot }) => {
    if (classesOf(snapshot).join() !== held.join()) return [];
    return [{ run, means: reordered(snapshot.meansGram, order), head: reordered(snapshot.headGram, order) }];
  });
  if (seeds.length === 0) return null;
  return {
    imbalance: level.imbalance,
    data: level.data,
    classes,
    minority,
    large,
    of: counts.length,
    labels: order.map((row) => held[row] as number),
    counts: order.map((row) => counts[held[row] as number] as number),
    grams: { means: meanGram(seeds.map(({ means }) => means)), head: meanGram(seeds.map(({ head }) => head)) },
    seeds: seeds.map(({ run, means, head }) => ({
      run,
      means: blockCosines(means, classes, minority),
      head: blockCosines(head, classes, minority),
    })),
  };
}

/** The mean cosine within the minority or the majority, over the seeds of a level; null where it has no two classes. */
export const halfBand = ({ seeds }: Pick<LevelGeometry, "seeds">, kind: GramKind, half: ClassHalf): Band | null =>
  meanBand(seeds.map((seed) => seed[kind][half]).filter((cosine) => cosine !== null));

/** "0.830 ± 0.021" (arithmetic mean, standard deviation over seeds), or "0.830" of one seed. */
export const cosineText = (band: Pick<Band, "mean" | "standardDeviation"> | null): string =>
  band === null ? "–" : plusMinus(band.mean, band.standardDeviation);

/** What the minority and the majority are called. */
export const halfNames = (level: Pick<LevelGeometry, "large"> | undefined): Record<ClassHalf, string> =>
  level === undefined || level.large === null
    ? { minority: "smaller half", majority: "larger half" }
    : { minority: "small classes", majority: "large classes" };
