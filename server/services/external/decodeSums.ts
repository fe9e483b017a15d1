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
  const layers = event.layers.flatMap((layer) => attempt(`Layer "${layer.name}"`, () => decodeLayer(layer)) ?? []);
  const isWhole = layers.length > 0 && layers.at(-1)!.name === event.layers.at(-1)!.name;
  const last = isWhole ? layers.at(-1)! : null;
  const given = last && event.head;
  const head = given
    ? attempt("The classifier", () => {
        const { classes, dim } = last.statistics;
        const bias = given.bias === undefined ? null : numbersOf("its bias", given.bias, classes);
        return { weights: matrix(classes, dim, numbersOf("its weights", given.weights, classes * dim)), bias };
      })
    : null;
  const samples = last === null ? 0 : last.statistics.counts.reduce((sum, count) => sum + count, 0);
  const { cosines } = event;
  return {
    sums: {
      ...{ split, step, passes, layers, hasLast: last !== null, head },
      cosines: head && cosines ? { samples, ...cosines } : null,
      fit: event.fit ?? null,
      accuracy: event.accuracy ?? null,
      hiddenSquares: event.squaredNorms?.hidden ?? null,
    },
    warnings,
  };
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
      samples: counts.reduce((sum, count) => sum + count, 0),
      moments: matrix(classes, classes, numbersOf("moments", layer.moments, classes * classes)),
      labelMisses: layer.labelMisses ?? 0,
      predictionMisses: layer.predictionMisses ?? null,
    },
  };
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
