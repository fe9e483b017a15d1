import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { metricInfo, surveyMetrics } from "../../../../contract/metrics/metricInfo.ts";
import { balancedness } from "../../../../math/collapse/balancedness.ts";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { dnc3 } from "../../../../math/collapse/dnc.ts";
import { rankMeasures } from "../../../../math/collapse/rankMeasures.ts";
import { addToProbeSums, countRight, emptyProbeSums, solveProbe } from "../../../../math/collapse/ridgeProbe.ts";
import { matrix } from "../../../../math/linear/matrix.ts";
import { singularValues } from "../../../../math/linear/singularValues.ts";
import type { Dataset } from "../../../../workers/data/dataset.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../../workers/measure/featureReader.ts";
import { makeObserver } from "../../../../workers/measure/observer.ts";
import { runOptimum } from "../../../../workers/measure/runOptimum.ts";
import { SharedMeasuring } from "../../../../workers/measure/sharedMeasuring.ts";
import { surveyPlan, surveyStepsText } from "../../../../workers/measure/survey/surveyPlan.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters, parameterSlice } from "../../../../workers/models/parameterLayout.ts";
import { makePackTrainer } from "../../../../workers/training/packTrainer.ts";
import { dataOf, smallRun } from "../builders.ts";
import { imageRun, textRun } from "../data/tokenData.ts";
import { threeMembers } from "../pack/members.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });
const noPause = async () => {};

async function survey(
  engine: typeof compiled,
  config: RunConfig,
  data: Dataset,
  change: (parameters: Float32Array) => void = () => {},
) {
  const network = defineNetwork(config, data);
  const observer = await makeObserver(engine, config, network, data, runOptimum(config, data.resolved.trainCounts));
  const source = { parameters: initializeParameters(network.parameters, 5) };
  change(source.parameters);
  return { network, source, found: await observer.survey(source, noPause) };
}

/** All features of a layer of a set, row after row. */
async function featuresOf(config: RunConfig, data: Dataset, layer: number, split: "train" | "test" = "train") {
  const network = defineNetwork(config, data);
  const reader = await makeFeatureReader(compiled, network, [data.train, data.test]);
  const rows: number[] = [];
  const source = { parameters: initializeParameters(network.parameters, 5) };
  for await (const { features } of reader.read(data[split], source)) rows.push(...features[layer - 1]);
  return Float64Array.from(rows);
}

// 1,050 samples in three chunks, the last one filled up.
const large = { id: "gaussian-clusters", classes: 3, dimension: 4, trainPerClass: 349, testPerClass: 4, separation: 1 };

describe("a survey", () => {
  test.each([
    { architecture: "rn1", normalization: "post-ln" },
    { architecture: "rn2", normalization: "pre-ln", loss: "mse" },
  ])("is what the definitions say: $architecture", async (kind) => {
    const config = smallRun({ ...kind, dataset: large });
    const data = dataOf(config);
    const { network, source, found } = await survey(compiled, config, data);
    const { classes } = data;
    const d = config.width;
    const weights = (name: string, rows = d) =>
      matrix(rows, d, Float64Array.from(parameterSlice(source.parameters, network.parameters, name)));
    const names = config.architecture === "rn1" ? ["W1", "W2", "W3"] : ["W1.1", "W2.1", "W3"];
    const next = config.architecture === "rn1" ? ["W2", "W3"] : ["W1.2", "W2.2"];
    for (let layer = 1; layer <= 3; layer++) {
      const features = await featuresOf(config, data, layer);
      const samples = data.train.count;
      const centred = matrix(samples, d, features.slice());
      for (let j = 0; j < d; j++) {
        let mean = 0;
        for (let i = 0; i < samples; i++) mean += features[i * d + j] / samples;
        for (let i = 0; i < samples; i++) centred.data[i * d + j] = (features[i * d + j] - mean) / Math.sqrt(samples);
      }
      const { values } = singularValues(centred);
      const ranks = rankMeasures(values, samples);
      expect(found.values[`train/rank.numerical@${layer}`]).toBe(ranks.numerical);
      for (const name of ["stable", "effective", "participation"] as const)
        expect(found.values[`train/rank.${name}@${layer}`] / ranks[name]).toBeCloseTo(1, 6);
      const spectrum = found.lists[`train/spectrum@${layer}:*`] as number[];
      expect(spectrum).toHaveLength(d);
      for (const [i, value] of spectrum.entries()) expect(Math.abs(value - values[i])).toBeLessThan(1e-6 * values[0]);

      const own = weights(names[layer - 1], layer === 3 ? classes : d);
      const ofWeights = singularValues(own).values;
      expect(found.values[`train/rank.weights.stable@${layer}`]).toBeCloseTo(rankMeasures(ofWeights, d).stable, 9);
      const kept = found.lists[`train/spectrum.weights@${layer}:*`] as number[];
      expect(kept).toHaveLength(Math.min(own.rows, d));
      for (const [i, value] of kept.entries()) expect(Math.abs(value / ofWeights[i] - 1)).toBeLessThan(1e-5);

      const statistics = classStatistics(features, data.train.labels, classes, d);
      if (layer < 3) {
        const follower = weights(next[layer - 1], next[layer - 1] === "W3" ? classes : d);
        expect(found.values[`train/balance@${layer}`]).toBeCloseTo(balancedness(own, follower), 12);
        expect(found.values[`train/dnc3@${layer}`]).toBeCloseTo(dnc3(statistics, own), 6);
      } else expect(found.missing[`train/balance@${layer}`]).toContain("none follows it");

      const sums = emptyProbeSums(classes, d);
      addToProbeSums(sums, features, data.train.labels);
      const probe = solveProbe(sums, 1e-3);
      for (const split of ["train", "test"] as const) {
        const given = split === "train" ? features : await featuresOf(config, data, layer, "test");
        const { labels, count } = data[split];
        expect(found.values[`${split}/probe@${layer}`]).toBeCloseTo(countRight(probe, given, labels) / count, 12);
        const right = Array.from({ length: count }, (_, i) => {
          const distances = Array.from({ length: classes }, (_, k) => {
            let sum = 0;
            for (let j = 0; j < d; j++) sum += (given[i * d + j] - statistics.means.data[k * d + j]) ** 2;
            return sum;
          });
          return distances.indexOf(Math.min(...distances)) === labels[i];
        }).filter(Boolean).length;
        expect(found.values[`${split}/ncc@${layer}`]).toBeCloseTo(right / count, 12);
      }
    }
  });

  const kinds: [string, { config: RunConfig; data: Dataset }][] = [
    ["RN1", { config: smallRun({ dataset: large }), data: dataOf(smallRun({ dataset: large })) }],
    ["T12 on images", imageRun({ architecture: "t12", heads: 2 })],
    ["T21 on texts", textRun({ architecture: "t21", loss: "mse" })],
    [
      "MLP of several widths",
      (() => {
        const config = smallRun({ architecture: "mlp", depth: 3, widths: [9, 4, 8], dataset: large });
        return { config, data: dataOf(config) };
      })(),
    ],
    ["convolutional network", imageRun({ architecture: "conv", patch: undefined })],
    [
      "free features",
      (() => {
        const config = smallRun({
          architecture: "ufm",
          depth: 1,
          regularizer: { family: "features", lambdaW: 0.03, lambdaH: 0.002 },
        });
        return { config, data: dataOf(config) };
      })(),
    ],
  ];
  test.each(kinds)("on the device in float64 is what the host finds: %s", async (_, { config, data }) => {
    const [one, other] = [await survey(compiled, config, data), await survey(eager, config, data)];
    expect(Object.keys(one.found.values).sort()).toEqual(Object.keys(other.found.values).sort());
    expect(Object.keys(one.found.missing).sort()).toEqual(Object.keys(other.found.missing).sort());
    for (const [key, value] of Object.entries(other.found.values))
      expect(Math.abs(one.found.values[key] - value), key).toBeLessThan(2e-5 * Math.max(1, value));
    const named = new Set([...Object.keys(one.found.values), ...Object.keys(one.found.missing)]);
    for (const metric of surveyMetrics)
      for (let layer = 1; layer <= one.network.layers; layer++) {
        expect(named).toContain(`train/${metric}@${layer}`);
        if (metricInfo[metric].test !== null && one.network.freeSamples === null)
          expect(named).toContain(`test/${metric}@${layer}`);
      }
  });

  test("names what has no measure: layers of zeros, and features that are one point", async () => {
    const config = smallRun();
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    const observer = await makeObserver(compiled, config, network, data, runOptimum(config, data.resolved.trainCounts));
    const parameters = initializeParameters(network.parameters, 5);
    const embedding = parameterSlice(parameters, network.parameters, "W0");
    parameters.fill(0, embedding.length);
    const { missing, lists } = await observer.survey({ parameters }, noPause);
    expect(missing["train/rank.weights.stable@2"]).toBe("the matrix is zero: it has no rank measures");
    expect(missing["train/balance@1"]).toBe("both layers are zero: there is no balance between them");
    expect(missing["train/dnc3@1"]).toBe("the weights are zero: their rows have no direction");
    expect(lists["train/spectrum.weights@1:*"]).toEqual(new Array(8).fill(0));

    const free = smallRun({
      architecture: "ufm",
      depth: 1,
      regularizer: { family: "features", lambdaW: 0.03, lambdaH: 0.002 },
    });
    const { found } = await survey(compiled, free, dataOf(free), (all) => all.fill(0));
    expect(found.missing["train/rank.stable@1"]).toBe("the matrix is zero: it has no rank measures");
    expect(found.missing["train/ncc@1"]).toMatch(/^class means coincide/);
    expect(found.lists["train/spectrum@1:*"]).toEqual(new Array(8).fill(0));
    // The probe has nothing but the shares of the classes, which are equal: it answers the first.
    expect(found.values["train/probe@1"]).toBeCloseTo(1 / 3, 12);
  });

  test("of a run in a pack is that of the run alone", async () => {
    const config = smallRun();
    const members = threeMembers({ config, data: dataOf(config) }, 5);
    const trainer = await makePackTrainer(compiled, members);
    await trainer.advance();
    const shared = new SharedMeasuring();
    for (const [i, member] of members.entries()) {
      const optimum = runOptimum(member.config, member.dataset.resolved.trainCounts);
      const observer = (parts?: SharedMeasuring) =>
        makeObserver(compiled, member.config, member.network, member.dataset, optimum, parts && { shared: parts });
      const source = async () => ({ parameters: (await trainer.read(i)).parameters });
      const together = await (await observer(shared)).survey({ sums: async () => null, source }, noPause);
      expect(together).toEqual(await (await observer()).survey(await source(), noPause));
    }
    await trainer.dispose();
  });

  test("stops where its pause throws", async () => {
    const config = smallRun();
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    const observer = await makeObserver(compiled, config, network, data, runOptimum(config, data.resolved.trainCounts));
    const source = { parameters: initializeParameters(network.parameters, 5) };
    const stop = async () => {
      throw new Error("stopped");
    };
    await expect(observer.survey(source, stop)).rejects.toThrow("stopped");
  });
});

describe("a survey plan", () => {
  const planOf = (overrides: Parameters<typeof smallRun>[0], counts = { train: 18, test: 12 }) => {
    const config = smallRun(overrides);
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    return surveyPlan(config, network, { ...data, train: { count: counts.train }, test: { count: counts.test } });
  };
  const training = (steps: number) => ({ steps, learningRate: 0.01 });

  test("has the last step whatever it costs, and more where training is long", () => {
    expect([...planOf({ training: training(20) }).steps]).toEqual([20]);
    const long = [...planOf({ training: training(1_000_000) }).steps].sort((a, b) => a - b);
    expect(long).toHaveLength(8);
    expect(long[0]).toBe(0);
    expect(long.at(-1)).toBe(1_000_000);
  });

  test("is what is asked for", () => {
    const every = (layers: string) => planOf({ training: training(2000), measuring: { name: "every", steps: 5, layers } });
    expect(every("off").steps.size).toBe(0);
    expect(every("every").steps.size).toBe(401);
    expect(every("pictured").steps.size).toBe(201);
    expect(planOf({ training: training(100), measuring: { name: "log", layers: "pictured" } }).steps.size).toBe(
      planOf({ training: training(100), measuring: { name: "log", layers: "every" } }).steps.size,
    );
  });

  test("is refused where one survey takes more than its budget, with the numbers", () => {
    const wide = planOf({ width: 1024, depth: 64 });
    expect(wide.steps.size).toBe(0);
    expect(wide.refusal).toBe("second moments of 64 layers of width 1024 take 0.54 GB: over 0.512 GB");
    const many = planOf({ width: 1024, depth: 48, measuring: { name: "log", layers: "every" } }, { train: 60_000, test: 10_000 });
    expect(many.refusal).toMatch(/^a survey of all layers takes \d\.\de\+1\d operations: over 1e\+12$/);
    expect(many.steps.size).toBe(0);
  });

  test("is said in words", () => {
    expect(surveyStepsText(new Set())).toBe("no step");
    expect(surveyStepsText(new Set([20]))).toBe("step 20");
    expect(surveyStepsText(new Set([20, 0]))).toBe("steps 0, 20");
    expect(surveyStepsText(new Set(Array.from({ length: 9 }, (_, i) => i)))).toBe("9 steps from 0 to 8");
  });
});
