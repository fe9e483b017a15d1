import type { ResolvedDataset } from "../../../contract/data/resolvedDataset.ts";
import {
  type ModularAdditionConfig,
  type NextTokenConfig,
  pairsPerSum,
  type TokenTaskConfig,
  tokenShape,
} from "../../../contract/data/tokenTasks.ts";
import { Failure } from "../../../contract/failure.ts";
import { ambiguityOf } from "../../../math/statistics/ambiguity.ts";
import { type RandomStream, randomStream, shuffle } from "../../../math/statistics/randomStream.ts";
import { countClasses, type Dataset, type SampleSet } from "../dataset.ts";
import { sha256 } from "../sources/readVerified.ts";
import { languageOf, nextTokens } from "./language.ts";

interface Made {
  train: SampleSet;
  test: SampleSet;
  about: Pick<ResolvedDataset, "ambiguity" | "classNames">;
  preparation: string;
}

/**
 * A task on tokens, a function of its config alone.
 * @throws Failure INVALID if a token of a language follows no training context
 */
export function makeTokenTask(config: TokenTaskConfig): Dataset {
  const shape = tokenShape(config);
  const { train, test, about, preparation } = config.id === "modular-addition" ? makeSums(config) : makeTexts(config);
  const classes = shape.vocabulary;
  const input = { kind: "tokens" as const, ...shape };
  return {
    resolved: {
      id: config.id,
      source: `generated from data seed ${config.dataSeed}`,
      hash: sha256(...[train, test].flatMap((set) => [bytesOf(set.inputs), bytesOf(set.labels)])),
      classes,
      inputDimension: shape.length,
      input,
      trainCounts: countClasses(train.labels, classes),
      testCounts: countClasses(test.labels, classes),
      ...about,
    },
    classes,
    dimension: shape.length,
    input,
    pixel: null,
    train,
    test,
    preparation,
  };
}

/** Of each sum's p pairs (a, c − a mod p) the first ones of a random order are training samples; samples lie in the order of a, then of b. */
function makeSums(config: ModularAdditionConfig): Made {
  const { modulus: p, dataSeed } = config;
  const isTrained = new Uint8Array(p * p);
  for (let sum = 0; sum < p; sum++) {
    const order = shuffle(
      Int32Array.from({ length: p }, (_, a) => a),
      randomStream(dataSeed, `data/sum/${sum}`),
    );
    for (const a of order.subarray(0, pairsPerSum(config))) isTrained[a * p + ((sum - a + p) % p)] = 1;
  }
  const setOf = (wanted: number): SampleSet => {
    const pairs = [...isTrained.keys()].filter((pair) => isTrained[pair] === wanted);
    return {
      count: pairs.length,
      inputs: Float32Array.from(pairs.flatMap((pair) => [Math.floor(pair / p), pair % p])),
      labels: Uint16Array.from(pairs, (pair) => (Math.floor(pair / p) + (pair % p)) % p),
    };
  };
  return {
    train: setOf(1),
    test: setOf(0),
    about: {},
    preparation: "Each sample is the tokens a and b; every pair of numbers is in one of the two sets.",
  };
}

function makeTexts(config: NextTokenConfig): Made {
  const language = languageOf(config);
  const { tokens: size, context, dataSeed } = config;
  const draw = (name: string, count: number): SampleSet => {
    const random = randomStream(dataSeed, `data/${name}/texts`);
    const inputs = new Float32Array(count * context);
    const labels = new Uint16Array(count);
    for (let i = 0; i < count; i++) {
      const state = drawn(language.states, random);
      const row = language.tokens.subarray(state * size, (state + 1) * size);
      for (let t = 0; t < context; t++) inputs[i * context + t] = drawn(row, random);
      labels[i] = drawn(row, random);
    }
    return { count, inputs, labels };
  };
  const [train, test] = [draw("train", config.trainSamples), draw("test", config.testSamples)];
  const counts = countClasses(train.labels, size);
  const never = counts.indexOf(0);
  if (never >= 0)
    throw new Failure(
      "INVALID",
      `Token ${never} follows none of the ${config.trainSamples} training contexts, and an empty class has no mean: choose more training samples, fewer tokens, or a smaller exponent or strength.`,
    );
  const surprise = test.count === 0 ? 0 : meanEntropy(test, context, (of) => nextTokens(language, of));
  const ambiguity = ambiguityOf(train.inputs, context, train.labels);
  return {
    train,
    test,
    about: { ambiguity: { ...ambiguity, language: surprise } },
    preparation: `${ambiguity.contexts} different contexts; ${ambiguity.ambiguous} of ${train.count} training samples have a context after which other tokens follow as well.`,
  };
}

/** Mean entropy of the next token given each sample's context, nats. */
function meanEntropy(set: SampleSet, context: number, next: (of: Float32Array) => Float64Array): number {
  const known = new Map<string, number>();
  let total = 0;
  for (let i = 0; i < set.count; i++) {
    const of = set.inputs.subarray(i * context, (i + 1) * context);
    const key = of.join(" ");
    const entropy = known.get(key) ?? next(of).reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
    known.set(key, entropy);
    total += entropy;
  }
  return total / set.count;
}

/** An index by its probability. */
function drawn(probabilities: Float64Array, random: RandomStream): number {
  let left = random.uniform();
  for (let i = 0; i < probabilities.length; i++) {
    left -= probabilities[i];
    if (left < 0) return i;
  }
  return probabilities.length - 1;
}

const bytesOf = (values: Float32Array | Uint16Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
