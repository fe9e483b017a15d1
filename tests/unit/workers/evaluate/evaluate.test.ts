import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { robustnessConfig } from "../../../../contract/config/afterTraining.ts";
import type { Failure as FailureType } from "../../../../contract/failure.ts";
import { Failure } from "../../../../contract/failure.ts";
import { evaluation, type RunEvent } from "../../../../contract/wire/runEvents.ts";
import { randomStream } from "../../../../math/statistics/randomStream.ts";
import { spacedIndices } from "../../../../math/statistics/spaced.ts";
import type { Checkpoint } from "../../../../workers/checkpoints/checkpointFile.ts";
import type { Dataset, SampleSet } from "../../../../workers/data/dataset.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { makeInputGradient } from "../../../../workers/evaluate/inputGradient.ts";
import { type AttackBall, moveInputs } from "../../../../workers/evaluate/moveInputs.ts";
import { measureRobustness } from "../../../../workers/evaluate/robustness.ts";
import { measureTransfer } from "../../../../workers/evaluate/transfer.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import type { Network } from "../../../../workers/models/network.ts";
import { initializeParameters } from "../../../../workers/models/parameterLayout.ts";
import { oneHot } from "../../../../workers/training/batches.ts";
import { executeRun } from "../../../support/builders/executeRun.ts";
import { dataOf, smallRun } from "../builders.ts";
import { imageRun } from "../data/tokenData.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });
const noPause = async () => {};

/** logits = W x: the network whose worst case is known. */
function linearNetwork(dimension: number, classes: number): Network {
  return {
    inputDimension: dimension,
    width: dimension,
    classes,
    layers: 1,
    head: "W1",
    headForm: { factors: ["W1"], unitRows: false },
    freeSamples: null,
    parameters: [{ name: "W1", shape: [classes, dimension], penalty: "head", deviation: 1 }],
    forward: ({ W1 }, x) => ({ logits: tf.matMul(W1, x, false, true) as tf.Tensor2D, features: [tf.transpose(x)] }),
  };
}

const dimension = 6;
/** Two classes of noisy samples in the middle of the pixel range, on either side of a plane. */
function twoClasses(pixel: Dataset["pixel"], count: number): Dataset {
  const random = randomStream(5, "two classes");
  const { mean, deviation } = pixel ?? { mean: 0, deviation: 1 };
  const set = (): SampleSet => {
    const labels = Uint16Array.from({ length: count }, (_, i) => (i < count / 2 ? 0 : 1));
    const inputs = Float32Array.from({ length: count * dimension }, (_, at) => {
      const side = labels[Math.floor(at / dimension)] === 0 ? 1 : -1;
      const value = 0.5 + 0.08 * side * (at % 2 === 0 ? 1 : -1) + 0.2 * (random.uniform() - 0.5);
      return (value - mean) / deviation;
    });
    return { count, inputs, labels };
  };
  const config = smallRun();
  return { ...dataOf(config), classes: 2, dimension, input: { kind: "vector", dimension }, pixel, train: set(), test: set() };
}

const weights = Float32Array.of(1, -2, 0.5, -1, 1.5, -0.3, -1, 2, -0.5, 1, -1.5, 0.7);
const slope = Array.from({ length: dimension }, (_, j) => weights[j] - weights[dimension + j]);

/** Samples that a linear classifier still gets right when each input moves as far as it may against it. */
function exactAccuracy(data: Dataset, norm: "linf" | "l2", epsilon: number): number {
  const { mean, deviation } = data.pixel ?? { mean: 0, deviation: 1 };
  const { test } = data;
  let right = 0;
  for (let i = 0; i < test.count; i++) {
    const sign = test.labels[i] === 0 ? 1 : -1;
    let margin = 0;
    for (let j = 0; j < dimension; j++) {
      const x = test.inputs[i * dimension + j];
      margin += sign * slope[j] * x;
      if (norm === "l2") continue;
      const room = sign * slope[j] > 0 ? x - (0 - mean) / deviation : (1 - mean) / deviation - x;
      margin -= Math.abs(slope[j]) * (data.pixel ? Math.min(epsilon / deviation, room) : epsilon);
    }
    if (norm === "l2") margin -= (epsilon / deviation) * Math.hypot(...slope);
    if (margin > 0) right++;
  }
  return right / test.count;
}

describe("robustness of a linear network", () => {
  const epsilons = [0.005, 0.02, 0.04, 0.06, 0.09, 0.3];
  test.each([
    { name: "plain inputs", pixel: null },
    { name: "pixels", pixel: { mean: 0.4, deviation: 0.25 } },
  ])("FGSM and PGD are its exact worst case, and accuracy never rises with ε: $name", async ({ pixel }) => {
    const data = twoClasses(pixel, 300); // two chunks
    const request = robustnessConfig.parse({ epsilons, l2Factor: 2, samples: 300 });
    const found = await measureRobustness(
      {
        engine: compiled,
        network: linearNetwork(dimension, 2),
        loss: { loss: "ce" },
        dataset: data,
        source: { parameters: weights },
      },
      request,
      noPause,
    );
    expect(found).toMatchObject({ samples: 300, clean: exactAccuracy(data, "linf", 0) });
    expect(found.points).toHaveLength(24);
    expect(new Set(found.points.map(({ accuracy }) => accuracy)).size).toBeGreaterThan(6);
    for (const { norm, epsilon, accuracy } of found.points) {
      // Far out under ℓ2, the range of the pixels binds, and the worst case is another one.
      if (norm === "l2" && pixel && epsilon > 0.2) continue;
      expect(Math.abs(accuracy - exactAccuracy(data, norm, epsilon)), `${norm} ${epsilon}`).toBeLessThan(1e-9);
    }
    for (const norm of ["linf", "l2"])
      for (const attack of ["fgsm", "pgd"]) {
        const curve = found.points.filter((point) => point.norm === norm && point.attack === attack);
        expect(curve.map(({ epsilon }) => epsilon)).toEqual(epsilons.map((epsilon) => (norm === "l2" ? 2 * epsilon : epsilon)));
        for (let i = 1; i < curve.length; i++) expect(curve[i].accuracy).toBeLessThanOrEqual(curve[i - 1].accuracy);
      }
    expect(evaluation.parse({ robustness: found, transfer: null }).robustness).toEqual(found);
  });

  test("fewer samples are spaced through the set, and PGD of one step within the ball is FGSM", async () => {
    expect([...spacedIndices(10, 4)]).toEqual([0, 2, 5, 7]);
    expect([...spacedIndices(3, 10)]).toEqual([0, 1, 2]);
    const data = twoClasses(null, 300);
    const request = robustnessConfig.parse({ norms: ["linf"], epsilons: [0.05], pgdSteps: 1, samples: 40 });
    const network = linearNetwork(dimension, 2);
    const { samples, points } = await measureRobustness(
      { engine: compiled, network, loss: { loss: "ce" }, dataset: data, source: { parameters: weights } },
      request,
      noPause,
    );
    expect(samples).toBe(40);
    expect(points[0].accuracy).toBe(points[1].accuracy);
  });

  test("text and free features are refused by name", async () => {
    const data = twoClasses(null, 10);
    const attack = (dataset: Dataset, network: Network) =>
      measureRobustness(
        { engine: compiled, network, loss: { loss: "ce" }, dataset, source: { parameters: weights } },
        robustnessConfig.parse({}),
        noPause,
      );
    const network = linearNetwork(dimension, 2);
    const text = { ...data, input: { kind: "text" as const, length: dimension, vocabulary: 9 } };
    await expect(attack(text, network)).rejects.toThrow("a word has no gradient");
    await expect(attack(data, { ...network, freeSamples: 10 })).rejects.toThrow("Free features");
  });
});

describe("moved inputs", () => {
  test.each(["linf", "l2"] as const)("stay within the ball and the range (%s)", (norm) => {
    const random = randomStream(1, norm);
    const range = { low: -1, high: 1 };
    const origin = Float32Array.from({ length: 200 }, () => 2 * random.uniform() - 1);
    for (const epsilon of [0.01, 0.3, 5]) {
      const ball: AttackBall = { norm, epsilon, range };
      const moved = origin.slice();
      for (let step = 0; step < 5; step++) {
        const gradient = Float32Array.from({ length: 200 }, (_, at) => (at < 10 ? 0 : 1e-30 * random.normal()));
        moveInputs(moved, origin, gradient, 0.5 * epsilon, 10, ball);
        for (let from = 0; from < 200; from += 10) {
          const away = Array.from({ length: 10 }, (_, j) => moved[from + j] - origin[from + j]);
          const far = norm === "linf" ? Math.max(...away.map(Math.abs)) : Math.hypot(...away);
          expect(far).toBeLessThanOrEqual(epsilon * (1 + 1e-5));
          expect(far > 0).toBe(from > 0); // slopes of 1e-30 lead somewhere, slopes of 0 nowhere
        }
        for (const value of moved) expect(Math.abs(value)).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe("the slopes by the inputs", () => {
  const images = [
    { name: "residual", make: () => ({ config: smallRun({ loss: "mse" }), data: dataOf(smallRun()) }) },
    { name: "transformer", make: () => imageRun() },
    { name: "transformer, separate attention, pre-LN", make: () => imageRun({ architecture: "t22", normalization: "pre-ln" }) },
    { name: "convolutional", make: () => imageRun({ architecture: "conv", patch: undefined }) },
  ];

  test.each(images)("are the derivatives of each sample's own fit, compiled and eager: $name", async ({ make }) => {
    const { config, data } = make();
    const network = defineNetwork(config, data);
    const parameters = initializeParameters(network.parameters, 3);
    const { classes, dimension: size } = data;
    const [count, moved] = [3, 8];
    const x = data.test.inputs.slice(0, count * size);
    const labels = data.test.labels.slice(0, count);
    const slopes = await makeInputGradient(compiled, network, config, count);
    const gradient = (await slopes.at(x, oneHot(labels, classes), { parameters })).gradient.slice();
    const other = await makeInputGradient(eager, network, config, count);
    const byEager = (await other.at(x, oneHot(labels, classes), { parameters })).gradient.slice();
    const most = Math.max(...gradient.map(Math.abs));
    expect(most).toBeGreaterThan(1e-3);
    gradient.forEach((value, at) => {
      expect(Math.abs(value - byEager[at])).toBeLessThan(2e-5 * most);
    });
    // Fits from the logits of a sample alone, in float64, along some random directions.
    const fitOf = (logits: Float32Array, i: number) => {
      const row = Array.from(logits.subarray(i * classes, (i + 1) * classes));
      if (config.loss === "mse") return row.reduce((sum, z, k) => sum + (z - (k === labels[i] ? 1 : 0)) ** 2, 0) / 2;
      return Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[labels[i]];
    };
    const random = randomStream(7, "directions");
    for (let direction = 0; direction < moved; direction++) {
      const way = Float32Array.from(x, () => random.normal());
      const h = 2e-3;
      const at = async (sign: number) => {
        const { logits } = await slopes.at(
          x.map((value, j) => value + sign * h * way[j]),
          oneHot(labels, classes),
          { parameters },
        );
        return Array.from({ length: count }, (_, i) => fitOf(logits, i));
      };
      const [up, down] = [await at(1), await at(-1)];
      for (let i = 0; i < count; i++) {
        let along = 0;
        for (let j = i * size; j < (i + 1) * size; j++) along += gradient[j] * way[j];
        expect(Math.abs((up[i] - down[i]) / (2 * h) - along)).toBeLessThan(0.02 * most * Math.sqrt(size));
      }
    }
  });
});

const wide = {
  id: "gaussian-clusters",
  classes: 5,
  dimension: 4,
  trainPerClass: 30,
  testPerClass: 20,
  separation: 60,
  dataSeed: 9,
};

describe("transfer", () => {
  const config = smallRun();
  const data = dataOf(config);
  const network = defineNetwork(config, data);
  const source = { parameters: initializeParameters(network.parameters, 3) };
  const probe = (second: Dataset, trained = data, of = network) =>
    measureTransfer({ engine: compiled, network: of, trained, second, source }, 1e-3, noPause);

  test("separable classes, another number of them, are found by every layer's probe", async () => {
    const second = dataOf(smallRun({ dataset: wide }));
    const found = await probe(second);
    expect(found.dataset).toEqual(second.resolved);
    expect(found.layers.map(({ layer }) => layer)).toEqual([1, 2, 3]);
    for (const { trainAccuracy, testAccuracy } of found.layers) expect([trainAccuracy, testAccuracy]).toEqual([1, 1]);
  });

  test("labels that mean nothing are not found on new samples", async () => {
    const dataset = { id: "random-labels", classes: 2, dimension: 4, trainPerClass: 200, testPerClass: 200 };
    for (const { testAccuracy } of (await probe(dataOf(smallRun({ dataset })))).layers) {
      expect(testAccuracy).toBeGreaterThan(0.4);
      expect(testAccuracy).toBeLessThan(0.6);
    }
  });

  test("another shape, text and free features are refused by name", async () => {
    const other = dataOf(smallRun({ dataset: { ...wide, dimension: 7 } }));
    await expect(probe(other)).rejects.toThrow("vectors of 4 numbers, the second data set has vectors of 7 numbers");
    const text = { ...data, input: { kind: "text" as const, length: 4, vocabulary: 9 }, vocabulary: new Map([["a", 3]]) };
    await expect(probe({ ...text, vocabulary: new Map([["b", 3]]) }, text)).rejects.toThrow("different words");
    await expect(probe(data, data, { ...network, freeSamples: 18 })).rejects.toThrow("Free features");
  });
});

describe("a run that is asked for more after training", () => {
  const config = smallRun({
    afterTraining: { robustness: { epsilons: [0.1, 0.5], samples: 12 }, transfer: { dataset: wide } },
    training: { steps: 30, learningRate: 0.01 },
  });

  async function run(
    of: typeof config,
    options: {
      folder?: string;
      resumeFrom?: Checkpoint;
      stopAt?: (events: RunEvent[], saved: Checkpoint[]) => boolean;
    } = {},
  ) {
    const { folder = null, resumeFrom = null, stopAt } = options;
    const events: RunEvent[] = [];
    const saved: Checkpoint[] = [];
    const reason = new Failure("WORKER_LOST", "worker stopped");
    let asked = 0;
    const ended: FailureType | null = await executeRun({
      config: of,
      places: { folder, cache: "/nowhere" },
      device: "cpu",
      threads: 1,
      emit: (event) => events.push(event),
      progress: () => {},
      resumeFrom,
      saveCheckpoint: (checkpoint) => saved.push(checkpoint),
      // A few questions after the sign, so that it is in the middle of something.
      interruption: () => (stopAt?.(events, saved) && asked++ > 3 ? { checkpoint: true, reason } : null),
    }).then(
      () => null,
      (error) => error,
    );
    return { events, saved, ended };
  }
  const evaluations = (events: RunEvent[]) => events.flatMap((event) => (event.kind === "evaluation" ? [event.evaluation] : []));

  test("emits what it found after the last measurement and before its end", async () => {
    const { events, ended } = await run(config);
    expect(ended).toBe(null);
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== "log" && kind !== "geometry");
    expect(kinds.slice(-3)).toEqual(["measurement", "evaluation", "finished"]);
    const [found] = evaluations(events);
    expect(evaluation.parse(found)).toEqual(found);
    expect(found).toMatchObject({ missing: {}, robustness: { samples: 12, unit: "units of the inputs" } });
    expect(found.robustness?.points).toHaveLength(8);
    expect(found.transfer?.layers).toHaveLength(3);
    const last = events.findLast((event) => event.kind === "measurement");
    expect(found.robustness?.clean).toBe(last?.kind === "measurement" ? last.values["test/accuracy"] : null);
  });

  test("a part that fails is named and fails nothing else", async () => {
    const transfer = { dataset: { ...wide, dimension: 7 }, ridge: 1e-3 };
    const { events, ended } = await run(smallRun({ ...config, afterTraining: { ...config.afterTraining, transfer } }));
    expect(ended).toBe(null);
    const [found] = evaluations(events);
    expect(found.transfer).toBe(null);
    expect(found.missing.transfer).toContain("vectors of 7 numbers");
    expect(found.robustness).not.toBe(null);
    expect(events[events.length - 1].kind).toBe("finished");
  });

  test("texts are read in the words of the training set, and are not attacked", async () => {
    const folder = mkdtempSync(join(tmpdir(), "texts-"));
    const lines = (words: string[][], count: number) =>
      Array.from({ length: count }, (_, i) => {
        const label = i % words.length;
        return `${label}\t${words[label].join(" ")} number ${i}\n`;
      }).join("");
    writeFileSync(
      join(folder, "first.tsv"),
      lines(
        [
          ["good", "fine"],
          ["bad", "poor"],
          ["so", "so"],
        ],
        60,
      ),
    );
    writeFileSync(
      join(folder, "second.tsv"),
      lines(
        [
          ["poor", "unheard"],
          ["fine", "unheard"],
        ],
        40,
      ),
    );
    const text = (file: string) => ({ id: "text-file", file, maxLength: 6, vocabulary: 20 });
    const { events, ended } = await run(
      smallRun({
        dataset: text("first.tsv"),
        architecture: "t11",
        normalization: "pre-ln",
        training: { steps: 60, learningRate: 0.01 },
        afterTraining: { robustness: {}, transfer: { dataset: { ...text("second.tsv"), maxLength: 30 } } },
      }),
      { folder },
    );
    rmSync(folder, { recursive: true });
    expect(ended).toBe(null);
    const [found] = evaluations(events);
    expect(found.robustness).toBe(null);
    expect(found.missing).toEqual({ robustness: expect.stringContaining("a word has no gradient") });
    expect(found.transfer?.dataset).toMatchObject({ classes: 2, inputDimension: 6 });
    expect(found.transfer?.layers.at(-1)).toMatchObject({ trainAccuracy: 1, testAccuracy: 1 });
  });

  test("a set that was changed during the training is not probed under the name of the one trained on", async () => {
    const folder = mkdtempSync(join(tmpdir(), "texts-"));
    const write = (word: string) =>
      writeFileSync(join(folder, "own.tsv"), Array.from({ length: 40 }, (_, i) => `${i % 2}\t${word} ${i % 2} ${i}\n`).join(""));
    const text = { id: "text-file", file: "own.tsv", maxLength: 6, vocabulary: 20 };
    const of = smallRun({
      dataset: { ...text, trainPerClass: 8 },
      architecture: "t11",
      normalization: "pre-ln",
      training: { steps: 10, learningRate: 0.01 },
      afterTraining: { transfer: { dataset: { ...text, trainPerClass: 12 } } },
    });
    write("plain");
    const whole = await run(of, { folder });
    expect(evaluations(whole.events)[0].missing).toEqual({});
    write("plain");
    let changed = false;
    const { events, ended } = await run(of, {
      folder,
      stopAt: (seen) => {
        if (!changed && seen.some(({ kind }) => kind === "measurement")) write("other");
        changed ||= seen.some(({ kind }) => kind === "measurement");
        return false;
      },
    });
    rmSync(folder, { recursive: true });
    expect(ended).toBe(null);
    const [found] = evaluations(events);
    expect(found.transfer).toBeNull();
    const start = events.find((event) => event.kind === "started");
    expect(found.missing.transfer).toContain(
      `what was trained on is ${start?.kind === "started" && start.dataset.hash}, and would be`,
    );
  });

  test("free features have nothing to evaluate, and say so", async () => {
    const { events, ended } = await run(smallRun({ ...config, architecture: "ufm", depth: 1 }));
    expect(ended).toBe(null);
    const [found] = evaluations(events);
    expect(found).toMatchObject({ robustness: null, transfer: null });
    expect(found.missing.robustness).toContain("Free features");
    expect(found.missing.transfer).toContain("Free features");
  });

  test("interrupted while it evaluates, it resumes from the end of training and evaluates again", async () => {
    const first = await run(config, { stopAt: (_, saved) => saved.length > 0 });
    expect(first.ended).toMatchObject({ code: "WORKER_LOST" });
    expect(evaluations(first.events)).toEqual([]);
    expect(first.saved.map(({ step }) => step)).toEqual([30]);
    const second = await run(config, { resumeFrom: first.saved[0] });
    expect(second.ended).toBe(null);
    expect(second.events.filter(({ kind }) => kind === "measurement")).toEqual([]);
    const whole = await run(config);
    expect(evaluations(second.events)).toEqual(evaluations(whole.events));
    expect(second.saved).toEqual([]);
  });
});
