import { necoRank, type OtherSetConfig } from "../../contract/config/otherSet.ts";
import { Failure } from "../../contract/failure.ts";
import { type DetectionScore, detectionScores, type KnownSplit } from "../../contract/metrics/detectionScores.ts";
import type { Detection } from "../../contract/wire/runEvents.ts";
import { areaUnderRoc } from "../../math/detection/areaUnderRoc.ts";
import { addScatterWithin, fitDetector } from "../../math/detection/detector.ts";
import { falsePositiveRate } from "../../math/detection/falsePositiveRate.ts";
import { energy, mahalanobis, maxLogit, msp, nci, neco } from "../../math/detection/scores.ts";
import { type Matrix, matrix } from "../../math/linear/matrix.ts";
import { MathError } from "../../math/MathError.ts";
import type { Dataset, SampleSet } from "../data/dataset.ts";
import type { OtherSet } from "../data/otherSet.ts";
import type { Engine } from "../engine/engine.ts";
import { ClassSums } from "../measure/classSums.ts";
import {
  type Chunk,
  type FeatureReader,
  makeFeatureReader,
  type ParameterSource,
  parametersOf,
} from "../measure/featureReader.ts";
import type { Network } from "../models/network.ts";
import { classifierOf } from "../models/parameterLayout.ts";

/** A trained network, and the set that is to be told from the one it was trained on. */
interface Detected {
  engine: Engine;
  network: Network;
  trained: Dataset;
  other: OtherSet | null;
  source: ParameterSource;
}

type Scorer = (chunk: Chunk) => Float64Array;

/**
 * AUROC and FPR95 of every score (math/detection), of the training and of the test set against the second one. What the scores of features
 * compare with is worked out on the training set at the last layer.
 * @param pause awaited between chunks: throws to stop
 * @throws Failure INVALID for free features, which have no inputs
 */
export async function detectOther(
  { engine, network, trained, other, source }: Detected,
  request: OtherSetConfig,
  pause: () => Promise<void>,
): Promise<Detection> {
  if (other === null)
    throw new Failure("INVALID", "Free features are parameters, computed from no input: a second set has none.");
  const { classes } = trained;
  const rank = necoRank(request, classes);
  const reader = await makeFeatureReader(engine, network, [trained.train, trained.test]);
  try {
    const weights = classifierOf(await parametersOf(source), network);
    const detector = await fitted(reader, trained.train, { classes, width: network.width, rank }, source, pause);
    const { directions, whitening, mean, means } = detector;
    const scorers: Record<DetectionScore, Scorer | MathError> = {
      msp: ({ logits }) => msp(logits, classes),
      maxlogit: ({ logits }) => maxLogit(logits, classes),
      energy: ({ logits }) => energy(logits, classes, request.temperature),
      neco: directions instanceof MathError ? directions : (chunk) => neco(lastOf(chunk), { directions }),
      nci: (chunk) => nci(lastOf(chunk), chunk.logits, weights, { mean }, request.alpha),
      mahalanobis: whitening instanceof MathError ? whitening : (chunk) => mahalanobis(lastOf(chunk), { means, whitening }),
    };
    const missing: Record<string, string> = {};
    const lack = (name: string, { message }: MathError) => {
      missing[name] ??= message.slice(0, 500);
    };
    const scoresOf = (set: SampleSet) => scored(reader, set, scorers, source, pause, lack);
    const others = await scoresOf(other.set);
    const scores: Detection["scores"] = [];
    for (const known of ["train", "test"] satisfies KnownSplit[]) {
      if (trained[known].count === 0) {
        missing[known] = `there is no ${known === "test" ? "test" : "training"} set`;
        continue;
      }
      const ours = await scoresOf(trained[known]);
      for (const score of detectionScores) {
        const [own, theirs] = [ours[score], others[score]];
        if (own && theirs) scores.push({ score, known, auroc: areaUnderRoc(own, theirs), fpr95: falsePositiveRate(own, theirs) });
      }
    }
    const { alpha, temperature } = request;
    const covarianceRank = whitening instanceof MathError ? null : whitening.rows;
    return {
      dataset: other.resolved,
      samples: other.set.count,
      parameters: { rank, alpha, temperature, covarianceRank },
      scores,
      missing,
    };
  } finally {
    await reader.dispose();
  }
}

const lastOf = ({ features }: Chunk): Float32Array => features[features.length - 1];

/** Class means in one pass, the scatter about them in another. */
async function fitted(
  reader: FeatureReader,
  train: SampleSet,
  { classes, width, rank }: { classes: number; width: number; rank: number },
  source: ParameterSource,
  pause: () => Promise<void>,
) {
  const sums = new ClassSums(classes, width);
  for await (const chunk of reader.read(train, source)) {
    await pause();
    sums.add(lastOf(chunk), chunk.labels);
  }
  const statistics = sums.statistics();
  const scatter: Matrix = matrix(width, width);
  for await (const chunk of reader.read(train, source)) {
    await pause();
    addScatterWithin(scatter, statistics, lastOf(chunk), chunk.labels);
  }
  return fitDetector(statistics, scatter, rank);
}

/** Every score of a set's samples; a score that does not exist of one of them is left out. */
async function scored(
  reader: FeatureReader,
  set: SampleSet,
  scorers: Record<DetectionScore, Scorer | MathError>,
  source: ParameterSource,
  pause: () => Promise<void>,
  lack: (score: DetectionScore, reason: MathError) => void,
): Promise<Partial<Record<DetectionScore, Float64Array>>> {
  const found: Partial<Record<DetectionScore, Float64Array>> = {};
  for (const score of detectionScores) {
    const scorer = scorers[score];
    if (scorer instanceof MathError) lack(score, scorer);
    else found[score] = new Float64Array(set.count);
  }
  for await (const chunk of reader.read(set, source)) {
    await pause();
    for (const [score, all] of Object.entries(found) as [DetectionScore, Float64Array][])
      try {
        all.set((scorers[score] as Scorer)(chunk), chunk.from);
      } catch (error) {
        if (!(error instanceof MathError)) throw error;
        lack(score, error);
        delete found[score];
      }
  }
  return found;
}
