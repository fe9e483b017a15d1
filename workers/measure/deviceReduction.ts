import * as tf from "@tensorflow/tfjs";
import { calibrationBins } from "../../math/collapse/calibration.ts";
import type { FunctionDefinition, TensorSpec } from "../engine/engine.ts";
import { narrow, widen } from "../engine/wide.ts";
import { classifierMatrix, isPlain } from "../models/classifier.ts";
import { layerWidths } from "../models/layerWidths.ts";
import type { Network, ParameterSpec } from "../models/network.ts";
import { headBiasOf, parameterCount, sizeOf, unpackParameters } from "../models/parameterLayout.ts";
import { curvedLoss, type MeasuredLoss } from "./curvedLoss.ts";
import { flatnessRow } from "./flatnessRow.ts";
import { hasProbabilities } from "./hasProbabilities.ts";
import { confidenceSums, cosineSums, sampleFits } from "./headSums.ts";
import { alongMeans, groupsOf, layerSums, spanSums, spreadOf, squaredDistances } from "./layerSums.ts";

/** What is reduced: the samples of the training set and then those of the test set. */
export interface Reduction {
  network: Network;
  loss: MeasuredLoss;
  /** Samples of the training set, the first of all. */
  trained: number;
  data: ReductionData;
  /** Training samples whose last features are handed out; `data.drawn` has them and perhaps more. */
  pictured: number;
  /** Whether the sums that need the class means are wanted. */
  secondPass: boolean;
  /** Whether there is float64 to sum in. */
  isWide: boolean;
  /** Whether the data are bound once, to be on the device already, or given at each call, without a copy of them. */
  isBound: boolean;
}

/** In these the runs of a pack may differ. */
export interface ReductionData {
  /** Inputs [n, D]; missing where the features are parameters. */
  x?: Float32Array;
  /** Class of each sample [n]. */
  labels: Int32Array;
  /** Group of each sample [n]: its class, K more on the test set. */
  groups: Int32Array;
  /** Samples of each group [G]. */
  counts: Float32Array;
  /** The column of a sample of each group [G]. */
  first: Int32Array;
  /** Samples whose last features are handed out, at least one. */
  drawn: Int32Array;
}

type Penalized = Pick<ParameterSpec, "penalty" | "layer">;
const isAlike = (a: Penalized, b: Penalized) => a.penalty === b.penalty && a.layer === b.layer;

/** The penalties of a network's parameters, and the layers of those whose ridge may be their own, in the order of their squared norms. */
export const penaltiesOf = (specs: readonly ParameterSpec[]): Penalized[] =>
  specs
    .filter((spec, at) => specs.findIndex((one) => isAlike(one, spec)) === at)
    .map(({ penalty, layer }) => ({ penalty, layer }));

/** What comes to the host, in its order, with its size: L layers, d dimensions, G groups, K classes. */
export function layoutOf({ network, loss, data, trained, secondPass, isWide }: Reduction): [name: string, size: number][] {
  const { layers, width, classes } = network;
  const groups = data.counts.length;
  const rank = Math.min(classes, width);
  const widths = layerWidths(network);
  const dimensions = widths.reduce((sum, one) => sum + one, 0);
  return [
    ["squares", layers * groups],
    ["means", dimensions * groups],
    ...(isWide ? [] : [["rest", dimensions * groups] as [string, number]]),
    ...(secondPass
      ? [
          ["moments", widths.reduce((sum, one) => sum + Math.min(classes, one) ** 2, 0)] as [string, number],
          ["labelMisses", layers] as [string, number],
          ["predictionMisses", 1] as [string, number],
        ]
      : []),
    ...(secondPass && trained < data.labels.length
      ? [["testMoments", rank ** 2] as [string, number], ["testMisses", 1] as [string, number]]
      : []),
    ["samples", (curvedLoss(loss) ? 5 : 4) * groups],
    ...(hasProbabilities(loss)
      ? [["calibration", (trained < data.labels.length ? 2 : 1) * 3 * calibrationBins] as [string, number]]
      : []),
    ["head", classes * width],
    ...(headBiasOf(network.parameters) === null ? [] : [["bias", classes] as [string, number]]),
    ["squaredParameters", penaltiesOf(network.parameters).length],
  ];
}

/** The shapes of a reduction's data. */
export function dataSpecs({ data, network }: Reduction): Record<string, TensorSpec> {
  const [total, groups] = [data.labels.length, data.counts.length];
  return {
    ...(data.x ? { x: { shape: [total, network.inputDimension] } } : {}),
    labels: { shape: [total], dtype: "int32" },
    groups: { shape: [total], dtype: "int32" },
    counts: { shape: [groups] },
    first: { shape: [groups], dtype: "int32" },
    drawn: { shape: [data.drawn.length], dtype: "int32" },
  };
}

/** Layers of one width that follow each other: where they begin, and the first behind them. */
function runsOf(widths: readonly number[]): [from: number, to: number][] {
  const starts = [...widths.keys()].filter((l) => l === 0 || widths[l] !== widths[l - 1]);
  return starts.map((from, i) => [from, starts[i + 1] ?? widths.length]);
}

/**
 * One forward pass over all samples, and everything that metrics are made of summed in the same call: K·d numbers a layer leave the
 * device. Written for one run. Its output `high` + `low` are the pieces of `layoutOf` one after the other: float64 as the sum of two
 * float32 numbers (to 1e-14), float32 as they are. `drawn` are the last features of the samples drawn [·, d].
 */
export function deviceReduction(given: Reduction): FunctionDefinition {
  const { network, loss, trained, data, secondPass, isWide, isBound } = given;
  const { classes, width, layers } = network;
  const total = data.labels.length;
  const widths = layerWidths(network);
  const alike = runsOf(widths);
  const wide = <T extends tf.Tensor>(tensor: T) => (isWide ? widen(tensor) : tensor);
  const specs = dataSpecs(given);
  const bound = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { ...spec, data: data[name as keyof ReductionData] as Float32Array }]),
  );
  return {
    state: { parameters: { shape: [parameterCount(network.parameters)] } },
    constants: isBound ? bound : {},
    inputs: isBound ? {} : specs,
    fn: ({ state, constants, inputs }) => {
      const {
        x: samples,
        labels,
        groups: index,
        counts,
        first,
        drawn,
      } = (isBound ? constants : inputs) as Record<string, tf.Tensor1D>;
      const flat = state.parameters as tf.Tensor1D;
      const parameters = unpackParameters(flat, network.parameters);
      const x = (samples ?? tf.zeros([total, 1])) as unknown as tf.Tensor2D;
      const { logits, features } = network.forward(parameters, x);
      const lastFeatures = features[layers - 1];
      // TensorFlow.js divides by nothing: a group of no samples counts as one.
      const sizes = tf.maximum(tf.reshape(counts, [1, -1]), 1) as tf.Tensor2D;
      const groups = groupsOf(index, sizes, first, classes, isWide);
      const members = wide(tf.oneHot(labels, classes, 1, 0, "float32") as tf.Tensor2D); // [n, K]
      const predictions = tf.argMax(logits, 0) as tf.Tensor1D;
      const sums = features.map((layer) => layerSums(layer, groups, secondPass, isWide, trained));
      const over = (of: (at: number) => tf.Tensor2D) =>
        tf.concat(
          features.map((_, at) => of(at)),
          0,
        );
      const inGroups = (rows: tf.Tensor) => tf.matMul(rows as tf.Tensor2D, groups.members); // [·, n] → [·, G]

      const pieces: Record<string, tf.Tensor> = {};
      pieces.means = over((at) => sums[at].means);
      if (!isWide) pieces.rest = over((at) => sums[at].rest as tf.Tensor2D);
      const rows = secondPass ? classes + 1 : 1;
      const perSample = tf.reshape(
        over((at) => sums[at].ofSamples),
        [layers, rows, total],
      );
      pieces.squares = inGroups(tf.reshape(tf.slice(perSample, [0, 0, 0], [layers, 1, total]), [layers, total]));
      if (secondPass) {
        const tables = alike.map(([from, to]) => {
          const means = sums.slice(from, to).map(({ shifted }) => shifted);
          return squaredDistances(tf.reshape(tf.concat(means, 0), [to - from, widths[from], classes]));
        });
        const distances = tables.length === 1 ? tables[0] : tf.concat(tables, 0);
        const isOther = (nearest: tf.Tensor, compared: tf.Tensor1D) => tf.cast(tf.notEqual(nearest, compared), "float32");
        const some = (all: tf.Tensor2D, from: number, count: number) => tf.slice(all, [from, 0], [count, classes]);
        const onTrain = spanSums(
          tf.slice(perSample, [0, 1, 0], [layers, classes, trained]) as tf.Tensor3D,
          distances,
          some(members, 0, trained),
        );
        // Of the deviations themselves where these are fewer numbers than products with the class means: as on the host.
        const momentsOf = ([from, to]: [number, number]): tf.Tensor =>
          sums[from].spread
            ? tf.concat(
                sums.slice(from, to).map(({ spread }) => spread as tf.Tensor2D),
                0,
              )
            : tf.slice(onTrain.moments, [from, 0, 0], [to - from, classes, classes]);
        const moments = alike.map((run) => tf.reshape(momentsOf(run), [-1]));
        pieces.moments = moments.length === 1 ? moments[0] : tf.concat(moments);
        pieces.labelMisses = tf.sum(isOther(onTrain.nearest, tf.slice(labels, [0], [trained])), 1);
        const ofLast = tf.slice(onTrain.nearest, [layers - 1, 0], [1, trained]);
        pieces.predictionMisses = tf.sum(isOther(ofLast, tf.slice(predictions, [0], [trained])));
        if (trained < total) {
          // The test set's last layer is held against the training set's means.
          const { means, rest, shifted } = sums[layers - 1];
          const ofClasses = (columns: tf.Tensor2D) => tf.slice(columns, [0, 0], [width, classes]);
          const tested = total - trained;
          const onTest = some(members, trained, tested);
          const taken = tf.neg(onTest);
          const columns = wide(tf.slice(lastFeatures, [0, trained], [width, tested]));
          const deviations = tf.add(tf.matMul(ofClasses(means), taken, false, true), columns) as tf.Tensor2D;
          const products = alongMeans(deviations, shifted, rest && ofClasses(rest), taken);
          const last = tf.slice(distances, [layers - 1, 0, 0], [1, classes, classes]);
          const ofTest = spanSums(tf.reshape(products, [1, classes, tested]), last, onTest);
          const { nearest } = ofTest;
          pieces.testMoments = width < classes ? spreadOf(deviations, rest && ofClasses(rest), taken, tested) : ofTest.moments;
          pieces.testMisses = tf.sum(isOther(nearest, tf.slice(predictions, [trained], [tested])));
        }
      }
      const form = network.headForm;
      const head = classifierMatrix(form, (name) => (isPlain(form) ? parameters[name] : wide(parameters[name])) as tf.Tensor2D);
      const turned = tf.transpose(members); // [K, n]
      const cosines = cosineSums(lastFeatures, head, turned, isWide);
      const isRight = tf.reshape(tf.cast(tf.equal(predictions, labels), "float32"), [1, total]);
      const curved = curvedLoss(loss);
      const flatness = curved
        ? [flatnessRow(curved, { logits, predictions, labels: turned, features: lastFeatures, head, isWide })]
        : [];
      const ofLast = tf.concat(
        [sampleFits(loss, logits, turned, isWide), wide(isRight), cosines.gaps, wide(cosines.zeros), ...flatness],
        0,
      );
      pieces.samples = inGroups(ofLast);
      if (hasProbabilities(loss)) {
        const above = confidenceSums(logits, isRight as tf.Tensor2D, isWide); // [45, n]
        const onSet = (from: number, count: number) => tf.sum(tf.slice(above, [0, from], [above.shape[0], count]), 1);
        const tested = total - trained;
        pieces.calibration = tested > 0 ? tf.concat([onSet(0, trained), onSet(trained, tested)], 0) : onSet(0, trained);
      }
      pieces.head = head;
      const bias = headBiasOf(network.parameters);
      if (bias !== null) pieces.bias = parameters[bias];
      const parts = tf.split(flat, network.parameters.map(sizeOf));
      const squared = (penalty: Penalized) => {
        const vectors = parts.filter((_, at) => isAlike(network.parameters[at], penalty));
        return tf.sum(tf.square(wide(vectors.length === 1 ? vectors[0] : tf.concat(vectors))));
      };
      pieces.squaredParameters = tf.stack(penaltiesOf(network.parameters).map(squared));
      const values = tf.concat(layoutOf(given).map(([name]) => tf.reshape(wide(pieces[name]), [-1])));
      const outputs: Record<string, tf.Tensor> = {
        high: values,
        drawn: tf.transpose(tf.gather(lastFeatures, drawn, 1)),
      };
      if (isWide) {
        outputs.high = narrow(values);
        outputs.low = narrow(tf.sub(values, widen(outputs.high)));
      }
      return outputs;
    },
  };
}
