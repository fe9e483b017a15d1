import { describe, expect, test } from "vitest";
import { afterTraining } from "../../../../../contract/config/afterTraining.ts";
import { expandGrid } from "../../../../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../../../../contract/config/runConfig.ts";
import { trainingConfig } from "../../../../../contract/config/trainingConfig.ts";
import { datasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { presets } from "../../../../../contract/presets/presets.ts";
import { expectedTimes, totalMs } from "../../../../../server/services/times/expectedTimes.ts";
import { learnTimes, type MeasuredTimes } from "../../../../../server/services/times/learnTimes.ts";

const base = expandGrid(presets.find(({ id }) => id === "first-light")!.config)[0];
const run = (change: Partial<RunConfig> = {}): RunConfig => ({
  ...base,
  dataset: datasetConfig.parse({ id: "fashion-mnist-mini" }),
  depth: 8,
  width: 64,
  training: trainingConfig.parse({ steps: 5_000 }),
  measuring: { name: "log", perDecade: 10 },
  ...change,
});
const everyStep = run({ measuring: { name: "every", steps: 1 } });
const took = (config: RunConfig, times: Partial<MeasuredTimes>): MeasuredTimes => ({
  config,
  packed: 1,
  stepMs: null,
  measureMs: null,
  startMs: null,
  evaluateMs: null,
  ...times,
});

describe("the expected times of a run", () => {
  test("count a measurement at each step apart from the steps", () => {
    expect(expectedTimes(everyStep).measurements).toBe(5_001);
    expect(expectedTimes(run()).measurements).toBe(36);
    const [sparse, dense] = [run(), everyStep].map((config) => totalMs(expectedTimes(config), 5_000));
    // 5,000 measurements of 2,000 + 500 samples take longer than 5,000 steps.
    expect(dense / sparse).toBeGreaterThan(3);
  });

  test("count attacks and probes after training", () => {
    const attacked = run({ afterTraining: afterTraining.parse({ robustness: {} }) });
    const weaker = run({ afterTraining: afterTraining.parse({ robustness: { pgdSteps: 1, epsilons: [0.1] } }) });
    const probed = run({ afterTraining: afterTraining.parse({ transfer: { dataset: run().dataset } }) });
    expect(expectedTimes(run()).evaluateMs).toBe(0);
    expect(expectedTimes(attacked).evaluateMs).toBeGreaterThan(5 * expectedTimes(weaker).evaluateMs);
    expect(expectedTimes(probed).evaluateMs).toBeGreaterThan(0);
  });

  test("grow with depth, width and samples, and count whole file sets that are read for a subset", () => {
    const { stepMs, measureMs } = expectedTimes(run());
    for (const change of [{ depth: 34 }, { width: 512 }] as const) {
      expect(expectedTimes(run(change)).stepMs).toBeGreaterThan(2 * stepMs);
      expect(expectedTimes(run(change)).measureMs).toBeGreaterThan(2 * measureMs);
    }
    const subset = (id: string) => expectedTimes(run({ dataset: datasetConfig.parse({ id, trainPerClass: 10 }) })).startMs;
    expect(subset("mnist") - subset("fashion-mnist-mini")).toBeGreaterThan(200);
  });

  test("take a person's own set to be as large as a worker counted it, not the size assumed for one that nobody counted", () => {
    const own = run({ dataset: datasetConfig.parse({ id: "image-folder", folder: "digits" }) });
    const countOwn = () => ({ train: [45, 45, 45, 45], test: [15, 15, 15, 15] });
    const [supposed, counted] = [expectedTimes(own), expectedTimes(own, countOwn)];
    // 10 classes of 1,000 + 200 pictures against 4 of 45 + 15: 10,000 / 180 = 56 times as many samples a step.
    expect(supposed.stepMs / counted.stepMs).toBeGreaterThan(20);
    expect(supposed.measureMs / counted.measureMs).toBeGreaterThan(5);
    expect(learnTimes([], countOwn)(own).times).toEqual(counted);
  });
});

describe("times learned from measured runs", () => {
  test("are the measured ones for a run of the same config, and the expected ones without any", () => {
    const exact = { stepMs: 4, measureMs: 30, startMs: 900, evaluateMs: null };
    expect(learnTimes([took(everyStep, exact)])(everyStep).times).toMatchObject({ stepMs: 4, measureMs: 30, startMs: 900 });
    expect(learnTimes([])(everyStep)).toEqual({ times: expectedTimes(everyStep), nearest: null });
  });

  test("correct each part separately: a slow measurement says nothing about a step", () => {
    const expected = expectedTimes(run());
    const slow = took(run(), { stepMs: expected.stepMs, measureMs: 7 * expected.measureMs });
    const deeper = run({ depth: 13, measuring: { name: "every", steps: 1 } });
    const { times } = learnTimes([slow])(deeper);
    const before = expectedTimes(deeper);
    expect(times.stepMs / before.stepMs).toBeCloseTo(1, 6);
    expect(times.measureMs / before.measureMs).toBeCloseTo(7, 6);
    expect(times.startMs).toBe(before.startMs);
  });

  test("come from the runs most alike, the median of three where several are, and from another architecture only where none is", () => {
    const factor = (config: RunConfig, by: number) => took(config, { stepMs: by * expectedTimes(config).stepMs });
    const conv = run({ architecture: "conv", width: 16 });
    const learned = learnTimes([
      factor(conv, 9),
      ...[2, 3, 50].map((by) => factor(run({ seed: by }), by)),
      factor(run({ depth: 64, width: 1024 }), 20),
    ]);
    const ratio = (config: RunConfig) => learned(config).times.stepMs / expectedTimes(config).stepMs;
    expect(ratio(run())).toBeCloseTo(3, 6);
    expect(ratio(run({ depth: 64, width: 900 }))).toBeCloseTo(20, 6);
    expect(ratio(conv)).toBeCloseTo(9, 6);
    expect(learned(conv).nearest?.config).toBe(conv);
  });

  test("of a pack say nothing of a run alone, and the other way round, beyond what packs are expected to take", () => {
    const alone = took(run(), { stepMs: 10, measureMs: 50 });
    const packed = { ...took(run(), { stepMs: 24, measureMs: 210 }), packed: 8 };
    const learned = learnTimes([alone, packed]);
    expect(learned(run()).times).toMatchObject({ stepMs: 10, measureMs: 50 });
    expect(learned(run(), 8).times.stepMs).toBeCloseTo(24, 9);
    expect(learned(run(), 8).times.measureMs).toBeCloseTo(210, 9);
    // Only the pack was measured: a run alone takes by the same ratio less than it.
    const { times } = learnTimes([packed])(run());
    expect(times.stepMs).toBeCloseTo((24 * expectedTimes(run()).stepMs) / expectedTimes(run(), undefined, 8).stepMs, 9);
    expect(times.stepMs).toBeLessThan(24);
    expect(times.measureMs).toBeCloseTo(210 / 8, 9);
  });
});
