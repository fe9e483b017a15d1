import { type AttackNorm, epsilonUnits, type RobustnessConfig } from "../../contract/config/afterTraining.ts";
import type { RunLoss } from "../../contract/config/loss.ts";
import { Failure } from "../../contract/failure.ts";
import type { Evaluation } from "../../contract/wire/runEvents.ts";
import { spacedIndices } from "../../math/statistics/spaced.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import type { ParameterSource } from "../measure/featureReader.ts";
import { predict } from "../measure/splitSums.ts";
import type { Network } from "../models/network.ts";
import { oneHot } from "../training/batches.ts";
import { makeInputGradient } from "./inputGradient.ts";
import { type AttackBall, moveInputs } from "./moveInputs.ts";

type Robustness = NonNullable<Evaluation["robustness"]>;

/** What is attacked. */
interface Attacked {
  engine: Engine;
  network: Network;
  loss: RunLoss;
  dataset: Dataset;
  source: ParameterSource;
}

const largestChunk = 256;

/**
 * Accuracy under FGSM and PGD (see contract/config/afterTraining.ts) for each norm and ε, on samples spaced evenly through the test set. The
 * attack climbs the run's own fit.
 * @param pause awaited between passes over a chunk: throws to stop
 * @throws Failure INVALID for text, and for free features, which have no inputs to move
 */
export async function measureRobustness(
  { engine, network, loss, dataset, source }: Attacked,
  request: RobustnessConfig,
  pause: () => Promise<void>,
): Promise<Robustness> {
  if (network.freeSamples !== null)
    throw new Failure("INVALID", "Free features are parameters, computed from no input: there is nothing to attack.");
  if (dataset.input.kind === "tokens")
    throw new Failure("INVALID", "The inputs are token numbers, and a token has no gradient to follow.");
  if (dataset.input.kind === "text")
    throw new Failure("INVALID", "The inputs are word numbers, and a word has no gradient to follow.");
  const chosen = spacedIndices(dataset.test.count, request.samples);
  const size = Math.ceil(chosen.length / Math.ceil(chosen.length / largestChunk));
  const slopes = await makeInputGradient(engine, network, loss, size);
  const balls = ballsOf(request, dataset.pixel);
  const right = { clean: 0, fgsm: new Float64Array(balls.length), pgd: new Float64Array(balls.length) };
  const { dimension, classes } = dataset;

  for (let from = 0; from < chosen.length; from += size) {
    const { origin, labels, count } = takeChunk(dataset, chosen.subarray(from, from + size), size);
    const y = oneHot(labels, classes);
    const at = async (x: Float32Array) => {
      await pause();
      return slopes.at(x, y, source);
    };
    const countIn = (logits: Float32Array) => {
      const predictions = predict(logits, classes);
      let sum = 0;
      for (let i = 0; i < count; i++) if (predictions[i] === labels[i]) sum++;
      return sum;
    };
    const first = await at(origin);
    const firstGradient = first.gradient.slice();
    right.clean += countIn(first.logits);
    for (const [index, ball] of balls.entries()) {
      const moved = origin.slice();
      moveInputs(moved, origin, firstGradient, ball.epsilon, dimension, ball);
      right.fgsm[index] += countIn((await at(moved)).logits);
      moved.set(origin);
      let gradient: Float32Array = firstGradient;
      for (let step = 1; ; step++) {
        moveInputs(moved, origin, gradient, (2.5 * ball.epsilon) / request.pgdSteps, dimension, ball);
        const there = await at(moved);
        gradient = there.gradient;
        if (step < request.pgdSteps) continue;
        right.pgd[index] += countIn(there.logits);
        break;
      }
    }
  }
  await slopes.dispose();
  const share = (count: number) => count / chosen.length;
  return {
    samples: chosen.length,
    clean: share(right.clean),
    unit: dataset.pixel ? epsilonUnits.pixels : epsilonUnits.inputs,
    points: balls.flatMap(({ norm, asked }, index) =>
      (["fgsm", "pgd"] as const).map((attack) => ({ attack, norm, epsilon: asked, accuracy: share(right[attack][index]) })),
    ),
  };
}

/** Every norm and ε that is asked for, in units of the inputs; `asked` as a person reads it. */
function ballsOf(request: RobustnessConfig, pixel: Dataset["pixel"]): (AttackBall & { norm: AttackNorm; asked: number })[] {
  const range = pixel && { low: (0 - pixel.mean) / pixel.deviation, high: (1 - pixel.mean) / pixel.deviation };
  return request.norms.flatMap((norm) =>
    request.epsilons.map((epsilon) => {
      const asked = norm === "l2" ? epsilon * request.l2Factor : epsilon;
      return { norm, asked, epsilon: pixel ? asked / pixel.deviation : asked, range };
    }),
  );
}

/** Samples as a batch of a fixed size, filled up with the first one; `count` are real. */
function takeChunk({ test, dimension }: Dataset, indices: Uint32Array, size: number) {
  const origin = new Float32Array(size * dimension);
  const labels = new Uint16Array(size);
  for (let i = 0; i < size; i++) {
    const sample = indices[i < indices.length ? i : 0];
    origin.set(test.inputs.subarray(sample * dimension, (sample + 1) * dimension), i * dimension);
    labels[i] = test.labels[sample];
  }
  return { origin, labels, count: indices.length };
}
