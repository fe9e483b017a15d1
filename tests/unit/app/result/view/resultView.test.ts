import { describe, expect, test } from "vitest";
import { geometryRun, runEpoch, shownRuns } from "../../../../../app/result/model/runs/shownRuns.ts";
import { readView, viewPatch } from "../../../../../app/result/view/resultView.ts";
import { trainingConfig } from "../../../../../contract/config/trainingConfig.ts";
import { aRow } from "../../builders.ts";

const read = (query: string) => {
  const parameters = new URLSearchParams(query);
  return readView((name) => parameters.get(name));
};

describe("the address", () => {
  test("holds nothing of the defaults", () => {
    expect(read("")).toMatchObject({ metric: "nc1.ratio", split: "train", seed: null, zoom: null, smoothing: 0, x: "step" });
  });
  test("gives back what was chosen", () => {
    const chosen = {
      metric: "gap.total",
      lines: ["architecture", "width"],
      zoom: { from: 10, to: 200 },
      seed: "all",
      depths: [2, 8],
      runs: [3, 4],
      smoothing: 0.5,
      logX: false,
      profileStep: 100,
      flipped: ["loss"],
      over: "noise",
      tau: 0.05,
      fit: { from: 3, to: 21 },
      speed: false,
      certificate: true,
      speedMetric: "nc3.cosine",
      speedTau: 1e-3,
      speedGap: 2,
      speedLines: ["regularizer"],
      evalLines: [],
      imbalanceRun: 7,
      imbalanceSeed: 2,
      attack: "fgsm",
      norm: "l2",
      epsilon: 0.02,
      against: "gap.head",
      probe: "best",
    } as const;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(viewPatch(chosen as never))) if (value !== null) query.set(name, String(value));
    expect(read(query.toString())).toMatchObject(chosen);
    expect(read(new URLSearchParams({ lines: String(viewPatch({ lines: [] }).lines) }).toString()).lines).toEqual([]);
  });
  test("ignores what makes no sense", () => {
    expect(read("over=__proto__&tau=-1&speedTau=1e400&eps=0x10&probe=all&attack=none")).toMatchObject({
      over: null,
      tau: null,
      speedTau: null,
      epsilon: null,
      probe: "last",
      attack: null,
    });
    for (const fit of ["21,3", "3", "3,5,8", "0,5", "a,b", "-1,2", "3-5", ","]) expect(read(`fit=${fit}`).fit).toBeNull();
    expect(read("fit=0.001,0.5").fit).toEqual({ from: 0.001, to: 0.5 });
    const view = read("metric=__proto__&zoom=9-3&seed=x&depths=a,2&smooth=7&lines=evil&x=foo");
    expect(view).toMatchObject({ metric: "nc1.ratio", zoom: null, seed: null, depths: [2], smoothing: 0, lines: [], x: "step" });
  });
});

describe("runs that are shown", () => {
  const rows = [0, 1].flatMap((seed) => [8, 2].map((depth) => aRow({ seed, depth }, { "train/loss": 1 })));
  test("are the first seed at all depths, shallow first", () => {
    expect(shownRuns(rows, { runs: null, seed: null, depths: null }).map((row) => [row.config.seed, row.config.depth])).toEqual([
      [0, 2],
      [0, 8],
    ]);
  });
  test("are what was chosen", () => {
    expect(shownRuns(rows, { runs: null, seed: "all", depths: [8] })).toHaveLength(2);
    expect(shownRuns(rows, { runs: [rows[1]?.ordinal ?? -1], seed: "all", depths: null })).toEqual([rows[1]]);
    expect(shownRuns(rows, { runs: null, seed: 99, depths: null })).toHaveLength(2);
  });
  test("the geometry is of the deepest that has begun", () => {
    expect(geometryRun(rows, null)?.config).toMatchObject({ depth: 8, seed: 0 });
    expect(geometryRun([], null)).toBeNull();
  });
});

describe("runEpoch", () => {
  const batch = (size: number) => ({ training: trainingConfig.parse({ batch: size }) });
  test("is 1 for full batches, and follows from the data set otherwise: whole batches alone, as the trainer has it", () => {
    expect(runEpoch(aRow({}, {}))).toBe(1);
    expect(runEpoch(aRow(batch(30), {}))).toBe(3);
    const mini = { id: "fashion-mnist-mini", trainPerClass: null, testPerClass: null } as const;
    expect(runEpoch(aRow({ dataset: mini, ...batch(128) }, {}))).toBe(15);
    expect(runEpoch(aRow({ dataset: { ...mini, id: "emnist-letters" }, ...batch(1000) }, {}))).toBe(124);
  });
  test("is that of the data where a run has begun, and not known before where only they tell", () => {
    const own = { id: "image-folder", folder: "birds", size: 32, trainPerClass: 100, testPerClass: null } as const;
    const row = aRow({ dataset: own, ...batch(64) }, {});
    expect(runEpoch(row)).toBeNull();
    expect(runEpoch({ ...row, trainSamples: 700 })).toBe(10);
    const unequal = { id: "mnist", trainPerClass: 100, testPerClass: null, imbalance: 0.1 } as const;
    // 100, 77, 60, 46, 36, 28, 22, 17, 13 and 10 samples.
    expect(runEpoch(aRow({ dataset: unequal, ...batch(64) }, {}))).toBe(6);
  });
});
