import { describe, expect, test } from "vitest";
import { decayParts, isDecoupled } from "../../../../contract/config/decayParts.ts";
import { countGrid, expandGrid, experimentConfig } from "../../../../contract/config/experimentConfig.ts";
import { gridOfRun } from "../../../../contract/config/gridOfRun.ts";
import { hiddenMatrices } from "../../../../contract/config/hiddenMatrices.ts";
import { optimizerNamer } from "../../../../contract/config/optimizerLabel.ts";
import { regularizer } from "../../../../contract/config/regularizer.ts";
import { type RunConfig, runConfig } from "../../../../contract/config/runConfig.ts";
import { trainingConfig } from "../../../../contract/config/trainingConfig.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const base = presets[0].config;
const shares = [0, 0.25, 1];
const compared = experimentConfig.parse({
  ...base,
  seeds: [0, 1],
  optimizers: [
    ...shares.map((share) => ({ name: "adam", share })),
    { name: "sgd", learningRate: 0.1 },
    { name: "sgd", learningRate: 0.2 },
    { name: "muon", learningRate: 0.02 },
  ],
});
const problems = (config: object) => {
  const { error } = experimentConfig.safeParse({ ...base, ...config });
  return error?.issues.map(({ path, message }) => [path.join("."), message]) ?? [];
};

describe("a grid's optimizers", () => {
  test("make a run each, at their own rates or the training's, in place of the training's own", () => {
    const runs = expandGrid(compared);
    expect(runs).toHaveLength(2 * 6 * base.depths.length);
    expect(countGrid(compared)).toBe(runs.length);
    for (const run of runs) expect(runConfig.parse(run)).toEqual(run);
    const trainings = runs.filter(({ depth, seed }) => depth === base.depths[0] && seed === 0).map(({ training }) => training);
    expect(trainings.map(({ optimizer, learningRate }) => [optimizer.name, learningRate])).toEqual([
      ...shares.map(() => ["adam", base.training.learningRate]),
      ["sgd", 0.1],
      ["sgd", 0.2],
      ["muon", 0.02],
    ]);
    for (const run of runs) expect(expandGrid(gridOfRun(run))).toEqual([run]);
  });

  test("absent, are the training's alone: an earlier config makes the runs that it made", () => {
    const parsed = experimentConfig.parse(base);
    expect(parsed).toEqual(base);
    expect("optimizers" in parsed).toBe(false);
    for (const { training } of expandGrid(parsed)) expect(training).toEqual(base.training);
    expect(JSON.stringify(trainingConfig.parse({}).optimizer)).toBe('{"name":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8}');
  });

  test("are each there once, however written", () => {
    expect(
      problems({ optimizers: [{ name: "adam" }, { name: "adam", share: 1, learningRate: base.training.learningRate }] }),
    ).toEqual([["optimizers.1", "this optimizer is there twice: a share of 1 and the training's rate need not be said"]]);
    expect(problems({ optimizers: [] })).toEqual([["optimizers", "choose at least one optimizer"]]);
    expect(problems({ optimizers: [{ name: "adam", share: 1.5 }] })).toEqual([
      ["optimizers.0.share", "the coupled share must be at most 1"],
    ]);
  });

  test("of extreme numbers are refused by the bound", () => {
    const said = (optimizer: object) => problems({ optimizers: [optimizer] });
    expect(said({ name: "adam", share: 1e308 })).toEqual([["optimizers.0.share", "the coupled share must be at most 1"]]);
    expect(said({ name: "sgd", momentum: 1 })).toEqual([["optimizers.0.momentum", "the momentum must be below 1"]]);
    expect(said({ name: "signum", momentum: -1 })).toEqual([["optimizers.0.momentum", "the momentum must be at least 0"]]);
    expect(said({ name: "adam", beta2: 1 })).toEqual([["optimizers.0.beta2", "β₂ must be below 1"]]);
    expect(said({ name: "muon", epsilon: 0 })).toEqual([
      ["optimizers.0.epsilon", "ε must be above 0: it keeps Adam from dividing by 0"],
    ]);
    const schedule = { name: "step", at: [2], factor: 10 };
    expect(problems({ training: { ...base.training, schedule } })).toEqual([
      ["training.schedule.at.0", "a fraction of the training must be below 1"],
      ["training.schedule.factor", "the factor must be at most 1: the rate falls"],
    ]);
  });

  test("have no share where the family of the regularizer is decoupled already", () => {
    const regularizers = [{ family: "weights" }, { family: "adamw" }];
    expect(problems({ regularizers })).toEqual([]);
    for (const optimizer of [
      { optimizers: [{ name: "sgd" }, { name: "sgd", share: 0 }] },
      { training: { ...base.training, optimizer: { name: "adam", share: 1 } } },
    ])
      expect(problems({ regularizers, ...optimizer })).toEqual([
        ["regularizers.1", expect.stringContaining('choose the family "weights" with a share of 0')],
      ]);
  });

  test("are named by what they differ in", () => {
    const trainings = expandGrid({ ...compared, depths: [2], seeds: [0] }).map(({ training }) => training);
    expect(trainings.map(optimizerNamer(trainings))).toEqual([
      ...["AdamW", "Adam c=0.25", "Adam", "SGD, rate 0.1", "SGD, rate 0.2", "Muon"],
    ]);
  });
});

describe("the decay", () => {
  const run = (optimizer: object, given: object): RunConfig => ({
    ...(expandGrid(base)[0] as RunConfig),
    depth: 4,
    regularizer: regularizer.parse(given),
    training: trainingConfig.parse({ optimizer }),
  });
  const split = { family: "weights", objective: "split", scaling: "inverse-depth", lambda: 0.4, headLambda: 0.2 };

  test("is shared between the gradient and the update, each matrix by its own λ", () => {
    expect(decayParts(run({ name: "adam", share: 0.25 }, split))).toMatchObject({
      coupled: { head: 0.05, hidden: 0.025 },
      decoupled: { head: 0.15000000000000002, hidden: 0.07500000000000001 },
    });
    expect(decayParts(run({ name: "sgd" }, split))).toMatchObject({
      coupled: { head: 0.2, hidden: 0.1 },
      decoupled: { head: 0, hidden: 0 },
    });
    expect(decayParts(run({ name: "sgd" }, { family: "adamw", lambda: 0.3 }))).toMatchObject({
      coupled: { head: 0, hidden: 0 },
      decoupled: { head: 0.3, hidden: 0.3 },
    });
  });

  test.each<[string, object, object, boolean]>([
    ["all of it coupled", { name: "muon" }, split, false],
    ["a share of it", { name: "muon", share: 0.99 }, split, true],
    ["none there is", { name: "adam", share: 0 }, { family: "none" }, false],
    ["a ridge of 0", { name: "adam", share: 0 }, { family: "weights", lambda: 0 }, false],
    ["the earlier family", { name: "adam" }, { family: "adamw" }, true],
  ])("is decoupled or not: %s", (_, optimizer, given, expected) => {
    expect(isDecoupled(run(optimizer, given))).toBe(expected);
  });
});

test("hidden matrices are counted as the networks have them", () => {
  const of = (change: Partial<RunConfig>) =>
    hiddenMatrices({ ...(expandGrid(base)[0] as RunConfig), definition: 2, depth: 4, width: 8, ...change }, 5)
      .filter(({ count }) => count > 0)
      .map(({ rows, columns, count }) => `${count}× ${rows}×${columns}`);
  expect(of({ architecture: "rn1" })).toEqual(["3× 8×8"]);
  expect(of({ architecture: "rn2" })).toEqual(["6× 8×8"]);
  expect(of({ architecture: "conv" })).toEqual(["3× 8×72"]);
  expect(of({ architecture: "t11", heads: 2 })).toEqual(["8× 8×16", "4× 8×8"]);
  expect(of({ architecture: "t22" })).toEqual(["24× 8×8"]);
  expect(of({ architecture: "mlp", widths: [9, 7, 4, 8] })).toEqual(["1× 9×5", "1× 7×9", "1× 4×7", "1× 8×4"]);
  expect(of({ architecture: "ufm", depth: 1 })).toEqual([]);
});
