import { type CalibrationSums, calibrationBins } from "../../math/collapse/calibration.ts";
import type { CentredMoments } from "../../math/collapse/centredMoments.ts";
import { type ClassStatistics, classStatisticsFromSums } from "../../math/collapse/classStatistics.ts";
import { type Matrix, matrix } from "../../math/linear/matrix.ts";
import type { Dataset } from "../data/dataset.ts";
import type { CompiledFunction, Engine, Outputs, Values } from "../engine/engine.ts";
import { layerWidths, startsOf } from "../models/layerWidths.ts";
import type { Network } from "../models/network.ts";
import { addSquares, noSquares } from "../models/parameterLayout.ts";
import { curvedLoss, type MeasuredLoss } from "./curvedLoss.ts";
import { deviceReduction, layoutOf, penaltiesOf, type Reduction, type ReductionData } from "./deviceReduction.ts";
import type { ParameterSource } from "./featureReader.ts";
import { hasFloat64 } from "./hasFloat64.ts";
import type { SplitSums } from "./splitSums.ts";
import type { Sums } from "./sums.ts";

/** Sums up on the device. */
export interface DeviceSums {
  /** null where a number is not finite, or too small to come in whole: the host says what it is. */
  read(source: ParameterSource): Promise<Sums | null>;
  dispose(): Promise<void>;
}

/** @param shared the compiled function of another run whose network and sets have the same shapes, and that is given its data */
export async function makeDeviceSums(engine: Engine, reduction: Reduction, shared?: CompiledFunction): Promise<DeviceSums> {
  const compiled = shared ?? (await engine.compileFunction(deviceReduction(reduction)));
  const inputs = reduction.isBound ? {} : givenData(reduction.data);
  return {
    read: async (source) => sumsOf(reduction, await compiled.run(inputs, source)),
    dispose: async () => (shared ? undefined : compiled.dispose()),
  };
}

/** What is not missing. */
export const givenData = (data: ReductionData): Record<string, Values> =>
  Object.fromEntries(Object.entries(data).filter(([, values]) => values !== undefined));

/** What is to be reduced for a run. @param pictured training samples whose last features are wanted */
export function reductionOf(
  engine: Engine,
  loss: MeasuredLoss,
  network: Network,
  { classes, dimension, train, test }: Dataset,
  pictured: readonly number[],
  secondPass = true,
): Reduction {
  const sets = network.freeSamples === null ? [train, test] : [train];
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  const x = network.freeSamples === null ? new Float32Array(total * dimension) : undefined;
  const labels = new Int32Array(total);
  const groups = new Int32Array(total);
  const counts = new Float32Array(sets.length * classes);
  const first = new Int32Array(counts.length);
  let from = 0;
  sets.forEach((set, at) => {
    x?.set(set.inputs, from * dimension);
    for (let i = 0; i < set.count; i++) {
      labels[from + i] = set.labels[i];
      const group = set.labels[i] + at * classes;
      groups[from + i] = group;
      if (counts[group]++ === 0) first[group] = from + i;
    }
    from += set.count;
  });
  const drawn = Int32Array.from(pictured.length > 0 ? pictured : [0]);
  const data = { ...(x ? { x } : {}), labels, groups, counts, first, drawn };
  const isBound = engine.choice.device !== "cpu";
  return {
    network,
    loss,
    trained: train.count,
    data,
    pictured: pictured.length,
    secondPass,
    isWide: hasFloat64(engine),
    isBound,
  };
}

/** The sums of one run, from what came to the host; null where a number is not finite, or too small to have come in whole. */
export function sumsOf(reduction: Reduction, { high, low, drawn }: Outputs): Sums | null {
  const { network, trained, data, secondPass } = reduction;
  const { labels, counts } = data;
  const { classes, width: dim, layers } = network;
  const values = new Float64Array(high.length);
  let areFinite = true;
  for (let i = 0; i < values.length; i++) {
    values[i] = low ? high[i] + low[i] : high[i];
    areFinite &&= Number.isFinite(values[i]);
  }
  if (!areFinite) return null;
  const pieces: Record<string, Float64Array> = {};
  let at = 0;
  for (const [name, size] of layoutOf(reduction)) {
    pieces[name] = values.subarray(at, at + size);
    at += size;
  }
  if (hasVanished(pieces, reduction)) return null;
  const groupCount = counts.length;
  const widths = layerWidths(network);
  const starts = startsOf(widths);
  const row = (piece: Float64Array, index: number) => piece.subarray(index * groupCount, (index + 1) * groupCount);
  const [fit, right, gaps, zeros] = [0, 1, 2, 3].map((index) => row(pieces.samples, index));
  const flat = curvedLoss(reduction.loss) ? row(pieces.samples, 4) : null;

  const splitOf = (split: number, samples: number, moments: (CentredMoments | undefined)[]): SplitSums => {
    const sum = (of: Float64Array) => of.subarray(split * classes, (split + 1) * classes).reduce((a, b) => a + b, 0);
    const statistics = Array.from({ length: layers }, (_, l) =>
      statisticsOf(pieces, counts, split, l, starts[l], classes, widths[l]),
    );
    const cosines = { samples, sum: sum(gaps), zeroVectors: sum(zeros) };
    const rights = right.slice(split * classes, (split + 1) * classes);
    const calibration = pieces.calibration ? binsOf(pieces.calibration, split) : null;
    const accuracy = sum(right) / samples;
    const flatness = flat ? sum(flat) / samples : null;
    return { samples, fit: sum(fit) / samples, flatness, accuracy, rights, calibration, statistics, moments, cosines };
  };
  const momentStarts = momentStartsOf(network);
  const momentsOf = (moments: Float64Array, from: number, width: number): Matrix => {
    const rank = Math.min(classes, width);
    return matrix(rank, rank, moments.slice(from, from + rank ** 2));
  };
  const trainMoments = Array.from({ length: secondPass ? layers : 0 }, (_, l): CentredMoments => {
    const predictionMisses = l === layers - 1 ? pieces.predictionMisses[0] : null;
    return {
      samples: trained,
      moments: momentsOf(pieces.moments, momentStarts[l], widths[l]),
      labelMisses: pieces.labelMisses[l],
      predictionMisses,
    };
  });
  const tested = labels.length - trained;
  const onTest = network.freeSamples === null ? splitOf(1, tested, testMoments()) : null;
  function testMoments(): (CentredMoments | undefined)[] {
    if (!secondPass || tested === 0) return [];
    const last = { samples: tested, moments: momentsOf(pieces.testMoments, 0, dim), labelMisses: Number.NaN };
    return [...new Array(layers - 1).fill(undefined), { ...last, predictionMisses: pieces.testMisses[0] }];
  }
  const squared = noSquares();
  penaltiesOf(network.parameters).forEach((penalty, i) => {
    addSquares(squared, penalty, pieces.squaredParameters[i]);
  });
  const pictures = drawn.slice(0, reduction.pictured * dim);
  return {
    onTrain: splitOf(0, trained, trainMoments),
    onTest,
    head: matrix(classes, dim, pieces.head.slice()),
    bias: pieces.bias?.slice() ?? null,
    squared,
    pictured: async () => pictures,
  };
}

/** The bins' sums of a split, from those above each bin's lower edge. */
export function binsOf(above: Float64Array, split: number): CalibrationSums {
  const part = (index: number) => {
    const from = (3 * split + index) * calibrationBins;
    return Float64Array.from({ length: calibrationBins }, (_, bin) => {
      const next = bin + 1 < calibrationBins ? above[from + bin + 1] : 0;
      return above[from + bin] - next;
    });
  };
  const counts = part(0);
  // A difference of sums may be less than nothing by a rounding, and more than nothing where no sample is in the bin.
  const confidences = part(1).map((sum, bin) => (counts[bin] === 0 ? 0 : Math.max(0, sum)));
  return { counts, confidences, rights: part(2) };
}

/** Where each layer's moments begin, of r = min(K, d) rows. */
const momentStartsOf = (network: Network): number[] =>
  startsOf(layerWidths(network).map((width) => Math.min(network.classes, width) ** 2));

/** What is smaller has lost digits to the end of float32's range, or all of them, where it comes as float32 numbers or is summed in them. */
const smallest = 1e-28;

/** Whether features or the classifier are so small that sums of their squares, or of products of four, say nothing. */
function hasVanished(pieces: Record<string, Float64Array>, { network, data, secondPass }: Reduction): boolean {
  const groups = data.counts.length;
  const starts = startsOf(layerWidths(network));
  const momentStarts = momentStartsOf(network);
  const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let l = 0; l < network.layers; l++) {
    const scatter = largest(pieces.squares.subarray(l * groups, (l + 1) * groups));
    const mean = largest(pieces.means.subarray(starts[l] * groups, starts[l + 1] * groups));
    const moments = () => largest(pieces.moments.subarray(momentStarts[l], momentStarts[l + 1]));
    // No scatter at all is a layer whose classes are points, unless these are near zero.
    if (scatter === 0 ? mean > 0 && mean ** 2 < smallest : scatter < smallest) return true;
    if (secondPass && scatter > 0 && moments() < smallest) return true;
  }
  const row = largest(pieces.head);
  return row > 0 && row ** 2 < smallest;
}

/**
 * Means lie as columns [d, G] of all groups; statistics have them as rows [K, d] of one split.
 * @param start dimensions of the layers before
 */
function statisticsOf(
  pieces: Record<string, Float64Array>,
  counts: ArrayLike<number>,
  split: number,
  layer: number,
  start: number,
  classes: number,
  dim: number,
): ClassStatistics {
  const groupCount = counts.length;
  const reference = new Float64Array(classes * dim);
  const sums = new Float64Array(classes * dim);
  const squares = new Float64Array(classes);
  const sizes = new Float64Array(classes);
  for (let k = 0; k < classes; k++) {
    const group = split * classes + k;
    sizes[k] = counts[group];
    let left = 0;
    for (let j = 0; j < dim; j++) {
      const from = (start + j) * groupCount + group;
      reference[k * dim + j] = pieces.means[from];
      const rest = pieces.rest ? pieces.rest[from] : 0;
      sums[k * dim + j] = rest * sizes[k];
      left += rest ** 2 * sizes[k];
    }
    // Rounding may leave less than nothing where all samples of a class are one point.
    squares[k] = Math.max(pieces.squares[layer * groupCount + group], left);
  }
  return classStatisticsFromSums({ counts: sizes, sums, squares, reference });
}
