import { describe, expect, it } from "vitest";
import { convergenceSpeed, firstReaching, speedIsOpen, speedText } from "../../../app/result/convergenceSpeed.ts";
import { speedCsv } from "../../../app/result/SpeedTable.tsx";
import { speedSeries } from "../../../app/result/speedSeries.ts";
import type { RunRow } from "../../../contract/views.ts";
import { aConfig, aRow } from "./support.ts";

const steps = [0, 10, 100, 1000];
const choice = { metric: "nc1.ratio", tau: 0.1, gap: 0.5, lines: [] } as const;

describe("steps to a threshold", () => {
  it("are those of the first measurement at or below it", () => {
    expect(firstReaching({ steps, values: [1, 0.5, 0.1, 0.2] }, 0.1)).toBe(100);
    expect(firstReaching({ steps, values: [1, 0.5, 0.3, 0.2] }, 0.1)).toBeNull();
    expect(firstReaching({ steps: [], values: [] }, 0.1)).toBeNull();
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
    metric === "nc1.ratio" ? { steps, values: nc1[run.config.seed] as number[] } : { steps: [], values: [] };

  it("counts runs that never reach the goal as watched until their end", () => {
    const [line] = convergenceSpeed(rows, course, choice);
    expect(line?.metric?.curve).toMatchObject({ count: 3, reached: 2, censored: [1000], median: 100 });
    expect(line?.metric).toMatchObject({ fastest: 10, slowest: 100, lastStep: 1000 });
    expect(line?.gap).toBeNull();
    expect(speedText(line?.metric ?? null)).toBe("100 [10–100]");
    expect(speedText(null)).toBe("–");
  });
  it("does not count what the study's rule leaves out", () => {
    const [line] = convergenceSpeed(rows, course, { ...choice, rule: { minTrainAccuracy: 0.9 } });
    expect(line?.metric?.curve).toMatchObject({ count: 2, reached: 2, censored: [] });
  });
  it("says so where half of the runs never get there", () => {
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
  it("is drawn as a staircase from 1 that ends where the last run was watched", () => {
    const lines = convergenceSpeed(rows, course, choice);
    const [stairs, ended] = speedSeries(lines, "metric");
    expect(stairs?.xs).toEqual([1, 10, 10, 100, 100, 1000]);
    expect(stairs?.ys.map((share) => Number(share?.toFixed(3)))).toEqual([1, 1, 0.667, 0.667, 0.333, 0.333]);
    expect([ended?.xs, ended?.ys.map((share) => Number(share?.toFixed(3)))]).toEqual([[1000], [0.333]]);
    expect(speedSeries(lines, "gap")).toEqual([]);
  });
  it("goes into a table for other programs", () => {
    const rows2 = rows.map((row) => ({ ...row, last: { "train/nc1.ratio@5": 0.25 } }));
    const csv = speedCsv(convergenceSpeed(rows2, course, choice), "nc1.ratio", 0.1, 0.5);
    expect(csv.split("\r\n")[1]).toBe(",nc1.ratio,0.1,100,10,100,2,3,0.25,0");
  });
  it("is open by itself where the regularizer varies", () => {
    const both = [aRow({}, {}), aRow({ regularizer: { family: "none" } }, {})];
    expect(speedIsOpen({ speed: null }, both)).toBe(true);
    expect(speedIsOpen({ speed: false }, both)).toBe(false);
    expect(speedIsOpen({ speed: null }, [aRow({ depth: 2 }, {}), aRow({ depth: 3 }, {})])).toBe(false);
    expect(aConfig().regularizer.family).toBe("weights");
  });
});
