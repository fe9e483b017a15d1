import { externalLimits } from "../../../contract/external/externalLimits.ts";
import type { ExternalFit } from "../../../contract/external/externalObjective.ts";
import type { SumsEvent } from "../../../contract/external/externalRequests.ts";
import { Failure } from "../../../contract/failure.ts";
import { limits } from "../../../contract/limits.ts";
import { StreamedMeans, StreamedMoments } from "../../../math/collapse/streamedSums.ts";
import { MathError } from "../../../math/MathError.ts";
import { counted } from "../formats/unreadable.ts";
import type { FeatureSet } from "./assemble.ts";
import { featureLimits } from "./featureLimits.ts";
import { inBlocks } from "./inBlocks.ts";
import { type Classifier, readClassifier } from "./readClassifier.ts";
import { readLabels } from "./readLabels.ts";

/** Class means of the training set at one step, by layer: what a test set of that step is held against. */
export interface TrainingMeans {
  step: number;
  classes: number;
  of: Map<string, Float64Array>;
}

export interface Measured {
  event: SumsEvent;
  training: TrainingMeans | null;
  warnings: string[];
}

/**
 * All sums of one step and split, as a client would send them: two passes over each layer, in float64, part by part.
 * @param training of the step's training set, for a test set
 * @param stated of the stated objective: then the fit is measured too, where there is a classifier
 * @param signal ends it early, with its reason
 * @throws Failure INVALID naming array, sample and what was expected
 */
export async function measureSet(
  set: FeatureSet,
  training: TrainingMeans | null,
  stated: ExternalFit | null,
  signal?: AbortSignal,
): Promise<Measured> {
  const warnings: string[] = [];
  const labels = await readLabels(set.labels, set.labelsRef, set.split);
  const classes = requireSizes(set, Math.max(labels.classes, training?.classes ?? 0));
  const head = set.head ? await readClassifier(set.head, set.layers.at(-1)!.dim, labels.values.length) : null;
  const own: TrainingMeans = { step: set.step, classes, of: new Map() };
  const reference = set.split === "train" ? own : training?.step === set.step && training.classes === classes ? training : null;
  if (reference === null)
    warnings.push(
      `The test set of step ${counted(set.step)} is measured without class means of the training set: give training features of the same step for nc4.`,
    );
  const layers: SumsEvent["layers"] = [];
  for (const [at, layer] of set.layers.entries()) {
    const isLast = at === set.layers.length - 1;
    const parts = () => inBlocks(layer.array, layer.dim, classes, signal);
    const first = new StreamedMeans(classes, layer.dim);
    await each(layer.ref, parts(), (features, from) => {
      first.add(features, labels.values, from);
      if (isLast) head?.add(features, labels.values, from, stated);
    });
    const means = first.means();
    own.of.set(layer.name, means);
    const products = layer.samples * classes * (layer.dim + classes / 2);
    const fits = products <= featureLimits.products;
    if (!fits)
      warnings.push(
        `${layer.ref}: N·K·(d + K/2) is ${products.toExponential(1)}, more than ${featureLimits.products.toExponential(0)}: measures of the second pass (nc1.pinv, nc4) are left out.`,
      );
    const base = reference?.of.get(layer.name);
    const second = new StreamedMoments(classes, layer.dim, means, fits && base?.length === means.length ? base : null);
    const predictions = isLast ? (head?.predictions ?? null) : null;
    await each(layer.ref, parts(), (features, from) => second.add(features, labels.values, from, predictions));
    second.end();
    layers.push({
      ...{ name: layer.name, dim: layer.dim, counts: packed(first.counts), means: packed(means), within: packed(second.within) },
      ...(second.moments && { moments: packed(second.moments), labelMisses: second.labelMisses }),
      ...(second.moments && predictions && { predictionMisses: second.predictionMisses }),
    });
  }
  return {
    event: {
      kind: "sums",
      step: set.step,
      split: set.split,
      passes: 2,
      layers,
      ...(head && headOf(head, labels.values.length, stated)),
    },
    training: set.split === "train" ? own : training,
    warnings,
  };
}

/** K of a measurement, without making it. @throws Failure INVALID as measureSet does */
export async function measuredClasses(set: FeatureSet): Promise<number> {
  return requireSizes(set, (await readLabels(set.labels, set.labelsRef, set.split)).classes);
}

/** @param labelled classes that labels name @returns K */
function requireSizes({ layers, labelsRef, head, step }: FeatureSet, labelled: number): number {
  const refuse = (what: string) => new Failure("INVALID", `${what}.`);
  const classes = Math.max(labelled, head?.classes ?? 0);
  if (classes > limits.classes.max)
    throw refuse(
      `${labelled === classes ? labelsRef : head?.weightsRef} is of ${counted(classes)} classes: at most ${counted(limits.classes.max)} are measured`,
    );
  if (classes < 2) throw refuse(`${labelsRef} has one class only: at least 2 are needed`);
  if (head !== null && head.classes < labelled)
    throw refuse(
      `${labelsRef} has the label ${labelled - 1}, and the classifier has ${head.classes} rows: labels go from 0 to ${head.classes - 1}`,
    );
  const wide = layers.find(({ dim }) => dim > externalLimits.dim || dim * classes > externalLimits.meanNumbers);
  if (wide)
    throw refuse(
      `${wide.ref} has d = ${counted(wide.dim)} with K = ${counted(classes)}: K·d may be ${counted(externalLimits.meanNumbers)} at most (pool or project the features)`,
    );
  const sums = layers.reduce((sum, { dim }) => sum + classes * (dim + classes), 0);
  if (sums > featureLimits.sums)
    throw refuse(
      `The ${layers.length} layers of step ${counted(step)} have ${counted(sums)} sums, K·d + K² each: at most ${counted(featureLimits.sums)} are measured at once (pool the features, or import fewer layers)`,
    );
  return classes;
}

function headOf(head: Classifier, samples: number, stated: ExternalFit | null): Partial<SumsEvent> {
  return {
    head: { weights: packed(head.weights), ...(head.bias && { bias: packed(head.bias) }) },
    cosines: { sum: head.cosineSum, zeroVectors: head.zeroVectors },
    accuracy: head.right / samples,
    ...(stated && Number.isFinite(head.fit) && { fit: head.fit / samples }),
  };
}

async function each(
  ref: string,
  parts: AsyncIterable<{ features: Float64Array; from: number }>,
  work: (features: Float64Array, from: number) => void,
) {
  for await (const { features, from } of parts)
    try {
      work(features, from);
    } catch (error) {
      throw error instanceof MathError ? new Failure("INVALID", `${ref}: ${error.message}.`) : error;
    }
}

/** As base64 of little-endian float64. */
const packed = (numbers: Float64Array) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");
