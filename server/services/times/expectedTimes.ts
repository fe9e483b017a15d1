import { isTransformer } from "../../../contract/config/architecture.ts";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { readOfOther } from "../../../contract/config/otherSet.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { imageShape } from "../../../contract/data/datasetConfig.ts";
import { type CountOwnSet, type DatasetSizes, datasetSizes } from "../../../contract/data/datasetSizes.ts";
import { measuredShape } from "../../../contract/launch/measuredShape.ts";
import { measurementsEvery } from "../../../contract/launch/measurementsEvery.ts";
import { measuredEvery } from "../../../contract/metrics/measuringBudget.ts";
import { logSpacedSteps } from "../../../math/steps/logSpacedSteps.ts";
import { relativeStepCost } from "./relativeStepCost.ts";

/** What a run takes by itself on a slot, or a pack of runs in one, ms. */
export interface ExpectedTimes {
  /** Process, data, compiling, and the way to the worker and back. */
  startMs: number;
  /** One training step, of all runs of a pack together. */
  stepMs: number;
  /** One measurement of all layers on both splits. */
  measureMs: number;
  measurements: number;
  /** Attacks and probes after training, of one run after the other. */
  evaluateMs: number;
}

/** A CPU core of 2.x GHz: operations a ms (of relativeStepCost), and what each layer's calls take besides. */
const operationsPerMs = 60e6;
const perLayerMs = 0.065;

/**
 * The times of a run as they are supposed before anything like it was measured: its operations on one CPU core, as they were found
 * on a few runs of every kind. What was measured since corrects them (estimateGrid.ts), so that their ratios matter more.
 * @param packed runs of the pack that it is one of: its calls are made once for all of them
 */
export function expectedTimes(config: RunConfig, countOwn?: CountOwnSet, packed = 1): ExpectedTimes {
  const sizes = datasetSizes(config.dataset, countOwn);
  const { steps } = config.training;
  const { measuring } = config;
  const layers = callsOf(config);
  return {
    startMs: 1_000 + 12 * layers + readingMs(config.dataset, sizes) + otherReadingMs(config, countOwn),
    stepMs: 0.2 + perLayerMs * layers + (packed * relativeStepCost(config, countOwn)) / operationsPerMs,
    measureMs: packed * measuringMs(config, sizes, countOwn),
    measurements:
      measuring.name === "log" ? logSpacedSteps(steps, measuring.perDecade).length : measurementsEvery(measuring.steps, steps),
    evaluateMs: packed * evaluatingMs(config, sizes, countOwn),
  };
}

/** All of it, ms. */
export const totalMs = ({ startMs, stepMs, measureMs, measurements, evaluateMs }: ExpectedTimes, steps: number): number =>
  startMs + steps * stepMs + measurements * measureMs + evaluateMs;

/** Groups of operations that are called one after the other: a transformer's block has more of them than a residual one. */
function callsOf({ architecture, depth }: RunConfig): number {
  if (isTransformer(architecture)) return 4 * depth;
  if (architecture === "resnet") return 3 * depth;
  return architecture === "rn2" || architecture === "conv" ? 2 * depth : depth;
}

function readingMs(dataset: RunConfig["dataset"], { train, test, there, inputDim }: DatasetSizes): number {
  const used = (train + test) * inputDim;
  if (there === null || !imageShape(dataset)) return 40e-6 * used;
  const whole = [...there.train, ...there.test].reduce((sum, n) => sum + n, 0) * inputDim;
  return 8e-6 * whole + 10e-6 * used;
}

/** Forward passes over both splits; the sums of a layer's features in float64, by class in the second pass. */
function measuringMs(config: RunConfig, sizes: DatasetSizes, countOwn?: CountOwnSet): number {
  const { width } = config;
  const depth = layersOf(config);
  const { classes, train, test } = sizes;
  // On average: the budget may leave the second pass to every nth measurement.
  const share = 1 / measuredEvery("second pass", measuredShape(config, sizes));
  const rank = Math.min(classes, width);
  const features = depth * width;
  const sums = 8e-6 * (train + test) * features + share * secondPassMs(classes, width, train * depth);
  const spectra = share * depth * rank ** 3 * 24e-6;
  const other = otherSamples(config, countOwn);
  const ofOther = forwardMs(config, sizes, other, countOwn) + 1e-6 * other * features;
  return 6 + 0.35 * depth + forwardMs(config, sizes, train + test, countOwn) + sums + spectra + ofOther;
}

/** Of a second set; 0 without one. */
function otherSamples({ other }: RunConfig, countOwn?: CountOwnSet): number {
  return other === undefined ? 0 : Math.min(other.samples, datasetSizes(readOfOther(other), countOwn).test);
}

function otherReadingMs({ other }: RunConfig, countOwn?: CountOwnSet): number {
  if (other === undefined) return 0;
  const dataset = readOfOther(other);
  return readingMs(dataset, datasetSizes(dataset, countOwn));
}

/** Loops for few classes; for many, matrix products in tiles, which take a tenth of the time each. */
function secondPassMs(classes: number, width: number, samples: number): number {
  const rank = Math.min(classes, width);
  const loops = 1.7e-6 * classes * width * samples;
  const tiles = 0.2e-6 * (classes * width + rank ** 2) * samples;
  return classes * width > 64 * 512 ? Math.min(loops, tiles) : loops;
}

/** A third of a step's operations a sample, where the step has a batch of N. */
function forwardMs(config: RunConfig, { train }: DatasetSizes, samples: number, countOwn?: CountOwnSet): number {
  const { batch } = config.training;
  const inStep = Math.max(1, batch === "full" ? train : Math.min(batch, train));
  return (relativeStepCost(config, countOwn) / operationsPerMs / 3) * (samples / inStep);
}

function evaluatingMs(config: RunConfig, sizes: DatasetSizes, countOwn?: CountOwnSet): number {
  const { robustness = null, transfer = null } = config.afterTraining ?? {};
  let ms = 0;
  if (robustness) {
    const balls = robustness.norms.length * robustness.epsilons.length;
    const passes = 1 + balls * (1 + robustness.pgdSteps);
    const attacked = Math.min(robustness.samples, sizes.test);
    ms +=
      50 * callsOf(config) ** 0.5 +
      passes * (3 * forwardMs(config, sizes, attacked, countOwn) + 18e-6 * attacked * sizes.inputDim);
  }
  if (config.other) {
    const { width } = config;
    const { train, test, classes } = sizes;
    // Means, scatter and scores: three passes over the training set, and d² numbers of a sample in two of them.
    const passes = forwardMs(config, sizes, 3 * train + test + otherSamples(config, countOwn), countOwn);
    ms += passes + (2 * train + test) * width * (width + classes) * 1e-6 + width ** 3 * 24e-6;
  }
  if (transfer) {
    const second = datasetSizes(transfer.dataset, countOwn);
    const { width } = config;
    const depth = layersOf(config);
    const samples = 2 * second.train + second.test;
    const probes = depth * width * (second.train * width * 0.6e-6 + second.test * second.classes * 2e-6 + width ** 2 * 1e-6);
    ms += readingMs(transfer.dataset, second) + forwardMs(config, sizes, samples, countOwn) + probes;
  }
  return ms;
}
