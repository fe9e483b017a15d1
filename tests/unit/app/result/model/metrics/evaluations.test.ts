import { describe, expect, test } from "vitest";
import {
  probeAccuracy,
  referenceAttack,
  triedAttacks,
  triedEpsilons,
} from "../../../../../../app/result/model/metrics/evaluations.ts";
import {
  correlationText,
  evaluationScatter,
  robustnessSeries,
  transferSeries,
} from "../../../../../../app/result/model/study/evaluationCurves.ts";
import type { Evaluation } from "../../../../../../contract/wire/runEvents.ts";
import type { RunRow } from "../../../../../../contract/wire/views.ts";
import { aRow } from "../../../builders.ts";

const dataset = {
  id: "gaussian-clusters",
  source: "generated",
  hash: "",
  classes: 2,
  inputDimension: 3,
  trainCounts: [5, 5],
  testCounts: [5, 5],
} as const;

/** Accuracies fall with ε, and by `loss` more under PGD. */
function evaluated(depth: number, seed: number, clean: number, loss = 0.1): RunRow {
  const points = (["fgsm", "pgd"] as const).flatMap((attack) =>
    [0.02, 0.01, 0.04].map((epsilon) => ({
      attack,
      norm: "linf" as const,
      epsilon,
      accuracy: clean - 5 * epsilon - (attack === "pgd" ? loss : 0),
    })),
  );
  const layers = Array.from({ length: depth }, (_, index) => ({
    layer: index + 1,
    trainAccuracy: 1,
    testAccuracy: 0.9 - index / 10,
  }));
  const evaluation: Evaluation = {
    robustness: { samples: 100, clean, unit: "pixel range", points },
    transfer: { dataset: { ...dataset, trainCounts: [5, 5], testCounts: [5, 5] }, layers },
    missing: {},
  };
  return { ...aRow({ depth, seed }, { [`train/nc1.ratio@${depth}`]: 1 - clean }), evaluation };
}

const rows = [evaluated(2, 0, 0.8), evaluated(2, 1, 0.9), evaluated(4, 0, 0.95), aRow({ depth: 4, seed: 1 }, {})];

describe("what was tried after training", () => {
  test("is found in the runs", () => {
    expect(triedAttacks(rows)).toEqual({ attacks: ["fgsm", "pgd"], norms: ["linf"] });
    expect(triedEpsilons(rows, "pgd", "linf")).toEqual([0.01, 0.02, 0.04]);
    expect(triedEpsilons(rows, "pgd", "l2")).toEqual([]);
  });
  test("has one attack that stands for all, and a probe for each choice of layer", () => {
    expect(referenceAttack(evaluated(2, 0, 0.8))).toMatchObject({ attack: "pgd", norm: "linf", epsilon: 0.02 });
    expect(referenceAttack(aRow({}, {}))).toBeNull();
    const deep = evaluated(4, 0, 0.9);
    expect([probeAccuracy(deep, "last"), probeAccuracy(deep, "middle"), probeAccuracy(deep, "best")]).toEqual([
      expect.closeTo(0.6, 12),
      expect.closeTo(0.8, 12),
      0.9,
    ]);
    expect(probeAccuracy(aRow({}, {}), "last")).toBeNull();
  });
});

describe("accuracy under an attack", () => {
  test("begins with the clean samples and is the mean over the runs of a line", () => {
    const [shallow, deep] = robustnessSeries(rows, ["depth"], "pgd", "linf");
    expect(shallow?.xs).toEqual([0, 0.01, 0.02, 0.04]);
    expect(shallow?.ys[0]).toBeCloseTo(0.85, 12);
    expect(shallow?.ys[3]).toBeCloseTo(0.85 - 0.2 - 0.1, 12);
    expect(shallow?.label).toBe("L = 2, arithmetic mean, N = 2");
    expect(deep?.label).toBe("L = 4, N = 1");
    expect(deep?.band?.low).toEqual([null, null, null, null]);
  });
});

describe("transfer over the layers", () => {
  test("ends at l/L = 1 for every depth", () => {
    const series = transferSeries(rows, ["depth"]);
    expect(series.map((one) => one.xs)).toEqual([
      [0.5, 1],
      [0.25, 0.5, 0.75, 1],
    ]);
  });
});

describe("accuracy against collapse", () => {
  test("has a dot a run and the rank correlation over all of them", () => {
    const scatter = evaluationScatter(rows, ["depth"], "nc1.ratio", (run) => referenceAttack(run)?.accuracy ?? null);
    expect(scatter.series.map((one) => one.xs.length)).toEqual([2, 1]);
    // Less NC1 goes with more accuracy here, exactly.
    expect(scatter.correlation).toBe(-1);
    expect(correlationText(scatter)).toBe("Spearman's rank correlation −1.00, N = 3 runs");
    expect(scatter.series[0]?.xs).toEqual([...(scatter.series[0]?.xs ?? [])].sort((a, b) => a - b));
  });
  test("claims nothing from two runs", () => {
    const scatter = evaluationScatter(rows.slice(0, 2), [], "nc1.ratio", (run) => probeAccuracy(run, "last"));
    expect(correlationText(scatter)).toBe("no rank correlation from 2 runs");
  });
});
