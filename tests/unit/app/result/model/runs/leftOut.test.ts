import { describe, expect, test } from "vitest";
import { ExperimentStore } from "../../../../../../app/live/ExperimentStore.ts";
import { imbalanceLevels } from "../../../../../../app/result/model/imbalance/minorityCollapse.ts";
import { convergedRuns, leftOutOfRows, meanRuns, ruleInEffect } from "../../../../../../app/result/model/runs/convergenceRule.ts";
import { meanAndDeviation, sortGroups, tableGroups } from "../../../../../../app/result/model/runs/tableGroups.ts";
import { convergenceSpeed } from "../../../../../../app/result/model/speed/convergenceSpeed.ts";
import { evaluationScatter } from "../../../../../../app/result/model/study/evaluationCurves.ts";
import { findings } from "../../../../../../app/result/model/study/findings.ts";
import { layerDrawing } from "../../../../../../app/result/model/study/layerDrawing.ts";
import { studyCurves } from "../../../../../../app/result/model/study/studyCurves.ts";
import { readView, viewPatch } from "../../../../../../app/result/view/resultView.ts";
import { leaveOutRule } from "../../../../../../contract/theory/isUnconverged.ts";
import type { ExperimentDetail, RunRow } from "../../../../../../contract/wire/views.ts";
import { aRow } from "../../../builders.ts";

/** Two depths of two seeds that fitted their training set, and a third seed that learned nothing: SGD at rate 10. */
const rows: RunRow[] = [2, 8].flatMap((depth) =>
  [0, 1, 2].map((seed) =>
    aRow(
      { depth, seed },
      { [`train/nc1.ratio@${depth}`]: seed === 2 ? 0.091 : depth === 2 ? 0.8 : 0.4, "train/accuracy": seed === 2 ? 0.27 : 1 },
    ),
  ),
);
const detail = (convergence?: { minTrainAccuracy: number }) =>
  ({ config: { convergence } }) as unknown as Pick<ExperimentDetail, "config">;
const byDefault = ruleInEffect(detail(), { countAll: false });
const column = [{ id: "nc1", metric: "nc1.ratio", split: "train" }] as const;

describe("runs that learned nothing", () => {
  test("are in no mean by default: curve, table and its order, findings, speed, scatter, maps of imbalance alike", () => {
    const { curves } = studyCurves(rows, {
      ...{ metric: "nc1.ratio", split: "train", x: "depth", lines: [], log: true },
      rule: byDefault,
    });
    expect(leftOutOfRows(rows, byDefault)).toBe("2 of 6 runs left out: training accuracy below 0.9");
    expect(curves[0]?.points.map((point) => [point.runs.length, point.mean])).toEqual([
      [2, expect.closeTo(0.8, 12)],
      [2, expect.closeTo(0.4, 12)],
    ]);
    expect(curves[0]?.dots).toHaveLength(6);

    const [shallow] = tableGroups(rows, "");
    expect(meanAndDeviation(meanRuns(shallow.members, byDefault), "nc1.ratio", "train")).toMatchObject({ mean: 0.8, count: 2 });
    const groups = tableGroups([...rows, ...[0, 1].map((seed) => aRow({ depth: 5, seed }, { "train/nc1.ratio@5": 0.6 }))], "");
    const order = (rule: typeof byDefault) => sortGroups(groups, "nc1:asc", column, rule).map((group) => group.config.depth);
    expect(order(byDefault)).toEqual([8, 5, 2]);
    expect(order(undefined)).toEqual([8, 2, 5]);

    const found = findings(rows, byDefault);
    expect(found.lines[0]?.text).toBe("Depth 8: NC1 0.40; N = 4 runs");
    expect(found.caveats).toContain("2 of 6 runs left out: training accuracy below 0.9");

    const course = (run: RunRow) => ({ steps: [1, 10], values: [1, run.last[`train/nc1.ratio@${run.config.depth}`]] });
    const goal = { metric: "nc1.ratio", tau: 0.1, gap: 1, lines: [] } as const;
    expect(convergenceSpeed(rows, course, { ...goal, rule: byDefault })[0]?.metric?.curve).toMatchObject({
      count: 4,
      reached: 0,
    });

    const against = evaluationScatter(convergedRuns(rows, byDefault), [], "nc1.ratio", (run) => run.last["train/accuracy"]);
    expect(against.count).toBe(4);

    const unequal = rows.map((row) => ({
      ...row,
      config: { ...row.config, dataset: { id: "mnist", trainPerClass: 100, testPerClass: null, imbalance: 0.1 } as const },
    }));
    const levels = imbalanceLevels(unequal, { imbalanceRun: null, imbalanceSeed: null }, byDefault);
    expect(levels[0]?.runs.map((run) => run.config.seed)).toEqual([0, 1]);
  });

  test("leave an empty layer profile that says so, where no other run is there", () => {
    const store = new ExperimentStore();
    const profileOf = (runs: RunRow[]) => {
      store.setDetail({ runs } as unknown as ExperimentDetail);
      return layerDrawing(store, { metric: "nc1.ratio", split: "train", at: null, log: true }, byDefault).noneLeft;
    };
    expect(profileOf(rows.filter(({ config }) => config.seed === 2))).toBe("2 of 2 runs left out: training accuracy below 0.9");
    expect(profileOf(rows)).toBeNull();
    expect(profileOf([])).toBeNull();
  });

  test("are counted by themselves: runs that have not been measured are not among them", () => {
    const waiting = [0, 1, 2].map((seed) => aRow({ depth: 21, seed }, {}, "queued"));
    expect(leftOutOfRows([...rows, ...waiting], byDefault)).toBe("2 of 9 runs left out: training accuracy below 0.9");
    expect(leftOutOfRows([...rows.filter(({ config }) => config.seed < 2), ...waiting], byDefault)).toBeNull();
  });
  test("count if a person says so, which the address keeps, or if the study does", () => {
    const patch = viewPatch({ countAll: true });
    expect(patch).toEqual({ all: "1" });
    expect(viewPatch({ countAll: false })).toEqual({ all: null });
    const view = readView((name) => new URLSearchParams({ all: "1" }).get(name));
    expect(view.countAll).toBe(true);
    expect(readView(() => null).countAll).toBe(false);
    expect(ruleInEffect(detail(), view)).toBeUndefined();
    expect(findings(rows, ruleInEffect(detail(), view)).lines[0]?.text).toBe("Depth 8: NC1 0.24; N = 6 runs");
    const everyRun = ruleInEffect(detail({ minTrainAccuracy: 0 }), { countAll: false });
    expect(convergedRuns(rows, everyRun)).toHaveLength(6);
  });

  test("are judged by the study's own rule where it has one", () => {
    expect(leaveOutRule({ minTrainAccuracy: 0.2 })).toEqual({ minTrainAccuracy: 0.2 });
    expect(convergedRuns(rows, ruleInEffect(detail({ minTrainAccuracy: 0.2 }), { countAll: false }))).toHaveLength(6);
    expect(leftOutOfRows(rows, ruleInEffect(detail({ minTrainAccuracy: 0.99 }), { countAll: false }))).toBe(
      "2 of 6 runs left out: training accuracy below 0.99",
    );
  });

  test("are named with what is asked of them: less of noisy labels, and by run where runs differ", () => {
    const noisy = (accuracy: number, rate: number): RunRow => {
      const row = aRow({}, { "train/accuracy": accuracy });
      return { ...row, config: { ...row.config, dataset: { ...row.config.dataset, labelNoise: { rate, seed: 0 } } } } as RunRow;
    };
    const all = [noisy(0.6, 0.2), noisy(0.75, 0.2)];
    expect(leftOutOfRows(all, byDefault)).toBe("1 of 2 runs left out: training accuracy below 0.72");
    expect(leftOutOfRows([...all, noisy(0.8, 0)], byDefault)).toBe(
      "2 of 3 runs left out: training accuracy below 0.72 to 0.9, by run",
    );
  });

  test("leave a mean empty rather than stand for it, and runs under way count until they end", () => {
    const lost = [aRow({ depth: 2, seed: 0 }, { "train/nc1.ratio@2": 0.09, "train/accuracy": 0.1 })];
    expect(meanRuns(lost, byDefault)).toEqual([]);
    const running = aRow({ depth: 2, seed: 1 }, { "train/nc1.ratio@2": 2, "train/accuracy": 0.1 }, "running");
    expect(meanRuns([...lost, running], byDefault)).toEqual([running]);
    const { curves } = studyCurves([...lost, running], {
      ...{ metric: "nc1.ratio", split: "train", x: "depth", lines: [], log: true },
      rule: byDefault,
    });
    expect(curves[0]?.points).toMatchObject([{ mean: 2, unfinished: true }]);
  });
});
