import type { Matrix } from "../linear/matrix.ts";
import { gramOfRows } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { assertEveryClass, centredMeans } from "./centredMeans.ts";
import type { CentredMoments } from "./centredMoments.ts";
import { centredMoments } from "./centredMoments.ts";
import type { ClassStatistics, Features } from "./classStatistics.ts";
import { classStatistics } from "./classStatistics.ts";
import type { CosineGaps } from "./cosineGaps.ts";
import { cosineGaps } from "./cosineGaps.ts";
import { dnc2, dnc3 } from "./dnc.ts";
import { nc3Etf, uniformDuality } from "./duality.ts";
import { biasOfMean, meanNormOfMeans, meanNormOfRows, nc0, normOfCentre } from "./lastLayerNorms.ts";
import { nc1Cdnv, nc1Pinv, nc1Ratio, normsSpread, pinvCutoff } from "./nc1.ts";
import { nc2Angles, nc2Etf, nc2Frame, nc2Norms } from "./nc2.ts";
import { assertSameShape, nc3Cosine, nc3CosineFromMeans, nc3Duality } from "./nc3.ts";
import { nc4Ncc } from "./nc4.ts";
import { pairDistances } from "./uniformity.ts";

/** The metrics of one layer, by the ids under which they are stored: each is either in `values` or, with its reason, in `undefined`. */
export interface LayerMetrics {
  values: Record<string, number>;
  undefined: Record<string, string>;
}

/** What a hidden layer's metrics are made of. Without moments, those that need the second pass are left out. */
interface HiddenLayerInput {
  statistics: ClassStatistics;
  moments?: CentredMoments;
  /** Whether it is the last one, of a network whose classifier is not known: what is of its class means alone is worked out too. */
  isLast?: boolean;
  /** Which of them are worked out: all unless said. */
  wanted?: (id: string) => boolean;
}

/** What the last layer's metrics are made of. */
interface LastLayerInput extends HiddenLayerInput {
  /** Classifier rows [K, d]. */
  weights: Matrix;
  /** Sums over samples for nc3.cosine. */
  cosines?: CosineGaps;
  /** b [K]; null or absent = none. */
  bias?: ArrayLike<number> | null;
  /** The common norm of all features (√d after LayerNorm), for nc3.cosine without those sums. */
  featureNorm?: number;
}

/**
 * All metrics of a layer without classifier: NC1, NC2 of the class means (G = MMᵀ; against I the means are not centred,
 * as centred rows cannot be orthogonal), and NC4 against the labels.
 * @throws {MathError} if K < 2 or a class is empty
 */
export function hiddenLayerMetrics({ statistics, moments, isLast = false, wanted }: HiddenLayerInput): LayerMetrics {
  assertEveryClass(statistics);
  const grams = meansGrams(statistics);
  const gram = grams.centred;
  const functions: MetricFunctions = {
    ...variability(statistics, moments, grams),
    ...(isLast && ofMeansAlone(statistics, gram)),
    "nc2.frame": () => nc2Frame(gram(), "simplex"),
    "nc2.frame.orthogonal": () => nc2Frame(grams.asTheyAre(), "orthogonal"),
    "nc2.norms": () => nc2Norms(gram()),
    "nc2.angles": () => nc2Angles(gram()),
    "nc2.etf": () => nc2Etf(gram()),
    "nc4.ncc": () => nc4Ncc(statistics, needed(moments, "the second pass"), "labels"),
  };
  return collect(functions, wanted);
}

/**
 * All metrics of the last layer: NC1, NC2 of the class means (norms, angles; mframe and metf, the same as a hidden layer's frame and
 * etf) and of the classifier (frame and etf, wnorms and wangles, G = WWᵀ), NC3, NC0, the pairs' uniformity, sizes, and NC4 against the
 * predictions.
 * @throws {MathError} if K < 2, a class is empty or the classifier does not fit
 */
export function lastLayerMetrics(input: LastLayerInput): LayerMetrics {
  const { statistics, moments, weights, cosines, featureNorm, wanted, bias = null } = input;
  assertEveryClass(statistics);
  assertSameShape(statistics, weights);
  const gram = once(() => gramOfRows(weights));
  const grams = meansGrams(statistics);
  const meansGram = grams.centred;
  const duality = once(() => uniformDuality(statistics, weights));
  const functions: MetricFunctions = {
    ...variability(statistics, moments, grams),
    ...ofMeansAlone(statistics, meansGram),
    "nc2.frame": () => nc2Frame(gram(), "simplex"),
    "nc2.frame.orthogonal": () => nc2Frame(gram(), "orthogonal"),
    "nc2.norms": () => nc2Norms(meansGram()),
    "nc2.angles": () => nc2Angles(meansGram()),
    "nc2.etf": () => nc2Etf(gram()),
    "nc2.mframe": () => nc2Frame(meansGram(), "simplex"),
    "nc2.mframe.orthogonal": () => nc2Frame(grams.asTheyAre(), "orthogonal"),
    "nc2.metf": () => nc2Etf(meansGram()),
    "nc3.cosine": () =>
      cosines
        ? nc3Cosine(cosines)
        : nc3CosineFromMeans(statistics, weights, needed(featureNorm, "sums over samples or a common feature norm")),
    "nc3.duality": () => nc3Duality(statistics, weights),
    dnc3: () => dnc3(statistics, weights),
    "nc2.wnorms": () => nc2Norms(gram()),
    "nc2.wangles": () => nc2Angles(gram(), "rows"),
    "nc3.etf": () => nc3Etf(statistics, weights),
    "nc0.sum": () => nc0(weights).sum,
    "nc0.square": () => nc0(weights).square,
    "unc3.variance": () => duality().variance,
    "unc3.cosine.mean": () => duality().cosine.mean,
    "unc3.cosine.variance": () => duality().cosine.variance,
    "norms.weights": () => meanNormOfRows(statistics, weights),
    "bias.mean": () => biasOfMean(statistics, weights, bias),
    "nc4.ncc": () => nc4Ncc(statistics, needed(moments, "the second pass"), "predictions"),
  };
  return collect(functions, wanted);
}

/** All metrics of a hidden layer straight from its features [N, d]. @throws {MathError} as `classStatistics` and `hiddenLayerMetrics` */
export function measureHiddenLayer(features: Features, labels: ArrayLike<number>, classes: number, dim: number): LayerMetrics {
  const statistics = classStatistics(features, labels, classes, dim);
  return hiddenLayerMetrics({ statistics, moments: centredMoments({ features, labels, statistics }) });
}

/**
 * All metrics of the last layer straight from its features [N, d], the classifier rows [K, d] and the predicted classes [N].
 * @throws {MathError} as `classStatistics` and `lastLayerMetrics`
 */
export function measureLastLayer(
  features: Features,
  labels: ArrayLike<number>,
  weights: Matrix,
  predictions?: ArrayLike<number>,
): LayerMetrics {
  const statistics = classStatistics(features, labels, weights.rows, weights.cols);
  const moments = centredMoments({ features, labels, statistics, predictions });
  return lastLayerMetrics({ statistics, moments, weights, cosines: cosineGaps(features, labels, weights) });
}

type MetricFunctions = Record<string, () => number>;

function variability(statistics: ClassStatistics, moments: CentredMoments | undefined, grams: MeansGrams): MetricFunctions {
  const cutoff = pinvCutoff(statistics.classes);
  const pinv = once(() => nc1Pinv(statistics, needed(moments, "the second pass"), cutoff, grams.centred()));
  return {
    "nc1.ratio": () => nc1Ratio(statistics),
    "nc1.pinv": pinv,
    "nc1.pinvsum": () => statistics.classes * pinv(),
    "nc1.cdnv": () => nc1Cdnv(statistics, grams.centred()),
    "norms.spread": () => normsSpread(statistics),
    dnc2: () => dnc2(statistics, "simplex", grams.centred()),
    "dnc2.orthogonal": () => dnc2(statistics, "orthogonal", grams.asTheyAre()),
  };
}

/** What of the last layer is of its class means alone. */
function ofMeansAlone(statistics: ClassStatistics, gram: () => Matrix): MetricFunctions {
  const pairs = once(() => pairDistances(gram()));
  return {
    "gnc2.log.mean": () => pairs().log.mean,
    "gnc2.log.variance": () => pairs().log.variance,
    "gnc2.distance.mean": () => pairs().distance.mean,
    "gnc2.distance.variance": () => pairs().distance.variance,
    "gnc2.riesz": () => pairs().riesz,
    "norms.centre": () => normOfCentre(statistics),
    "norms.means": () => meanNormOfMeans(statistics),
  };
}

/** Gram matrices [K, K] of a layer's class means, which take most of the time where classes are many. */
interface MeansGrams {
  /** G = MMᵀ: it throws where the class means coincide. */
  centred: () => Matrix;
  /** Of the means that are not centred. */
  asTheyAre: () => Matrix;
}

const meansGrams = (statistics: ClassStatistics): MeansGrams => ({
  centred: once(() => gramOfRows(centredMeans(statistics))),
  asTheyAre: once(() => gramOfRows(statistics.means)),
});

/** What several metrics are made of, worked out at the first use only. */
function once<T>(compute: () => T): () => T {
  let found: { value: T } | null = null;
  return () => {
    found ??= { value: compute() };
    return found.value;
  };
}

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new MathError(`needs ${name}`);
  return value;
}

function collect(functions: MetricFunctions, wanted: (id: string) => boolean = () => true): LayerMetrics {
  const result: LayerMetrics = { values: {}, undefined: {} };
  for (const [id, compute] of Object.entries(functions)) {
    if (!wanted(id)) continue;
    try {
      const value = compute();
      if (!Number.isFinite(value)) throw new MathError(`${id} came out as ${value}`);
      result.values[id] = value;
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      result.undefined[id] = error.message;
    }
  }
  return result;
}
