import { describe, expect, test } from "vitest";
import { compareTexts, type GridAxisId } from "../../../../../../app/result/model/grid/gridAxes.ts";
import { studyValue } from "../../../../../../app/result/model/metrics/studyMetrics.ts";
import { reachingText, smallestReaching } from "../../../../../../app/result/model/study/smallestReaching.ts";
import { lineAxes } from "../../../../../../app/result/model/study/studyAxes.ts";
import { curveLegend, type StudyCurve, studyCurves } from "../../../../../../app/result/model/study/studyCurves.ts";
import { categoriesOn, defaultStudyAxis, varyingStudyAxes } from "../../../../../../app/result/model/study/studyPlaces.ts";
import { curveSeries, optimumMarks, theoryWedges } from "../../../../../../app/result/model/study/studySeries.ts";
import { styleAmong } from "../../../../../../app/result/model/study/studyStyle.ts";
import { theorySilences } from "../../../../../../app/result/model/study/theoryText.ts";
import { optimizerConfig } from "../../../../../../contract/config/optimizerConfig.ts";
import type { Regularizer } from "../../../../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../../../../contract/config/runConfig.ts";
import type { RunStatus } from "../../../../../../contract/status.ts";
import type { RunRow } from "../../../../../../contract/wire/views.ts";
import { aConfig, aRow } from "../../../builders.ts";

/** NC1 = factor·L^slope exactly. */
const run = (
  depth: number,
  seed: number,
  slope: number,
  config: Partial<RunConfig> = {},
  status: RunStatus = "finished",
  factor = 1,
) => aRow({ depth, seed, ...config }, { [`train/nc1.ratio@${depth}`]: factor * depth ** slope }, status);
const ladder = [2, 4, 8];
const depthChoice = { metric: "nc1.ratio", split: "train", x: "depth", log: true } as const;
const overDepth = (rows: readonly RunRow[], lines: GridAxisId[] = []) => studyCurves(rows, { ...depthChoice, lines }).curves;

describe("curves over depth", () => {
  test("recover an exact power law, with the geometric mean over seeds", () => {
    const rows = ladder.flatMap((depth) => [run(depth, 0, -0.4, {}, "finished", 2), run(depth, 1, -0.4, {}, "finished", 0.5)]);
    const [curve] = overDepth(rows);
    expect(curve?.fit?.slope).toBeCloseTo(-0.4, 12);
    expect(curve?.points[0]?.mean).toBeCloseTo(2 ** -0.4, 12);
    expect(curve?.count).toBe(6);
  });
  test("make a line for each value of the split", () => {
    const rows = (["rn1", "rn2"] as const).flatMap((architecture) =>
      ladder.map((depth) => run(depth, 0, -0.3, { architecture })),
    );
    expect(overDepth(rows, ["architecture"]).map((curve) => curve.label)).toEqual(["RN1", "RN2"]);
  });
  test("prefer finished runs to running ones, and mark what is only running", () => {
    const rows = [run(2, 0, -0.5), run(2, 1, -0.5, {}, "running", 50), run(4, 0, -0.5), run(8, 0, -0.5, {}, "running", 50)];
    const [curve] = overDepth(rows);
    expect(curve?.points.map((point) => [point.x, point.unfinished, point.runs.length])).toEqual([
      [2, false, 1],
      [4, false, 1],
      [8, true, 1],
    ]);
    expect(curve?.fit?.slope).toBeCloseTo(-0.5, 12);
    expect(curveLegend(curve)).toMatch(/so far$/);
  });
  test("leave out runs that ended without a result, and count values without a place", () => {
    const rows = [run(2, 0, -0.5), run(4, 0, -0.5, {}, "diverged"), aRow({ depth: 4, seed: 1 }, { "train/nc1.ratio@4": 0 })];
    const [curve] = overDepth(rows);
    expect(studyCurves(rows, { ...depthChoice, lines: [] }).endedBadly).toBe(1);
    expect(curve?.points[1]).toMatchObject({ mean: null, omitted: 1 });
    expect(curve?.fit).toBeNull();
  });
  test("fit slopes from the chosen places alone, and say which", () => {
    const rows = [2, 4, 8, 16].map((depth) => aRow({ depth }, { [`train/nc1.ratio@${depth}`]: depth === 2 ? 9 : depth ** -0.5 }));
    const within = (fit: { from: number; to: number } | null) => studyCurves(rows, { ...depthChoice, lines: [], fit }).curves[0];
    expect(within({ from: 4, to: 16 }).fit).toMatchObject({ from: 4, to: 16, places: 3 });
    expect(within({ from: 4, to: 16 }).fit?.slope).toBeCloseTo(-0.5, 12);
    expect(within({ from: 4, to: 16 }).points.map(({ x }) => x)).toEqual([2, 4, 8, 16]);
    expect(curveLegend(within({ from: 4, to: 16 }))).toBe(
      "N = 4, slope −0.50000 ± <0.00001 (95 %: −0.50000…−0.50000; depth 4…16)",
    );
    expect(within({ from: 4, to: 8 }).fit).toMatchObject({ places: 2, standardError: null });
    expect(within({ from: 3, to: 5 }).fit).toBeNull();
    expect(within(null).fit).toMatchObject({ from: 2, to: 16 });
  });
  test("name the mean where there is one", () => {
    const rows = ladder.flatMap((depth) => [run(depth, 0, -0.4, {}, "finished", 2), run(depth, 1, -0.4, {}, "finished", 0.5)]);
    const of = (log: boolean) => studyCurves(rows, { ...depthChoice, log, lines: [] }).curves;
    expect(curveLegend(of(true)[0])).toMatch(/^geometric mean, N = 6, slope/);
    expect(curveLegend(of(false)[0])).toBe("arithmetic mean, N = 6");
    const drawn = curveSeries(of(true), [], rows, { metricLabel: "NC1", kind: "log2", places: ladder });
    expect(drawn.at(-1)).toMatchObject({ shortLabel: "NC1", notes: Array(3).fill("geometric mean of 2 runs") });
    expect(overDepth([run(2, 0, -0.4), run(4, 0, -0.4)])[0]?.mean).toBeNull();
  });
  test("have the theory's sector only where every run behind them is the theorem's", () => {
    const wedgesOf = (
      config: Partial<RunConfig>,
      choice: { metric?: "nc1.ratio" | "nc1.cdnv"; split?: "train" | "test" } = {},
    ) => {
      const { metric = "nc1.ratio", split = "train" } = choice;
      const rows = ladder.map((depth) => aRow({ depth, ...config }, { [`${split}/${metric}@${depth}`]: depth ** -0.4 }));
      return theoryWedges(studyCurves(rows, { ...depthChoice, metric, split, lines: [] }).curves, metric, split);
    };
    expect(wedgesOf({})).toMatchObject([{ slopes: [-0.5, -0.25], from: 2, to: 8, label: "theory's slopes −1/2…−1/4" }]);
    expect(wedgesOf({}, { metric: "nc1.cdnv" })).toEqual([]);
    expect(wedgesOf({}, { split: "test" })).toEqual([]);
    expect(wedgesOf({ architecture: "rn2" })).toEqual([]);
    expect(wedgesOf({ regularizer: { family: "none" } })).toEqual([]);
    // One line of RN1 and RN2 together is nobody's theorem.
    const both = ladder.flatMap((depth) => [run(depth, 0, -0.4), run(depth, 0, -0.4, { architecture: "rn2" })]);
    expect(theoryWedges(overDepth(both), "nc1.ratio", "train")).toEqual([]);
    expect(theorySilences(overDepth(both), "nc1.ratio", "train")).toEqual([
      "the theorem on RN2 assumes ridge on the weights with λ/L and a constant λ of the head (objective 11)",
    ]);
  });
});

const clusters = (changes: { noise?: number; imbalance?: number; separation?: number }): Partial<RunConfig> => ({
  dataset: {
    id: "gaussian-clusters",
    classes: 4,
    dimension: 10,
    trainPerClass: 25,
    testPerClass: 25,
    dataSeed: 0,
    separation: changes.separation ?? 3,
    imbalance: changes.imbalance ?? 1,
    ...(changes.noise === undefined ? {} : { labelNoise: { rate: changes.noise, seed: 0 } }),
  },
});
const at = (config: Partial<RunConfig>, nc1: number, more: Record<string, number> = {}) => {
  const depth = config.depth ?? 5;
  return aRow({ depth, ...config }, { [`train/nc1.ratio@${depth}`]: nc1, ...more });
};
const weights = aConfig().regularizer;
const choice = { metric: "nc1.ratio", split: "train", log: true, lines: [] } as const;

describe("curves over other axes", () => {
  test("take the first axis that varies, and give clean data its place", () => {
    const rows = [undefined, 0, 0.2, 0.4].map((noise, seed) => at({ ...clusters({ noise }), seed }, 0.1 + (noise ?? 0)));
    expect(varyingStudyAxes(rows)).toEqual(["noise"]);
    expect(defaultStudyAxis(rows)).toBe("noise");
    expect(lineAxes(rows, "noise")).toEqual([]);
    const [curve] = studyCurves(rows, { ...choice, x: "noise" }).curves;
    expect(curve?.points.map((point) => [point.x, point.runs.length])).toEqual([
      [0, 2],
      [0.2, 1],
      [0.4, 1],
    ]);
    expect(curve?.fit).toBeNull();
  });
  test("still tell data sets apart that differ in more than the noise", () => {
    const rows = [3, 5].flatMap((separation) => [0, 0.4].map((noise) => at(clusters({ noise, separation }), 0.1)));
    expect(lineAxes(rows, "noise")).toEqual(["dataset"]);
    const { curves } = studyCurves(rows, { ...choice, x: "noise", lines: ["dataset"] });
    expect(curves.map((curve) => curve.points.length)).toEqual([2, 2]);
  });
  test("fit a slope over imbalance, whose smallest value is the hardest", () => {
    const rows = [1, 0.1, 0.01].map((imbalance) => at(clusters({ imbalance }), imbalance ** -0.5));
    const [curve] = studyCurves(rows, { ...choice, x: "imbalance" }).curves;
    expect(curve?.points.map((point) => point.x)).toEqual([0.01, 0.1, 1]);
    expect(curve?.fit?.slope).toBeCloseTo(-0.5, 12);
  });
  test("make one curve of each scheme over its strength, and draw across what has none", () => {
    const ridge = (lambda: number, scaling: "constant" | "inverse-depth"): Regularizer =>
      ({ ...weights, lambda, scaling }) as Regularizer;
    const rows = [
      ...[0.001, 0.01].flatMap((lambda) =>
        (["constant", "inverse-depth"] as const).map((scaling) => at({ regularizer: ridge(lambda, scaling) }, 0.1)),
      ),
      at({ regularizer: { family: "none" } }, 0.9),
    ];
    expect(varyingStudyAxes(rows)).toEqual(["lambda", "regularizer"]);
    const found = studyCurves(rows, { ...choice, x: "lambda", lines: ["regularizer"] });
    expect(found.curves.map((curve) => [curve.label, curve.points.map((point) => point.x)])).toEqual([
      ["constant λ", [0.001, 0.01]],
      ["λ/L", [0.001, 0.01]],
    ]);
    expect(found.baselines.map((baseline) => [baseline.label, baseline.mean])).toEqual([["no decay", expect.closeTo(0.9, 12)]]);
  });
  test("draw ρ = 0 across a logarithmic axis instead of losing it", () => {
    const slack = (rho: number): Regularizer => ({ family: "slack", lambda: 0.005, rho, frame: "simplex" });
    const rows = [0, 0.1, 10].map((rho) => at({ regularizer: slack(rho) }, 0.1 + rho));
    const found = studyCurves(rows, { ...choice, x: "rho" });
    expect(found.curves[0]?.points.map((point) => point.x)).toEqual([0.1, 10]);
    expect(found.baselines.map((baseline) => baseline.label)).toEqual(["slack λ=0.005 ρ=0"]);
  });
  test("draw free features across the depths, with their band, and give them no place on the axis", () => {
    const rows = [
      ...ladder.map((depth) => run(depth, 0, -0.5)),
      ...[0, 1].map((seed) => at({ architecture: "ufm", depth: 1, seed }, 1e-4 * (seed + 1))),
    ];
    expect(varyingStudyAxes(rows)).toEqual(["depth", "architecture"]);
    expect(defaultStudyAxis(rows)).toBe("depth");
    const found = studyCurves(rows, { ...choice, x: "depth", lines: lineAxes(rows, "depth") });
    expect(found.curves.map((curve) => [curve.label, curve.points.map((point) => point.x)])).toEqual([["RN1", ladder]]);
    expect(found.baselines).toHaveLength(1);
    expect(found.baselines[0]).toMatchObject({ label: "UFM", mean: expect.closeTo(Math.sqrt(2) * 1e-4, 12) });
    expect(found.baselines[0]?.low).toBeLessThan(1e-4);
    const across = curveSeries(found.curves, found.baselines, rows, { metricLabel: "NC1", kind: "log2", places: ladder }).at(-1);
    expect(across).toMatchObject({ xs: [2, 8], draw: "line" });
    expect(across?.ys[0]).toBe(across?.ys[1]);
  });
});

const slack = (rho: number): Regularizer => ({ family: "slack", lambda: 0.005, rho, frame: "simplex" });
const families: Regularizer[] = [{ family: "none" }, slack(1), weights, slack(0.01), { family: "adamw", lambda: 0.005 }];

describe("curves over categories", () => {
  const rows = families.flatMap((regularizer, index) =>
    [0, 1].map((seed) => at({ regularizer, seed }, (index + 1) * (seed === 0 ? 0.5 : 2))),
  );
  test("open where families are compared, with the families in their order", () => {
    expect(varyingStudyAxes(rows)).toEqual(["rho", "regularizer"]);
    expect(defaultStudyAxis(rows)).toBe("regularizer");
    expect(categoriesOn("regularizer", rows)).toEqual([
      "λ=0.005",
      "slack λ=0.005 ρ=0.01",
      "slack λ=0.005 ρ=1",
      "AdamW λ=0.005 (control)",
      "no decay",
    ]);
    expect(lineAxes(rows, "regularizer")).toEqual([]);
  });
  test("have a mean over seeds at each place, and neither fit nor baseline", () => {
    const { curves, baselines } = studyCurves(rows, { ...choice, x: "regularizer" });
    expect(curves.map((curve) => curve.points.map(({ x, runs, mean }) => [x, runs.length, mean]))).toEqual([
      [3, 4, 2, 5, 1].map((mean, x) => [x, 2, expect.closeTo(mean, 12)]),
    ]);
    expect(curves[0]?.fit).toBeNull();
    expect(baselines).toEqual([]);
  });
  test("stand side by side in bars, with their true places in the exports", () => {
    const both = [...rows, ...rows.map((row) => at({ ...row.config, loss: "mse" }, 1))];
    const found = studyCurves(both, { ...choice, x: "regularizer", lines: ["loss"] });
    const drawing = { metricLabel: "NC1", kind: "linear", places: [0, 1, 2, 3, 4], categorical: true } as const;
    const [ce, mse] = curveSeries(found.curves, [], both, drawing).filter((one) => !one.minor);
    expect([ce?.draw, ce?.bars, ce?.trueXs]).toEqual(["dots", true, [0, 1, 2, 3, 4]]);
    expect(ce?.xs[0]).toBeCloseTo(-mse?.xs[0], 12);
    expect(ce?.xs[0]).toBeLessThan(0);
  });
  test("draw an optimum only at the categories that have one", () => {
    const optimum = {
      loss: 0.02,
      fit: 0.01,
      ridge: 0.01,
      slack: 0,
      scale: 1,
      geometry: "simplex",
      method: "closed-form",
    } as const;
    const trained = [weights, { family: "none" } as const].map((regularizer, index) => ({
      ...at({ regularizer }, 1, { "train/loss": 0.1 }),
      optimum: index === 0 ? (optimum as unknown as RunRow["optimum"]) : null,
    }));
    const { curves } = studyCurves(trained, { ...choice, metric: "loss", x: "regularizer" });
    expect(optimumMarks(curves, "loss", true)).toEqual([
      { y: 0.02, label: "L*", pieces: [{ from: expect.closeTo(-0.27, 12), to: expect.closeTo(0.27, 12), y: 0.02 }] },
    ]);
  });
  test("are not offered where one number says the same", () => {
    const ridge = [0.001, 0.01].map((lambda) => at({ regularizer: { ...weights, lambda } as Regularizer }, 1));
    expect(varyingStudyAxes(ridge)).toEqual(["lambda"]);
    const decayed = [...ridge, at({ regularizer: { family: "none" } }, 1)];
    expect(varyingStudyAxes(decayed)).toEqual(["lambda", "regularizer"]);
    expect(defaultStudyAxis(decayed)).toBe("lambda");
  });
  test("are data sets by what they differ in, architectures and losses too", () => {
    const sets = [8, 1, 2].map((separation) => at(clusters({ separation }), 1));
    const random = at({}, 1);
    expect(defaultStudyAxis(sets)).toBe("dataset");
    expect(categoriesOn("dataset", sets)).toEqual(["separation 1", "separation 2", "separation 8"]);
    expect(categoriesOn("dataset", [...sets, random])?.at(-1)).toBe("Random labels");
    const nets = (["t11", "rn1"] as const).flatMap((architecture) =>
      (["mse", "ce"] as const).map((loss) => at({ architecture, loss }, 1)),
    );
    expect(varyingStudyAxes(nets)).toEqual(["architecture", "loss"]);
    expect(categoriesOn("architecture", nets)).toEqual(["RN1", "T11 (L − 1 blocks)"]);
    expect(categoriesOn("loss", nets)).toEqual(["CE", "MSE"]);
    expect(lineAxes(nets, "architecture")).toEqual(["loss"]);
    const noisy = [0, 0.4].map((noise) => at(clusters({ noise }), 1));
    expect(varyingStudyAxes(noisy)).toEqual(["noise"]);
  });
});

describe("the study's rule of convergence", () => {
  const rows = [0, 1, 2].flatMap((seed) =>
    ladder.map((depth) =>
      at({ depth, seed }, seed === 2 ? 5 : depth ** -0.5, { "train/accuracy": seed === 2 && depth > 2 ? 0.3 : 0.99 }),
    ),
  );
  const rule = { minTrainAccuracy: 0.9 };
  test("leaves runs out of means, bands and slopes, but not out of the picture", () => {
    const found = studyCurves(rows, { ...choice, x: "depth", rule });
    const [curve] = found.curves;
    expect(curve?.points.map((point) => point.runs.length)).toEqual([3, 2, 2]);
    expect(curve?.points[1]?.mean).toBeCloseTo(0.5, 12);
    expect(curve?.dots.filter((dot) => dot.unconverged).map((dot) => dot.x)).toEqual([4, 8]);
    expect(studyCurves(rows, { ...choice, x: "depth" }).curves[0]?.points.map((point) => point.runs.length)).toEqual([3, 3, 3]);
  });
  test("is stated for each such run in the exports, with its true place", () => {
    const found = studyCurves(rows, { ...choice, x: "depth", rule });
    const drawing = { metricLabel: "NC1", kind: "log2", places: ladder, rule } as const;
    const single = curveSeries(found.curves, found.baselines, rows, drawing).find((one) => one.id.endsWith("/runs"));
    const leftOut = single?.notes?.filter((note) => note.includes("left out: training accuracy below 0.9"));
    expect(leftOut).toEqual(["seed 2, left out: training accuracy below 0.9", "seed 2, left out: training accuracy below 0.9"]);
    expect(new Set(single?.trueXs)).toEqual(new Set(ladder));
    expect(single?.hollow?.filter(Boolean)).toHaveLength(2);
  });
});

describe("the smallest width that reaches a threshold", () => {
  const rows = [8, 16, 32].flatMap((width) => [0, 1, 2].map((seed) => at({ width, seed }, (1 / width) * (seed === 2 ? 2 : 1))));
  const [curve] = studyCurves(rows, { ...choice, x: "width" }).curves;
  const found = (tau: number) => smallestReaching(curve, tau);
  test("is where the mean over seeds is at most it, with the seeds that are", () => {
    // Geometric means: 2^(1/3)/width.
    expect(found(0.1)).toMatchObject({ x: 16, seeds: 2, of: 3, nearest: null });
    expect(found(0.5)).toMatchObject({ x: 8, seeds: 3, of: 3 });
  });
  test("is the one from which on every wider one is, and names the first apart", () => {
    const uneven = [8, 16, 32, 64].map((width) => at({ width }, { 8: 0.05, 16: 0.3, 32: 0.09, 64: 0.02 }[width] as number));
    const [bumpy] = studyCurves(uneven, { ...choice, x: "width" }).curves;
    const reached = (tau: number) => smallestReaching(bumpy as StudyCurve, tau);
    expect(reached(0.1)).toMatchObject({ x: 32, first: 8, nearest: null });
    expect(reachingText(reached(0.1), "NC1", 0.1, "width d")).toBe(
      "Smallest width d that reaches NC1 ≤ 0.1 is 32 (0.0900; 1 of 1 seed at or below τ); so does 8, but not every larger one",
    );
    expect(reached(0.4)).toMatchObject({ x: 8, first: null });
    const falling = [8, 16].map((width) => at({ width }, width === 8 ? 0.05 : 0.3));
    const [lost] = studyCurves(falling, { ...choice, x: "width" }).curves;
    expect(smallestReaching(lost, 0.1)).toMatchObject({ x: null, first: 8, nearest: 8 });
  });
  test("names the mean in words", () => {
    expect(reachingText(found(0.1), "NC1", 0.1, "width d")).toBe(
      "Smallest width d that reaches NC1 ≤ 0.1 is 16 (geometric mean 0.0787; 2 of 3 seeds at or below τ)",
    );
  });
  test("names the nearest width where none is", () => {
    expect(found(0.035)).toMatchObject({ x: null, nearest: 32, seeds: 2, of: 3 });
  });
});

describe("styles of lines drawn together", () => {
  const noisy = [0, 0.1, 0.4].flatMap((noise) => [2, 8].map((depth) => aConfig({ ...clusters({ noise }), depth })));
  test("tell apart every pair of two numbers that vary", () => {
    const styleOf = styleAmong(noisy);
    expect(new Set(noisy.map((config) => `${styleOf(config).colour} ${styleOf(config).marker}`)).size).toBe(noisy.length);
  });
  test("tell data sets of another difficulty and losses apart", () => {
    const configs = (["ce", "mse"] as const).flatMap((loss) => [
      ...[8, 4, 2, 1].map((separation) => aConfig({ ...clusters({ separation }), loss })),
      aConfig({ loss }),
    ]);
    const styleOf = styleAmong(configs);
    expect(new Set(configs.map((config) => `${styleOf(config).colour} ${styleOf(config).marker}`)).size).toBe(configs.length);
  });
  const objectives: Partial<RunConfig>[] = [
    {},
    { smoothing: 0.1 },
    { loss: "mse" },
    { loss: "focal", gamma: 2 },
    { loss: "dot-regression" },
    { classifier: { name: "fixed-simplex" } },
    { classifier: { name: "linear", layers: 3 } },
    { classifier: { name: "normalized", temperature: 10, unitRows: false } },
  ];
  test("tell losses and classifiers apart by hue and by marker where the network is the same", () => {
    const configs = objectives.map((one) => aConfig(one));
    const styleOf = styleAmong(configs);
    expect(new Set(configs.map((config) => styleOf(config).colour)).size).toBe(configs.length);
    expect(new Set(configs.map((config) => styleOf(config).marker)).size).toBe(configs.length);
  });
  test.each<[string, readonly Partial<RunConfig>[]]>([
    ["depths", [2, 8, 34].map((depth) => ({ depth }))],
    ["networks", (["rn1", "rn2", "t11"] as const).map((architecture) => ({ architecture }))],
    [
      "optimizers",
      (["adam", "sgd"] as const).map((name) => ({
        training: { ...aConfig().training, optimizer: optimizerConfig.parse({ name }) },
      })),
    ],
    ["regularizers", [{}, { regularizer: { family: "none" } }]],
  ])("tell losses and classifiers apart beside several %s", (_, others) => {
    const configs = others.flatMap((other) => objectives.map((one) => aConfig({ ...other, ...one })));
    const styleOf = styleAmong(configs);
    const texts = configs.map((config) => Object.values(styleOf(config)).join(" "));
    expect(new Set(texts).size).toBe(configs.length);
  });
  test("tell families of regularizers apart by hue where the network is the same", () => {
    const family = (regularizer: Regularizer) => aConfig({ regularizer });
    const configs = [
      family(weights),
      family({ family: "features", lambdaW: 0.005, lambdaH: 1e-5, lambdaB: 0 }),
      family({ family: "slack", lambda: 0.005, rho: 0.1, frame: "simplex" }),
      family({ family: "none" }),
      family({ family: "adamw", lambda: 0.005 }),
    ];
    const styleOf = styleAmong(configs);
    expect(new Set(configs.map((config) => styleOf(config).colour)).size).toBe(5);
    expect(new Set(configs.map((config) => styleOf(config).marker)).size).toBe(5);
  });
});

describe("names among others", () => {
  test("say of data sets what they differ in", () => {
    const rows = [0, 0.4].flatMap((noise) => [2, 8].map((depth) => at({ ...clusters({ noise }), depth }, 0.1)));
    const { curves } = studyCurves(rows, { ...choice, x: "depth", lines: ["dataset"] });
    expect(curves.map((curve) => curve.label)).toEqual(["no noise", "noise 0.4"]);
    const mixed = [...rows, at({ ...clusters({ separation: 5 }), depth: 2 }, 0.1)];
    expect(studyCurves(mixed, { ...choice, x: "depth", lines: ["dataset"] }).curves.map((curve) => curve.label)).toEqual([
      "separation 3 no noise",
      "separation 3 noise 0.4",
      "separation 5 no noise",
    ]);
  });
});

describe("optimizers", () => {
  const { training } = aConfig({});
  const by = (optimizer: object, learningRate = 0.01): Partial<RunConfig> => ({
    training: { ...training, optimizer: optimizerConfig.parse(optimizer), learningRate },
  });
  const shares = [0, 0.25, 1].map((share) => by({ name: "adam", share }));
  const sgd = [0, 1].map((share) => by({ name: "sgd", share }, 0.1));
  const muon = by({ name: "muon" }, 0.02);
  const rows = [...shares, ...sgd, muon].flatMap((one) =>
    [0, 1].map((seed) => aRow({ depth: 5, seed, ...one }, { "train/nc1.ratio@5": 0.1 + seed / 100 })),
  );

  test("are a line each over the coupled share", () => {
    expect(varyingStudyAxes(rows)).toEqual(["share", "rate", "optimizer"]);
    expect(defaultStudyAxis(rows)).toBe("share");
    expect(lineAxes(rows, "share")).toEqual(["optimizer"]);
    const { curves } = studyCurves(rows, { metric: "nc1.ratio", split: "train", x: "share", lines: ["optimizer"], log: true });
    expect(curves.map((curve) => [curve.label, curve.points.map(({ x }) => x)])).toEqual([
      ["Adam", [0, 0.25, 1]],
      ["SGD", [0, 1]],
      ["Muon", [1]],
    ]);
    const styleOf = styleAmong(curves.map(({ config }) => config));
    expect(new Set(curves.map(({ config }) => styleOf(config).colour)).size).toBe(3);
    expect(new Set(curves.map(({ config }) => styleOf(config).marker)).size).toBe(3);
  });

  test("and by two strengths of the decay, two lines each that differ in dash and lightness", () => {
    const two = [0.005, 0.05].flatMap((lambda) =>
      [...shares, ...sgd].map((one) =>
        aRow({ depth: 5, regularizer: { family: "weights", lambda }, ...one } as never, { "train/nc1.ratio@5": 0.1 }),
      ),
    );
    const lines = lineAxes(two, "share");
    const { curves } = studyCurves(two, { metric: "nc1.ratio", split: "train", x: "share", lines, log: true });
    expect(curves).toHaveLength(4);
    const styleOf = styleAmong(curves.map(({ config }) => config));
    const styles = curves.map(({ config }) => styleOf(config));
    expect(new Set(styles.map(({ colour }) => colour)).size).toBe(4);
    expect(styles.map(({ dash }) => dash).sort()).toEqual(["", "", "6 3", "6 3"]);
  });

  test("are categories, the decoupled by their names", () => {
    expect(categoriesOn("optimizer", rows)).toEqual(["Adam", "Adam c=0.25", "AdamW", "SGD", "SGDW", "Muon"]);
  });

  test("have no share where there is no decay, or an earlier study says so by its family", () => {
    const earlier = families.map((regularizer) => aRow({ depth: 5, regularizer }, { "train/nc1.ratio@5": 0.1 }));
    expect(varyingStudyAxes(earlier)).not.toContain("share");
    expect(varyingStudyAxes(earlier)).not.toContain("optimizer");
  });

  test("that differ in a rate alone are told apart", () => {
    const rates = [0.01, 0.02].map((rate) => aRow({ depth: 5, ...by({ name: "sgd" }, rate) }, { "train/nc1.ratio@5": rate }));
    expect(varyingStudyAxes(rates)).toEqual(["rate"]);
    expect(categoriesOn("optimizer", rates)).toEqual(["SGD, rate 0.01", "SGD, rate 0.02"]);
  });
});

describe("order of values", () => {
  test("goes by the size of the numbers in a text", () => {
    expect(["λ=0.01", "λ=0.005", "λ=0.0025", "λ=1e-5"].sort(compareTexts)).toEqual(["λ=1e-5", "λ=0.0025", "λ=0.005", "λ=0.01"]);
    expect(["set noise 0.3", "set", "set noise 0.05"].sort(compareTexts)).toEqual(["set", "set noise 0.05", "set noise 0.3"]);
  });
});

describe("numbers that follow from what is stored", () => {
  test("add up the ridge terms", () => {
    const row = aRow({}, { "train/ridge.head": 0.01, "train/ridge.hidden": 0.02, "train/ridge.features": 0.03 });
    expect(studyValue(row, "ridge.total", "train")).toBeCloseTo(0.06, 15);
    expect(studyValue(row, "ridge.total", "test")).toBeCloseTo(0.06, 15);
    expect(studyValue(aRow({}, {}), "ridge.total", "train")).toBeNull();
  });
});
