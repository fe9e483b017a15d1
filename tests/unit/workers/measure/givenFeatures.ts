import * as tf from "@tensorflow/tfjs";
import type { RunLoss } from "../../../../contract/config/loss.ts";
import { hiddenLayerMetrics, lastLayerMetrics } from "../../../../math/collapse/layerMetrics.ts";
import { matrix } from "../../../../math/linear/matrix.ts";
import { randomStream } from "../../../../math/statistics/randomStream.ts";
import type { Dataset, SampleSet } from "../../../../workers/data/dataset.ts";
import type { Engine } from "../../../../workers/engine/engine.ts";
import { makeDeviceSums, reductionOf } from "../../../../workers/measure/deviceSums.ts";
import { type SplitSums, sumSplit } from "../../../../workers/measure/splitSums.ts";
import type { Sums } from "../../../../workers/measure/sums.ts";
import type { Network } from "../../../../workers/models/network.ts";

/** Features to be summed, made rather than computed. */
export interface Given {
  loss: RunLoss;
  dim: number;
  /** Samples of each class. */
  counts: { train: number[]; test: number[] };
  /** Deviation of a sample from its class mean, one a layer; class means lie about 1 apart. */
  spreads: number[];
  /** How far all class means are from 0. */
  offset?: number;
  /** Samples of the first class that lie at the second. */
  strays?: number;
  /** How far the own class's logit is above those of the others. */
  confidence?: number;
  /** Replaces a feature afterwards. */
  change?: (features: Float32Array[], dim: number) => void;
}

export const classesOf = ({ counts }: Given) => counts.train.length;

/** Samples in a shuffled order, each layer's features [n, d], the training set's first. */
export function make(given: Given) {
  const { dim, counts, spreads, offset = 0, strays = 0, confidence = 0 } = given;
  const classes = classesOf(given);
  const draw = randomStream(5, "features");
  const labelsOf = (each: number[]) => {
    const labels = each.flatMap((count, k) => new Array<number>(count).fill(k));
    for (let i = labels.length - 1; i > 0; i--) {
      const j = Math.floor(draw.uniform() * (i + 1));
      [labels[i], labels[j]] = [labels[j], labels[i]];
    }
    return Uint16Array.from(labels);
  };
  const [train, test] = [labelsOf(counts.train), labelsOf(counts.test)];
  const labels = [...train, ...test];
  const features = spreads.map((spread) => {
    const means = Array.from({ length: classes * dim }, () => offset + draw.normal());
    let stray = strays;
    const rows = new Float32Array(labels.length * dim);
    labels.forEach((label, i) => {
      const at = label === 0 && stray-- > 0 ? 1 : label;
      for (let j = 0; j < dim; j++) rows[i * dim + j] = means[at * dim + j] + spread * draw.normal();
    });
    return rows;
  });
  const head = Float32Array.from({ length: classes * dim }, () => draw.normal());
  const logits = Float32Array.from({ length: labels.length * classes }, (_, at) => {
    const isOwn = labels[Math.floor(at / classes)] === at % classes;
    return draw.normal() + (isOwn ? confidence : 0);
  });
  given.change?.(features, dim);
  return { train, test, features, head, logits };
}

type Made = ReturnType<typeof make>;

/** A network that gives these features and logits whatever it is asked: they are its parameters. */
export function networkOf(given: Given, { train, test, features, head, logits }: Made) {
  const { dim } = given;
  const classes = classesOf(given);
  const samples = train.length + test.length;
  const names = features.map((_, l) => `X${l + 1}`);
  const last = `W${features.length}`;
  const network: Network = {
    inputDimension: 1,
    width: dim,
    classes,
    layers: features.length,
    head: last,
    headForm: { factors: [last], unitRows: false },
    freeSamples: null,
    parameters: [
      ...names.map((name) => ({ name, shape: [samples, dim], penalty: "hidden" as const, deviation: 1 })),
      { name: "Z", shape: [samples, classes], penalty: "free", deviation: 1 },
      { name: last, shape: [classes, dim], penalty: "head", deviation: 1 },
    ],
    forward(parameters) {
      const columns = names.map((name) => tf.transpose(parameters[name]) as tf.Tensor2D);
      return { features: columns, logits: tf.transpose(parameters.Z) as tf.Tensor2D };
    },
  };
  const parts = [...features, logits, head];
  const parameters = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    parameters.set(part, at);
    return at + part.length;
  }, 0);
  const setOf = (labels: Uint16Array): SampleSet => ({ count: labels.length, inputs: new Float32Array(labels.length), labels });
  const dataset = { classes, dimension: 1, train: setOf(train), test: setOf(test) } as Dataset;
  return { network, dataset, parameters };
}

/** What the device sums up. */
export async function sumOnDevice(engine: Engine, given: Given, made: Made, secondPass = true): Promise<Sums | null> {
  const { network, dataset, parameters } = networkOf(given, made);
  const sums = await makeDeviceSums(engine, reductionOf(engine, given.loss, network, dataset, [0, 2], secondPass));
  const read = await sums.read({ parameters });
  await sums.dispose();
  return read;
}

/** The same on the host, in float64 from the same float32 features and logits. */
export async function sumOnHost(given: Given, { train, test, features, head, logits }: Made, secondPass = true) {
  const { dim, loss } = given;
  const classes = classesOf(given);
  const rows = matrix(classes, dim, head);
  const chunkOf = (labels: Uint16Array, from: number) => {
    const parts = features.map((layer) => layer.subarray(from * dim, (from + labels.length) * dim));
    const own = logits.subarray(from * classes, (from + labels.length) * classes);
    return async function* () {
      yield { from: 0, count: labels.length, labels, logits: own, features: parts };
    };
  };
  const common = { classes, loss, head: rows };
  const onTrain = await sumSplit({ ...common, chunks: chunkOf(train, 0), secondPass: secondPass ? "all" : "none" });
  const onTest = await sumSplit({
    ...common,
    chunks: chunkOf(test, train.length),
    reference: onTrain.statistics,
    secondPass: secondPass ? "last" : "none",
  });
  return { onTrain, onTest, head: rows };
}

/** Every metric of every layer that sums give, and the reasons for those that they do not. */
export function metricsOf({ onTrain, onTest, head }: Pick<Sums, "onTrain" | "onTest" | "head">) {
  const values: Record<string, number> = {};
  const missing: Record<string, string> = {};
  for (const [split, sums] of [["train", onTrain] as const, ["test", onTest as SplitSums] as const]) {
    values[`${split} fit`] = sums.fit;
    values[`${split} accuracy`] = sums.accuracy;
    sums.statistics.forEach((statistics, l) => {
      // Moments of the test set are about the training set's means, for NC4; nc1.pinv and nc1.pinvsum are none of its measures.
      const wanted = (id: string) => split === "train" || !id.startsWith("nc1.pinv");
      const given = { statistics, moments: sums.moments[l], wanted };
      const isLast = l === sums.statistics.length - 1;
      const found = isLast ? lastLayerMetrics({ ...given, weights: head, cosines: sums.cosines }) : hiddenLayerMetrics(given);
      for (const [id, value] of Object.entries(found.values)) values[`${split} ${id}@${l + 1}`] = value;
      for (const [id, reason] of Object.entries(found.undefined)) missing[`${split} ${id}@${l + 1}`] = reason;
    });
  }
  return { values, missing };
}
