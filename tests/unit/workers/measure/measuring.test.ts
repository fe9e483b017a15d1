import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { seriesKeyPattern } from "../../../../contract/metrics/seriesKey.ts";
import { geometrySnapshot } from "../../../../contract/wire/runEvents.ts";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { measuringSteps } from "../../../../math/steps/measuringSteps.ts";
import type { Dataset, SampleSet } from "../../../../workers/data/dataset.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { ClassSums } from "../../../../workers/measure/classSums.ts";
import { makeObserver } from "../../../../workers/measure/observer.ts";
import { picturedSteps } from "../../../../workers/measure/picturedSteps.ts";
import { optimumSummary, runOptimum } from "../../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../../workers/models/parameterLayout.ts";
import { makeTrainer } from "../../../../workers/training/train.ts";
import { dataOf, smallRun } from "../builders.ts";
import { nameParameters, referenceForward, referenceObjective } from "../models/referenceNetwork.ts";

const engine = await createEngine({ device: "cpu" });

async function observerOf(config: RunConfig, data: Dataset) {
  const network = defineNetwork(config, data);
  const optimum = runOptimum(config, data.resolved.trainCounts);
  return { network, optimum, observer: await makeObserver(engine, config, network, data, optimum) };
}

/** NC1, NC3, NC4 and accuracy of one layer straight from their definitions. */
function bruteForce(features: number[][], logits: number[][], labels: ArrayLike<number>, head: number[][], centres?: number[][]) {
  const classes = head.length;
  const dim = features[0].length;
  const members = (k: number) => features.filter((_, i) => labels[i] === k);
  const mean = (rows: number[][]) => rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
  const squared = (a: number[], b: number[]) => a.reduce((sum, value, j) => sum + (value - b[j]) ** 2, 0);
  const means = Array.from({ length: classes }, (_, k) => mean(members(k)));
  const global = mean(means);
  const within = features.reduce((sum, h, i) => sum + squared(h, means[labels[i]]), 0) / features.length;
  const between = means.reduce((sum, m) => sum + squared(m, global), 0) / classes;
  const nearest = (h: number[]) => {
    const distances = (centres ?? means).map((m) => squared(h, m));
    return distances.indexOf(Math.min(...distances));
  };
  const largest = (z: number[]) => z.indexOf(Math.max(...z));
  const cosine = (a: number[], b: number[]) => a.reduce((sum, v, j) => sum + v * b[j], 0) / Math.hypot(...a) / Math.hypot(...b);
  return {
    dim,
    means,
    ratio: within / between,
    cosine: 1 - features.reduce((sum, h, i) => sum + cosine(h, head[labels[i]]), 0) / features.length,
    missesLabel: features.filter((h, i) => nearest(h) !== labels[i]).length / features.length,
    missesPrediction: features.filter((h, i) => nearest(h) !== largest(logits[i])).length / features.length,
    accuracy: logits.filter((z, i) => largest(z) === labels[i]).length / features.length,
  };
}

describe("an observation", () => {
  test("pictures the classes that were chosen, with the cosines that the picture of all has", async () => {
    const dataset = { id: "gaussian-clusters", classes: 9, dimension: 4, trainPerClass: 6, testPerClass: 2, separation: 2 };
    const pictures = [];
    for (const pictured of [undefined, [8, 2, 5]]) {
      const config = smallRun({ dataset, measuring: { name: "log", ...(pictured && { pictured }) } });
      const { network, observer } = await observerOf(config, dataOf(config));
      const { snapshot } = await observer.observe(0, { parameters: initializeParameters(network.parameters, 0) });
      pictures.push(geometrySnapshot.parse(snapshot));
    }
    const [all, chosen] = pictures;
    expect([all!.classes, all!.shown]).toEqual([9, undefined]);
    expect([chosen!.classes, chosen!.shown, chosen!.of]).toEqual([3, [2, 5, 8], 9]);
    expect(new Set(chosen!.labels)).toEqual(new Set([0, 1, 2]));
    for (const gram of ["meansGram", "headGram"] as const)
      expect(chosen![gram]).toEqual(chosen!.shown!.flatMap((k) => chosen!.shown!.map((l) => all![gram]![k * 9 + l]!)));
  });

  test.each([
    { loss: "ce", normalization: "post-ln", architecture: "rn1" },
    { loss: "mse", normalization: "pre-ln", architecture: "rn2" },
  ])("is what the definitions say ($loss, $normalization, $architecture)", async (kind) => {
    const config = smallRun(kind);
    const data = dataOf(config);
    const { network, observer } = await observerOf(config, data);
    const parameters = initializeParameters(network.parameters, 11);
    const { values, missing } = await observer.observe(0, { parameters });
    const named = nameParameters(network.parameters, parameters);
    const forward = (set: SampleSet) =>
      Array.from({ length: set.count }, (_, i) =>
        referenceForward(config, named, Array.from(set.inputs.subarray(i * data.dimension, (i + 1) * data.dimension))),
      );
    const [train, test] = [forward(data.train), forward(data.test)];
    const of = (rows: typeof train, set: SampleSet, l: number, centres?: number[][]) =>
      bruteForce(
        rows.map(({ features }) => features[l]),
        rows.map(({ logits }) => logits),
        set.labels,
        named[`W${config.depth}`],
        centres,
      );
    for (let l = 0; l < config.depth; l++) {
      const onTrain = of(train, data.train, l);
      const onTest = of(test, data.test, l, onTrain.means);
      const last = l === config.depth - 1;
      expect(values[`test/nc4.ncc@${l + 1}`] !== undefined).toBe(last);
      expect(values[`train/nc1.ratio@${l + 1}`]).toBeCloseTo(onTrain.ratio, 4);
      expect(values[`test/nc1.ratio@${l + 1}`]).toBeCloseTo(onTest.ratio, 4);
      expect(values[`train/nc4.ncc@${l + 1}`]).toBeCloseTo(last ? onTrain.missesPrediction : onTrain.missesLabel, 12);
      if (!last) continue;
      expect(values[`test/nc4.ncc@${l + 1}`]).toBeCloseTo(onTest.missesPrediction, 12);
      expect(values[`train/nc3.cosine@${l + 1}`]).toBeCloseTo(onTrain.cosine, 5);
      expect(values[`test/nc3.cosine@${l + 1}`]).toBeCloseTo(onTest.cosine, 5);
      expect(values["train/accuracy"]).toBe(onTrain.accuracy);
      expect(values["test/accuracy"]).toBe(onTest.accuracy);
    }
    expect(values["train/loss"]).toBeCloseTo(referenceObjective(config, network.parameters, parameters, data.train), 5);
    expect(values["train/nc2.frame.orthogonal@3"] !== undefined).toBe(config.loss === "mse");
    const noProbabilities = "squared error makes no probabilities of the logits";
    expect(missing).toEqual(config.loss === "mse" ? { "train/ece": noProbabilities, "test/ece": noProbabilities } : {});
    for (const [key, value] of Object.entries(values)) {
      expect(key).toMatch(seriesKeyPattern);
      expect(Number.isFinite(value)).toBe(true);
    }
  });

  test("chunks of a larger set add up to the whole", async () => {
    const dataset = { id: "random-labels", classes: 3, dimension: 4, trainPerClass: 230, testPerClass: 7 }; // 690 = 345 + 345
    const config = smallRun({ dataset });
    const data = dataOf(config);
    const { network, observer } = await observerOf(config, data);
    const parameters = initializeParameters(network.parameters, 1);
    const whole = (await observer.observe(0, { parameters })).values;
    expect(whole["train/loss"]).toBeCloseTo(referenceObjective(config, network.parameters, parameters, data.train), 5);
    const named = nameParameters(network.parameters, parameters);
    const rows = Array.from({ length: data.train.count }, (_, i) =>
      referenceForward(config, named, Array.from(data.train.inputs.subarray(i * 4, (i + 1) * 4))),
    );
    const expected = bruteForce(
      rows.map(({ features }) => features[2]),
      rows.map(({ logits }) => logits),
      data.train.labels,
      named.W3,
    );
    expect(whole["train/nc1.ratio@3"]).toBeCloseTo(expected.ratio, 3);
    expect(whole["train/nc4.ncc@3"]).toBe(expected.missesPrediction);
  });
});

describe("many classes", () => {
  test.each([64, 65, 200])("%i: every measure has a value, and the picture shows 64 of them", async (classes) => {
    const dataset = { id: "random-labels", classes, dimension: 4, trainPerClass: 2, testPerClass: 1 };
    const config = smallRun({ dataset, width: 8, depth: 2 });
    const { network, observer } = await observerOf(config, dataOf(config));
    const parameters = initializeParameters(network.parameters, 1);
    const { values, missing, snapshot } = await observer.observe(0, { parameters });
    for (const id of ["nc1.ratio", "nc1.pinv", "nc1.cdnv", "nc2.frame", "nc2.angles", "nc4.ncc"])
      for (const layer of [1, 2]) expect(values[`train/${id}@${layer}`], id).toBeGreaterThan(0);
    expect(values["test/nc4.ncc@2"]).toBeGreaterThan(0);
    expect(Object.keys(missing)).toEqual(expect.arrayContaining(["train/gap.total", "train/distance.procrustes"]));
    expect(Object.keys(missing).filter((key) => !/gap|distance|dnc2/.test(key))).toEqual([]);
    // Fewer dimensions than K − 1 leave the means without the last singular values that a condition number is made of.
    expect(missing["train/dnc2@2"]).toBe(`8 dimensions hold fewer than the ${classes - 1} directions of the class means`);
    expect(geometrySnapshot.parse(snapshot)).toMatchObject({ classes: 64, ...(classes > 64 && { of: classes }) });
    expect(snapshot!.labels.length).toBe(128);
    expect(JSON.stringify(snapshot).length).toBeLessThan(100_000);
  });
});

describe("J and L*", () => {
  test.each([
    { name: "CE, uniform", loss: "ce", regularizer: { family: "weights", lambda: 0.02 } },
    {
      name: "CE, split",
      loss: "ce",
      regularizer: { family: "weights", objective: "split", lambda: 0.02, headLambda: 0.05, scaling: "inverse-depth" },
    },
    { name: "CE, last bias", loss: "ce", headBias: true, regularizer: { family: "weights", lambda: 0.02 } },
    { name: "MSE", loss: "mse", regularizer: { family: "weights", lambda: 0.02 } },
    { name: "MSE, last bias", loss: "mse", headBias: true, regularizer: { family: "weights", lambda: 0.02 } },
    {
      name: "pre-LN, RN2",
      loss: "ce",
      architecture: "rn2",
      normalization: "pre-ln",
      regularizer: { family: "weights", lambda: 0.02 },
    },
  ])("$name: J is never below L*, nears it, and the gap splits exactly", async ({ name: _, ...kind }) => {
    const config = smallRun({ ...kind, training: { steps: 300, learningRate: 0.02 } });
    const data = dataOf(config);
    const { network, observer, optimum } = await observerOf(config, data);
    if (optimum.method === "none") throw new Error(optimum.reason);
    const parameters = initializeParameters(network.parameters, 1);
    const trainer = await makeTrainer(engine, config, network, data, { parameters });
    const gaps: number[] = [];
    const check = ({ values }: { values: Record<string, number> }) => {
      const gap = values["train/gap.total"];
      expect(values["train/loss"]).toBeGreaterThanOrEqual(optimum.loss);
      expect(values["train/gap.head"]).toBeGreaterThanOrEqual(-1e-6);
      expect(values["train/gap.representation"]).toBeGreaterThanOrEqual(0);
      expect(Math.abs(values["train/gap.head"] + values["train/gap.representation"] - gap)).toBeLessThan(1e-6 * gap);
      expect(Math.abs((values["train/loss"] - optimum.loss) / optimum.loss - gap)).toBeLessThan(1e-6 * gap);
      expect(
        Math.abs(values["train/fit"] + values["train/ridge.head"] + values["train/ridge.hidden"] - values["train/loss"]),
      ).toBeLessThan(1e-12);
      gaps.push(gap);
    };
    check(await observer.observe(0, { parameters }));
    for await (const { step } of trainer.train(0)) if (step % 50 === 0) check(await observer.observe(step, trainer.step));
    expect(gaps[gaps.length - 1]).toBeLessThan(gaps[0] / 4);
  });

  test("without ridge or with decoupled decay there is no L*, and it says why", async () => {
    for (const [overrides, reason] of [
      [{ regularizer: { family: "none" } }, "Without ridge"],
      [{ regularizer: { family: "adamw", lambda: 0.01 } }, "Decoupled decay"],
      [{ training: { optimizer: { name: "adam", share: 0.9 } } }, "Decoupled decay"],
      [{ training: { optimizer: { name: "muon", share: 0 } } }, "Decoupled decay"],
      [{ regularizer: { family: "weights", lambda: 0 } }, "without ridge on the classifier"],
      [{ regularizer: { family: "features", lambdaH: 0 } }, "without ridge on the features"],
      [{ regularizer: { family: "slack", frame: "orthogonal" }, width: 4 }, "is below 5"],
    ] as const) {
      const config = smallRun(overrides);
      const data = dataOf(config);
      const { network, observer, optimum } = await observerOf(config, data);
      expect(optimumSummary(optimum, config)).toMatchObject({ method: "none", loss: null });
      const { values, missing } = await observer.observe(0, { parameters: initializeParameters(network.parameters, 1) });
      expect(missing["train/gap.total"]).toContain(reason);
      expect(values["train/gap.total"]).toBeUndefined();
    }
  });

  test("unequal classes have a numeric L*, below J", async () => {
    const dataset = { id: "gaussian-clusters", classes: 3, dimension: 4, trainPerClass: 8, testPerClass: 4, imbalance: 0.5 };
    const config = smallRun({ dataset });
    const data = dataOf(config);
    expect(data.resolved.trainCounts).toEqual([8, 6, 4]);
    const { network, observer, optimum } = await observerOf(config, data);
    expect(optimumSummary(optimum, config)).toMatchObject({ method: "numeric", geometry: null });
    const { values } = await observer.observe(0, { parameters: initializeParameters(network.parameters, 1) });
    expect(values["train/gap.total"]).toBeGreaterThan(0);
  });
});

describe("the picture", () => {
  test("has balanced samples, keeps its frame, and continues from a stored one", async () => {
    const config = smallRun();
    const data = dataOf(config);
    const { network, observer } = await observerOf(config, data);
    const parameters = initializeParameters(network.parameters, 1);
    const first = (await observer.observe(0, { parameters })).snapshot;
    const again = (await observer.observe(1, { parameters })).snapshot;
    expect(geometrySnapshot.parse(first)).toEqual(first);
    expect(first?.labels.length).toBe(18);
    expect(first?.samples.length).toBe(54);
    expect(again?.means).toEqual(first?.means);
    const other = (await observerOf(config, data)).observer;
    other.geometry.restore(Float64Array.from(observer.geometry.means!, (value, i) => (i % 3 === 0 ? -value : value)));
    const mirrored = (await other.observe(2, { parameters })).snapshot;
    mirrored?.means.forEach((value, i) => {
      expect(value).toBeCloseTo((i % 3 === 0 ? -1 : 1) * first!.means[i], 3);
    });
  });
});

test("measuring steps: on the schedule, at 0 and at the end", () => {
  const at = (isMeasured: (step: number) => boolean, total: number) =>
    Array.from({ length: total + 1 }, (_, step) => step).filter(isMeasured);
  expect(measuringSteps({ name: "every", steps: 4 }, 10)).toEqual([0, 4, 8, 10]);
  expect(measuringSteps({ name: "log", perDecade: 3 }, 50)).toEqual([0, 1, 2, 5, 10, 22, 46, 50]);
  expect(at(picturedSteps({ name: "every", steps: 1 }, 50), 50)).toHaveLength(51);
  expect(at(picturedSteps({ name: "every", steps: 2 }, 5001), 5001).length).toBeLessThanOrEqual(202);
});

describe("class sums in one pass", () => {
  const labels = Uint16Array.from({ length: 60 }, (_, i) => i % 3);
  const features = (spread: number) =>
    Float32Array.from({ length: 240 }, (_, i) => 5 + (labels[i >> 2] - 1) * ((i % 4) + 1) + spread * Math.sin(i * i));

  test.each([1, 1e-3, 0])("are the two-pass statistics, in chunks, for classes of spread %f", (spread) => {
    const whole = features(spread);
    const sums = new ClassSums(3, 4);
    for (const [from, to] of [
      [0, 7],
      [7, 31],
      [31, 60],
    ])
      sums.add(whole.subarray(from * 4, to * 4), labels.subarray(from, to));
    const [found, expected] = [sums.statistics(), classStatistics(whole, labels, 3, 4)];
    expect(found.counts).toEqual(expected.counts);
    found.means.data.forEach((value, i) => {
      expect(Math.abs(value - expected.means.data[i])).toBeLessThan(1e-14);
    });
    found.scatter.forEach((value, k) => {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(Math.abs(value - expected.scatter[k])).toBeLessThanOrEqual(1e-12 * expected.scatter[k]);
    });
  });

  test("a feature that is not finite is an error", () => {
    const sums = new ClassSums(2, 1);
    sums.add(Float32Array.of(1, Number.NaN, 2), [0, 1, 1]);
    expect(() => sums.statistics()).toThrow("non-finite");
  });
});
