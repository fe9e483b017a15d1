import * as tf from "@tensorflow/tfjs";
import type { ClassifierConfig } from "../../contract/config/classifier.ts";
import { Failure } from "../../contract/failure.ts";
import { randomSimplex } from "../../math/frames/randomSimplex.ts";
import { randomStream } from "../../math/statistics/randomStream.ts";
import type { HeadForm, ParameterSpec, Parameters } from "./network.ts";
import { type Initialization, specMaker } from "./specMaker.ts";

/** The classifier at the end of every network, numbered like the last layer: logits = W_L H (+ b_L), or what `form` says. */
export interface Classifier {
  /** The matrix [K, d] that meets the classes. */
  head: string;
  form: HeadForm;
  specs: ParameterSpec[];
  /** @param features [d, N] @returns logits [K, N] */
  logits(parameters: Parameters, features: tf.Tensor2D): tf.Tensor2D;
}

export interface ClassifierOptions {
  /** Layers of the network, see network.ts. */
  layers: number;
  width: number;
  classes: number;
  headBias: boolean;
  /** Absent: one linear layer. */
  classifier?: ClassifierConfig;
  /** Whether the features come with norm √d and mean 0. */
  normalizesHead: boolean;
  initialization: Initialization;
}

export function makeClassifier(options: ClassifierOptions): Classifier {
  const { layers, width, classes, headBias, classifier, normalizesHead, initialization } = options;
  const head = `W${layers}`;
  const bias = headBias ? `b${layers}` : null;
  const spec = specMaker(initialization);
  const inner = classifier?.name === "linear" ? classifier.layers - 1 : 0;
  const names = Array.from({ length: inner }, (_, i) => `${head}.${i + 1}`);
  const unitRows = classifier?.name === "normalized" && classifier.unitRows;
  const last =
    classifier?.name === "fixed-simplex"
      ? fixedSimplex(head, options)
      : spec.matrix(head, classes, width, unitRows ? "free" : "head");
  return {
    head,
    form: { factors: [head, ...names.slice().reverse()], unitRows },
    specs: [
      ...names.map((name) => spec.matrix(name, width, width, "head")),
      last,
      ...(bias ? [{ ...spec.bias(bias, classes), penalty: "headBias" as const }] : []),
    ],
    logits(parameters, features) {
      let read: tf.Tensor = features;
      for (const name of names) read = tf.matMul(parameters[name], read as tf.Tensor2D);
      const rows = unitRows ? unitRowsOf(parameters[head] as tf.Tensor2D) : parameters[head];
      let product: tf.Tensor = tf.matMul(rows as tf.Tensor2D, read as tf.Tensor2D);
      if (classifier?.name === "normalized") {
        const { temperature } = classifier;
        product = normalizesHead
          ? tf.mul(product, temperature / Math.sqrt(width))
          : tf.mul(tf.div(product, tf.sqrt(tf.sum(tf.square(features), 0, true))), temperature);
      }
      return (bias ? tf.add(product, parameters[bias]) : product) as tf.Tensor2D;
    },
  };
}

const unitRowsOf = (w: tf.Tensor2D): tf.Tensor2D => tf.div(w, tf.sqrt(tf.sum(tf.square(w), 1, true)));

/** W as metrics have it [K, d], of a network's parameters: the product of its layers, or its unit rows. */
export function classifierMatrix({ factors, unitRows }: HeadForm, of: (name: string) => tf.Tensor2D): tf.Tensor2D {
  const [first, ...others] = factors.map(of);
  const product = others.reduce((left, right) => tf.matMul(left, right) as tf.Tensor2D, first);
  return unitRows ? unitRowsOf(product) : product;
}

/** Whether W is a parameter as it is. */
export const isPlain = ({ factors, unitRows }: HeadForm): boolean => factors.length === 1 && !unitRows;

/** @throws Failure INVALID where the simplex does not fit, or a bias is asked for */
function fixedSimplex(name: string, { width, classes, headBias, normalizesHead }: ClassifierOptions): ParameterSpec {
  if (width < classes - 1)
    throw new Failure(
      "INVALID",
      `A fixed simplex of ${classes} classes needs a width of at least ${classes - 1}, and it is ${width}: choose a larger width or a classifier that is trained.`,
    );
  if (headBias) throw new Failure("INVALID", "A fixed simplex has no bias: turn the head's bias off.");
  // Features of mean 0 see a classifier's part along the ones not at all.
  const zeroMean = normalizesHead && width >= classes;
  return {
    name,
    shape: [classes, width],
    penalty: "fixed",
    deviation: 0,
    fixed: (seed) => {
      const random = randomStream(seed, `fixed/${name}`);
      return Float32Array.from(randomSimplex(classes, width, zeroMean, () => random.normal()).data);
    },
  };
}
