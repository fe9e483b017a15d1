import { externalLimits } from "../../../contract/external/externalLimits.ts";
import type { SumsEvent } from "../../../contract/external/externalRequests.ts";
import type { Split } from "../../../contract/metrics/seriesKey.ts";
import type { CentredMoments } from "../../../math/collapse/centredMoments.ts";
import type { ClassStatistics } from "../../../math/collapse/classStatistics.ts";
import type { CosineGaps } from "../../../math/collapse/cosineGaps.ts";
import { type Matrix, matrix } from "../../../math/linear/matrix.ts";

/** What was added up of one layer of a split. */
export interface LayerSums {
  name: string;
  statistics: ClassStatistics;
  /** Absent without a second pass. */
  moments?: CentredMoments;
}

/** All that was added up of one split at one step. */
export interface SplitSums {
  split: Split;
  step: number;
  passes: 1 | 2;
  /** Those that can be measured, first to last. */
  layers: LayerSums[];
  /** Whether the last of them is the last one that was given. */
  hasLast: boolean;
  /** Of the last layer: W [K, d] and b [K]. */
  head: { weights: Matrix; bias: Float64Array | null } | null;
  cosines: CosineGaps | null;
  /** Mean over the split. */
  fit: number | null;
  accuracy: number | null;
  /** Σ w² over the weights with hiddenDecay. */
  hiddenSquares: number | null;
}

/** Numbers that cannot be what they should; its message says why, for people. */
class Unusable extends Error {}

/** The numbers of an event, without what of them cannot be measured; `warnings` say why, in words for people. */
export function decodeSums(event: SumsEvent): { sums: SplitSums; warnings: string[] } {
  const { split, step, passes } = event;
  const warnings: string[] = [];
  const attempt = <T>(what: string, decode: () => T): T | null => {
    try {
      return decode();
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      warnings.push(`${what} of the ${split} set at step ${step}: ${error.message}: it is left out.`);
      return null;
    }
  };
  const decoded = event.layers.map((layer, at) =>
    attempt(`Layer "${layer.name}"`, () => {
      if (event.layers.findIndex(({ name }) => name === layer.name) < at)
        throw new Unusable("a layer before it has the same name");
      return decodeLayer(layer);
    }),
  );
  const last = decoded.at(-1) ?? null;
  const layers = decoded.flatMap((layer) => {
    if (layer === null || last === null) return layer ?? [];
    return attempt(`Layer "${layer.name}"`, () => ofSameSamples(layer, last)) ?? [];
  });
  const given = last && event.head;
  const head = given
    ? attempt("The classifier", () => {
        const { classes, dim } = last.statistics;
        const bias = given.bias === undefined ? null : numbersOf("its bias", given.bias, classes);
        return { weights: matrix(classes, dim, numbersOf("its weights", given.weights, classes * dim)), bias };
      })
    : null;
  const samples = last === null ? 0 : last.statistics.counts.reduce((sum, count) => sum + count, 0);
  const cosines = head && event.cosines && attempt("nc3.cosine", () => decodeCosines({ samples, ...event.cosines! }));
  return {
    sums: {
      ...{ split, step, passes, layers, hasLast: last !== null, head },
      cosines: cosines ?? null,
      fit: event.fit ?? null,
      accuracy: event.accuracy ?? null,
      hiddenSquares: event.squaredNorms?.hidden ?? null,
    },
    warnings,
  };
}

/** All layers are measured of the same samples. */
function ofSameSamples(layer: LayerSums, { name, statistics: { counts } }: LayerSums): LayerSums {
  const own = layer.statistics.counts;
  if (own.length !== counts.length)
    throw new Unusable(`it has ${own.length} classes, and the last layer, "${name}", has ${counts.length}`);
  const odd = own.findIndex((count, k) => count !== counts[k]);
  if (odd >= 0)
    throw new Unusable(`class ${odd} has ${own[odd]} samples, and in the last layer, "${name}", it has ${counts[odd]}`);
  return layer;
}

/** @throws Unusable for a sum that no samples have; what rounding adds to it is let through */
function decodeCosines(cosines: CosineGaps): CosineGaps {
  const { samples, sum, zeroVectors } = cosines;
  const most = 2 * (samples - zeroVectors);
  if (!Number.isInteger(zeroVectors) || zeroVectors > samples)
    throw new Unusable(`"zeroVectors" is ${zeroVectors}: it must be a whole number of at most ${samples}`);
  if (sum > most * (1 + 1e-6))
    throw new Unusable(`the sum of "cosines" is ${sum}: of ${samples - zeroVectors} samples it is at most ${most}`);
  return { ...cosines, sum: Math.min(sum, most) };
}

function decodeLayer(layer: SumsEvent["layers"][number]): LayerSums {
  const { name, dim } = layer;
  const counts = numbersOf("counts", layer.counts);
  const classes = counts.length;
  const { min, max } = externalLimits.classes;
  if (classes < min || classes > max) throw new Unusable(`it has ${classes} classes, and ${min} to ${max} can be measured`);
  if (classes * dim > externalLimits.meanNumbers)
    throw new Unusable(
      `${classes} classes of ${dim} numbers are more than ${externalLimits.meanNumbers.toLocaleString("en")}: pool its features`,
    );
  const wrong = counts.findIndex((count) => !Number.isInteger(count) || count < 0);
  if (wrong >= 0) throw new Unusable(`the count of class ${wrong} is ${counts[wrong]}: it must be a whole number of at least 0`);
  const samples = counts.reduce((sum, count) => sum + count, 0);
  if (!Number.isSafeInteger(samples)) throw new Unusable(`its ${samples} samples are more than can be counted exactly (2^53)`);
  const means = matrix(classes, dim, numbersOf("means", layer.means, classes * dim));
  const scatter = numbersOf("within", layer.within, classes);
  const negative = scatter.findIndex((value) => value < 0);
  if (negative >= 0) throw new Unusable(`"within" of class ${negative} is ${scatter[negative]}: a sum of squares is at least 0`);
  const statistics: ClassStatistics = { classes, dim, counts, means, scatter };
  if (layer.moments === undefined) return { name, statistics };
  return {
    name,
    statistics,
    moments: {
      samples,
      moments: momentsOf(layer.moments, classes, dim),
      labelMisses: missesOf("labelMisses", layer.labelMisses ?? 0, samples),
      predictionMisses:
        layer.predictionMisses === undefined ? null : missesOf("predictionMisses", layer.predictionMisses, samples),
    },
  };
}

/** Of the class means [K, K], or of the deviations [d, d] where these are fewer. */
function momentsOf(given: string, classes: number, dim: number): Matrix {
  const isOfDeviations = dim < classes && given.length < 4 * Math.ceil((8 * classes ** 2) / 3);
  const size = isOfDeviations ? dim : classes;
  return matrix(size, size, numbersOf("moments", given, size ** 2));
}

function missesOf(what: string, misses: number, samples: number): number {
  if (Number.isInteger(misses) && misses <= samples) return misses;
  throw new Unusable(`"${what}" is ${misses}: it must be a whole number of at most ${samples}, its samples`);
}

/** @param count how many there must be; absent: any */
function numbersOf(what: string, base64: string, count?: number): Float64Array {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length % 8 !== 0 || Math.ceil(bytes.length / 3) * 4 !== base64.length)
    throw new Unusable(`"${what}" is not base64 of whole float64 numbers`);
  const found = bytes.length / 8;
  if (count !== undefined && found !== count) throw new Unusable(`"${what}" has ${found} numbers, and ${count} were expected`);
  const numbers = new Float64Array(found);
  for (let at = 0; at < found; at++) {
    const value = bytes.readDoubleLE(8 * at);
    if (!Number.isFinite(value)) throw new Unusable(`number ${at} of "${what}" is ${value}`);
    numbers[at] = value;
  }
  return numbers;
}
