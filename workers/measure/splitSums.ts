import type { RunLoss } from "../../contract/config/loss.ts";
import { type CalibrationSums, calibrationBin, noCalibration } from "../../math/collapse/calibration.ts";
import { type CentredMoments, mergeCentredMoments } from "../../math/collapse/centredMoments.ts";
import type { ClassStatistics } from "../../math/collapse/classStatistics.ts";
import { type CosineGaps, cosineGaps, mergeCosineGaps } from "../../math/collapse/cosineGaps.ts";
import { flatnessSummer } from "../../math/collapse/relativeFlatness.ts";
import type { Matrix } from "../../math/linear/matrix.ts";
import { aimOf } from "../models/losses.ts";
import { ClassSums } from "./classSums.ts";
import { curvedLoss, type MeasuredLoss } from "./curvedLoss.ts";
import type { Chunk } from "./featureReader.ts";
import { hasProbabilities } from "./hasProbabilities.ts";
import { loopedMoments, type MomentSummer } from "./momentTiles.ts";

/** Everything over one split, in float64 from float32 features and logits. */
export interface SplitSums {
  samples: number;
  /** Mean fit. */
  fit: number;
  /** Relative flatness of the classifier; null where it is not measured. */
  flatness: number | null;
  accuracy: number;
  /** Samples of each class that are classified correctly [K]. */
  rights: Float64Array;
  /** By the confidence of samples; null of a loss that makes no probabilities of logits. */
  calibration: CalibrationSums | null;
  /** One a layer, X_1 … X_L. */
  statistics: ClassStatistics[];
  /** Centred on the statistics of `reference`; undefined for layers without a second pass. */
  moments: (CentredMoments | undefined)[];
  cosines: CosineGaps;
}

/** What is asked of a split. */
interface SplitRequest {
  classes: number;
  loss: MeasuredLoss;
  /** W_L [K, d] */
  head: Matrix;
  /** The chunks of the split, in order; called once a pass. */
  chunks: () => AsyncIterable<Chunk>;
  /** Class means that the second pass is centred on: the split's own unless given (the test set is held against the training means). */
  reference?: ClassStatistics[];
  /** Layers of the second pass, which takes N·d·K + N·K² multiplications each. */
  secondPass: "all" | "last" | "none";
  /** By loops here unless given. */
  summer?: MomentSummer;
}

/** Reads a split twice: class means and scatter, the fit and cosines; then the sums that need the class means. */
export async function sumSplit(request: SplitRequest): Promise<SplitSums> {
  const { classes, loss, head } = request;
  let samples = 0;
  let fit = 0;
  const curved = curvedLoss(loss);
  // As large as the second pass over one layer, and taken as often.
  const summer = curved && request.secondPass !== "none" ? flatnessSummer(curved, head) : null;
  let flatness = 0;
  const rights = new Float64Array(classes);
  const calibration = hasProbabilities(loss) ? noCalibration() : null;
  let sums: ClassSums[] = [];
  let cosines: CosineGaps | null = null;
  for await (const chunk of request.chunks()) {
    fit += fitSum(loss, chunk, classes);
    if (!Number.isFinite(fit))
      return {
        samples: 0,
        fit,
        flatness: null,
        accuracy: 0,
        rights,
        calibration,
        statistics: [],
        moments: [],
        cosines: noCosines,
      };
    samples += chunk.count;
    const predictions = predict(chunk.logits, classes);
    for (let i = 0; i < chunk.count; i++) if (predictions[i] === chunk.labels[i]) rights[chunk.labels[i]]++;
    if (calibration) addConfidences(calibration, chunk, predictions, classes);
    if (sums.length === 0) sums = chunk.features.map((layer) => new ClassSums(classes, layer.length / chunk.count));
    chunk.features.forEach((layer, l) => {
      sums[l].add(layer, chunk.labels);
    });
    const last = chunk.features[chunk.features.length - 1];
    if (summer) flatness += summer({ features: last, logits: chunk.logits, labels: chunk.labels });
    const gaps = cosineGaps(last, chunk.labels, head);
    cosines = cosines ? mergeCosineGaps(cosines, gaps) : gaps;
  }
  const statistics = sums.map((layer) => layer.statistics());
  const moments = request.secondPass === "none" ? [] : await sumMoments(request, request.reference ?? statistics);
  const accuracy = rights.reduce((sum, right) => sum + right, 0) / samples;
  return {
    ...{ samples, fit: fit / samples, flatness: summer && flatness / samples, accuracy, rights, calibration },
    ...{ statistics, moments, cosines: cosines ?? noCosines },
  };
}

const noCosines: CosineGaps = { samples: 0, sum: 0, zeroVectors: 0 };

async function sumMoments(request: SplitRequest, reference: ClassStatistics[]): Promise<(CentredMoments | undefined)[]> {
  const last = reference.length - 1;
  const moments = new Array<CentredMoments | undefined>(reference.length).fill(undefined);
  const { summer = loopedMoments } = request;
  const frames = reference.map((statistics, l) =>
    request.secondPass === "all" || l === last ? summer.frame(statistics) : undefined,
  );
  for await (const { features, labels, logits } of request.chunks())
    for (let l = request.secondPass === "all" ? 0 : last; l <= last; l++) {
      const predictions = l === last ? predict(logits, request.classes) : undefined;
      const frame = frames[l] as NonNullable<(typeof frames)[number]>;
      const part = await summer.sum({ features: features[l], labels, statistics: reference[l], predictions }, frame);
      const whole = moments[l];
      moments[l] = whole ? mergeCentredMoments(whole, part) : part;
    }
  return moments;
}

/** Adds samples by the largest of their softmax probabilities. */
function addConfidences(
  { counts, confidences, rights }: CalibrationSums,
  chunk: Chunk,
  predictions: Uint16Array,
  classes: number,
) {
  const { logits, labels } = chunk;
  for (let i = 0; i < labels.length; i++) {
    const most = logits[i * classes + predictions[i]];
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[i * classes + k] - most);
    const bin = calibrationBin(1 / sum);
    counts[bin]++;
    confidences[bin] += 1 / sum;
    if (predictions[i] === labels[i]) rights[bin]++;
  }
}

/** Class of the largest logit [count]; the lowest class on a tie. */
export function predict(logits: Float32Array, classes: number): Uint16Array {
  const predictions = new Uint16Array(logits.length / classes);
  for (let i = 0; i < predictions.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[i * classes + k] > logits[i * classes + best]) best = k;
    predictions[i] = best;
  }
  return predictions;
}

/** Σ over samples of the fit, as in headSums.ts. */
function fitSum(loss: RunLoss, { logits, labels, count }: Chunk, classes: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const row = i * classes;
    if (loss.loss === "mse") {
      let squares = 0;
      for (let k = 0; k < classes; k++) squares += (logits[row + k] - (k === labels[i] ? 1 : 0)) ** 2;
      total += squares / 2;
      continue;
    }
    if (loss.loss === "dot-regression") {
      const aim = aimOf(loss);
      total += (logits[row + labels[i]] - aim) ** 2 / (2 * aim);
      continue;
    }
    // log Σ exp(z_k − z_y) = log1p of the other classes' terms, which keeps the digits of a small loss.
    const own = logits[row + labels[i]];
    let most = 0;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[row + k] - own);
    let others = 0;
    for (let k = 0; k < classes; k++) if (k !== labels[i]) others += Math.exp(logits[row + k] - own - most);
    const surprise = most > 0 ? most + Math.log(others + Math.exp(-most)) : Math.log1p(others);
    total += loss.gamma ? surprise * (others / (others + Math.exp(-most))) ** loss.gamma : surprise;
    if (!loss.smoothing) continue;
    let over = 0;
    for (let k = 0; k < classes; k++) over += logits[row + k] - own;
    total -= (loss.smoothing / classes) * over;
  }
  return total;
}
