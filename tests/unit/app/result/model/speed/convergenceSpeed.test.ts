import { describe, expect, test } from "vitest";
import {
  convergenceSpeed,
  resolutionText,
  returnedText,
  speedIsOpen,
  speedOf,
  speedText,
} from "../../../../../../app/result/model/speed/convergenceSpeed.ts";
import { crossingOf } from "../../../../../../app/result/model/speed/reaching.ts";
import { speedSeries } from "../../../../../../app/result/model/speed/speedSeries.ts";
import { speedCsv } from "../../../../../../app/result/speed/SpeedTable.tsx";
import type { RunRow } from "../../../../../../contract/wire/views.ts";
import { readRecording } from "../../../../../../server/recordings/recordingFile.ts";
import { aConfig, aRow } from "../../../builders.ts";

const steps = [0, 10, 100, 1000];
const choice = { metric: "nc1.ratio", tau: 0.1, gap: 0.5, lines: [] } as const;

describe("steps to a threshold", () => {
  test("are those of the measurement from which the value stays at or below it", () => {
    expect(crossingOf({ steps, values: [1, 0.5, 0.1, 0.05] }, 0.1)).toEqual({ reached: 100, before: 10, first: 100 });
    expect(crossingOf({ steps, values: [1, 0.05, 0.2, 0.1] }, 0.1)).toEqual({ reached: 1000, before: 100, first: 10 });
  });
  test("are none where it rises again, though it was there", () => {
    expect(crossingOf({ steps, values: [1, 0.5, 0.1, 0.2] }, 0.1)).toEqual({ reached: null, before: null, first: 100 });
    expect(crossingOf({ steps, values: [0.05, 0.5, 0.3, 0.2] }, 0.1)).toEqual({ reached: null, before: null, first: 0 });
    expect(crossingOf({ steps, values: [1, 0.5, 0.3, 0.2] }, 0.1)).toEqual({ reached: null, before: null, first: null });
  });
  test("begin with the first measurement, and take what is not a number for above", () => {
    expect(crossingOf({ steps, values: [0.1, 0.1, 0.1, 0.1] }, 0.1)).toEqual({ reached: 0, before: null, first: 0 });
    expect(crossingOf({ steps, values: [0.1, Number.NaN, 0.1, 0] }, 0.1)).toEqual({ reached: 100, before: 10, first: 0 });
    expect(crossingOf({ steps: [], values: [] }, 0.1)).toEqual({ reached: null, before: null, first: null });
  });
});

describe("convergence speed", () => {
  const nc1 = [
    [1, 0.09, 0.05, 0.01],
    [1, 0.5, 0.09, 0.01],
    [1, 0.5, 0.4, 0.3],
  ];
  const rows = nc1.map((_, seed) => aRow({ seed }, { "train/accuracy": seed === 2 ? 0.5 : 1 }));
  const course = (run: RunRow, metric: string) =>
    metric === "nc1.ratio" ? { steps, values: nc1[run.config.seed] } : { steps: [], values: [] };

  test("keeps a finished run that never reaches the goal at risk to the end", () => {
    const [line] = convergenceSpeed(rows, course, choice);
    expect(line?.metric?.curve).toMatchObject({ count: 3, reached: 2, censored: [1000], median: 100 });
    expect(line?.metric).toMatchObject({
      fastest: 10,
      slowest: 100,
      end: 1000,
      open: [],
      ended: [],
      returned: [],
      resolution: 10,
    });
    expect(line?.gap).toBeNull();
    expect(speedText(line?.metric ?? null)).toBe("100 [10–100]");
    expect(speedText(null)).toBe("–");
  });
  const ended = (seed: number, status: RunRow["status"], steps: number[], values: number[]) => ({
    row: { ...aRow({ seed }, {}, status), totalSteps: 1000 },
    course: { steps, values },
  });
  const speedOfRuns = (runs: readonly ReturnType<typeof ended>[]) => {
    const courses = new Map(runs.map(({ row, course }) => [row.id, course]));
    const all = runs.map(({ row }) => row);
    const [line] = convergenceSpeed(
      all,
      (run, metric) => (metric === "nc1.ratio" ? (courses.get(run.id) as never) : { steps: [], values: [] }),
      choice,
    );
    return line;
  };
  test("one event at 100 and two divergences at 50: not reached by half", () => {
    const line = speedOfRuns([
      ended(0, "finished", [0, 50, 100, 1000], [1, 1, 0.1, 0.1]),
      ended(1, "diverged", [0, 50], [1, 1]),
      ended(2, "diverged", [0, 50], [1, 1]),
    ]);
    expect(line?.metric?.curve).toMatchObject({ count: 3, reached: 1, median: null, censored: [1000, 1000] });
    expect(line?.metric?.curve.points).toEqual([{ time: 100, atRisk: 3, events: 1, survival: 1 - 1 / 3 }]);
    expect(speedText(line?.metric ?? null)).toBe("not reached by half [100–100]");
    expect(line?.metric?.ended).toEqual([
      { step: 50, status: "diverged" },
      { step: 50, status: "diverged" },
    ]);
  });
  test.each(["diverged", "failed", "cancelled"] as const)("a run that %s never reached it, wherever its value was", (status) => {
    const line = speedOfRuns([
      ended(0, status, [0, 50, 100], [1, 0.05, 0.05]),
      ended(1, status, [], []),
      ended(2, "finished", [0, 1000], [1, 0.01]),
    ]);
    expect(line?.metric?.curve).toMatchObject({ count: 3, reached: 1, median: null });
    expect(line?.metric?.returned).toEqual([]);
  });
  test("only runs still going are censored, where they are", () => {
    const line = speedOfRuns([
      ended(0, "finished", [0, 50, 100, 1000], [1, 1, 0.1, 0.1]),
      ended(1, "running", [0, 50], [1, 1]),
      ended(2, "running", [0, 50, 60], [1, 1, 0.1]),
      ended(3, "queued", [], []),
    ]);
    expect(line?.metric?.curve).toMatchObject({ count: 3, reached: 2, censored: [50], median: 60 });
    expect(line?.metric?.open).toEqual([50]);
    expect(line?.unfinished).toBe(true);
  });
  test("a line of runs that failed before their first measurement has nothing to say", () => {
    expect(speedOfRuns([ended(0, "failed", [], []), ended(1, "queued", [], [])])).toBeUndefined();
  });
  test("says apart where runs were at the goal before and rose again", () => {
    const line = speedOfRuns([
      ended(0, "finished", [0, 1, 3, 100, 1000], [1, 0.09, 0.5, 0.1, 0.05]),
      ended(1, "finished", [0, 1, 3, 100, 1000], [1, 0.5, 0.09, 0.2, 0.2]),
      ended(2, "finished", [0, 1, 3, 100, 1000], [1, 0.5, 0.2, 0.1, 0.05]),
    ]);
    expect(speedText(line?.metric ?? null)).toBe("100 [100–100]");
    expect(line?.metric?.returned).toEqual([1, 3]);
    expect(returnedText(line?.metric ?? null)).toBe("2 runs, first at step 1–3");
    expect(speedSeries(line ? [line] : [], "metric").map(({ id, xs }) => [id.split("/")[1], xs])).toEqual([
      [undefined, [1, 100, 100, 1000]],
      ["returned", [1, 3]],
    ]);
    expect(resolutionText(line ? [line] : [], "metric")).toBe(
      "10 measurements per decade: a goal may have been reached up to 34 times earlier than the step given here",
    );
  });
  test("does not count what the study's rule leaves out", () => {
    const [line] = convergenceSpeed(rows, course, { ...choice, rule: { minTrainAccuracy: 0.9 } });
    expect(line?.metric?.curve).toMatchObject({ count: 2, reached: 2, censored: [] });
  });
  test("says so where half of the runs never get there", () => {
    const [line] = convergenceSpeed(rows, course, { ...choice, tau: 0.015 });
    expect(speedText(line?.metric ?? null)).toBe("1,000 [1,000–1,000]");
    const [none] = convergenceSpeed(rows, course, { ...choice, tau: 1e-9 });
    expect(speedText(none?.metric ?? null)).toBe("not reached");
    const [few] = convergenceSpeed(rows, course, { ...choice, tau: 0.05 });
    expect(speedText(few?.metric ?? null)).toBe("1,000 [100–1,000]");
    const one = [rows[2], rows[0], rows[2]] as RunRow[];
    const [least] = convergenceSpeed(one, course, choice);
    expect(speedText(least?.metric ?? null)).toBe("not reached by half [10–10]");
  });
  test("First light at τ = .3: 8 of 18 runs are there in their first ten steps, and rise again", () => {
    const { runs } = readRecording("server/recordings/first-light.json.gz");
    const trained = runs.map((run) => ({ run, status: "finished" as const, attempt: 1, totalSteps: run.started.totalSteps }));
    const speed = speedOf(
      trained,
      ({ run }) => {
        const [at, values] = run.series[`train/nc1.ratio@${run.config.depth}`];
        return { steps: run.steps[at], values };
      },
      0.3,
    );
    expect(speed?.curve).toMatchObject({ count: 18, reached: 13 });
    expect(returnedText(speed)).toBe("8 runs, first at step 2–8");
    expect(speedText(speed)).toBe("794 [13–1,995]");
  });
  test("is drawn as a staircase from 1 that ends where the last run was watched", () => {
    const lines = convergenceSpeed(rows, course, choice);
    const [stairs, ...marks] = speedSeries(lines, "metric");
    expect(stairs?.xs).toEqual([1, 10, 10, 100, 100, 1000]);
    expect(stairs?.ys.map((share) => Number(share?.toFixed(3)))).toEqual([1, 1, 0.667, 0.667, 0.333, 0.333]);
    expect(marks).toEqual([]);
    expect(speedSeries(lines, "gap")).toEqual([]);
  });
  test("goes into a table for other programs", () => {
    const rows2 = rows.map((row) => ({ ...row, last: { "train/nc1.ratio@5": 0.25 } }));
    const csv = speedCsv(convergenceSpeed(rows2, course, choice), "nc1.ratio", 0.1, 0.5, [["table", "convergence speed"]]);
    expect(csv.split("\r\n")[0]).toBe("# table: convergence speed");
    expect(csv.split("\r\n")[2]).toBe(",nc1.ratio,0.1,100,10,100,2,3,0,0,0,,0.25,0");
  });
  test("opens on its own where the regularizer varies", () => {
    const both = [aRow({}, {}), aRow({ regularizer: { family: "none" } }, {})];
    expect(speedIsOpen({ speed: null }, both)).toBe(true);
    expect(speedIsOpen({ speed: false }, both)).toBe(false);
    expect(speedIsOpen({ speed: null }, [aRow({ depth: 2 }, {}), aRow({ depth: 3 }, {})])).toBe(false);
    expect(aConfig().regularizer.family).toBe("weights");
  });
});
