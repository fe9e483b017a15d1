import { describe, expect, test } from "vitest";
import type { DatasetConfig } from "../../../../contract/data/datasetConfig.ts";
import { askedAccuracy, isUnconverged, type JudgedRun, leaveOutRule } from "../../../../contract/theory/isUnconverged.ts";

const mnist = (extra: object = {}): DatasetConfig => ({ id: "mnist", trainPerClass: 100, testPerClass: null, ...extra });
const run = (accuracy: number | null, change: Partial<JudgedRun> = {}, dataset = mnist()): JudgedRun => ({
  status: "finished",
  config: { dataset },
  last: accuracy === null ? {} : { "train/accuracy": accuracy },
  optimum: null,
  ...change,
});
const theory = leaveOutRule(undefined);

describe("without a rule of the study", () => {
  test("a finished run below 0.9 has not fitted its training set: SGD at rate 10 ended at .27", () => {
    expect(isUnconverged(run(0.27), theory)).toBe(true);
    expect(isUnconverged(run(0.899), theory)).toBe(true);
    expect(isUnconverged(run(0.9), theory)).toBe(false);
    expect(isUnconverged(run(1), theory)).toBe(false);
  });
  test("a run is judged at its end alone, and only by an accuracy that it has", () => {
    for (const status of ["queued", "leased", "running", "cancelling", "failed", "diverged", "cancelled"] as const)
      expect(isUnconverged(run(0.1, { status }), theory), status).toBe(false);
    expect(isUnconverged(run(null), theory)).toBe(false);
  });
  test("of noisy labels only the share that is right for certain is asked", () => {
    const noisy = mnist({ labelNoise: { rate: 0.4, seed: 0 } });
    expect(askedAccuracy(run(0, {}, noisy), theory)).toBeCloseTo(0.54, 12);
    expect(isUnconverged(run(0.62, {}, noisy), theory)).toBe(false); // learned the clean labels
    expect(isUnconverged(run(0.27, {}, noisy), theory)).toBe(true);
  });
  test("of unequal classes only the larger half is asked, as the optimum may give up the other", () => {
    const asked = (imbalance: number) => askedAccuracy(run(0, {}, mnist({ imbalance })), theory);
    expect(asked(0.01)).toBeCloseTo(0.9 / 1.1, 12);
    expect(asked(0.25)).toBeCloseTo(0.6, 12);
    expect(asked(1)).toBe(0.9);
    // Ten classes at ratio .01, the five smallest given up: 92.8 % of the samples are right.
    expect(isUnconverged(run(0.928, {}, mnist({ imbalance: 0.01 })), theory)).toBe(false);
    expect(isUnconverged(run(0.36, {}, mnist({ imbalance: 0.01 })), theory)).toBe(true);
  });
  test("of classes of two levels only the large ones are asked", () => {
    const asked = (dataset: object) => askedAccuracy(run(0, {}, mnist({ imbalance: 0.1, ...dataset })), theory);
    expect(asked({ largeClasses: 5 })).toBeCloseTo((0.9 * 5) / 5.5, 12);
    expect(asked({ largeClasses: 2, imbalance: 0.5 })).toBeCloseTo((0.9 * 2) / 6, 12);
    expect(asked({ largeClasses: 2, imbalance: 1 })).toBe(0.9);
  });
  test("where equal inputs have several labels it is asked of what any network can reach", () => {
    const ambiguous = { ambiguity: { accuracy: 0.5 } };
    expect(askedAccuracy(run(0, ambiguous), theory)).toBeCloseTo(0.45, 12);
    expect(isUnconverged(run(0.48, ambiguous), theory)).toBe(false);
    expect(isUnconverged(run(0.4, ambiguous), theory)).toBe(true);
    expect(askedAccuracy(run(0, ambiguous), leaveOutRule({ minTrainAccuracy: 0.9 }))).toBe(0.9);
  });
  test("nothing is asked where the optimum itself is zero", () => {
    expect(isUnconverged(run(0.1, { optimum: { geometry: "zero" } }), theory)).toBe(false);
    expect(isUnconverged(run(0.1, { optimum: { geometry: "simplex" } }), theory)).toBe(true);
    expect(isUnconverged(run(0.1, { optimum: { geometry: null } }), theory)).toBe(true);
  });
});

describe("a study's own rule", () => {
  test("stands as it is, also where it asks for less than the theory, or for nothing", () => {
    const noisy = mnist({ labelNoise: { rate: 0.4, seed: 0 } });
    expect(isUnconverged(run(0.98, {}, noisy), leaveOutRule({ minTrainAccuracy: 0.99 }))).toBe(true);
    expect(isUnconverged(run(0.6), leaveOutRule({ minTrainAccuracy: 0.5 }))).toBe(false);
    expect(isUnconverged(run(0), leaveOutRule({ minTrainAccuracy: 0 }))).toBe(false);
  });
  test("leaves out none where no rule is in effect", () => {
    expect(isUnconverged(run(0), undefined)).toBe(false);
  });
});
