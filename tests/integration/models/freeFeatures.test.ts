import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../workers/measure/featureReader.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { makeTrainer } from "../../../workers/training/train.ts";
import { eventsAlone } from "../../support/builders/eventsAlone.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";

type Overrides = Parameters<typeof smallRun>[0];

const dataset = { id: "gaussian-clusters", classes: 4, dimension: 3, trainPerClass: 25, testPerClass: 5 };
const training = { steps: 1500, learningRate: 0.05, optimizer: { name: "adam", beta2: 0.99 } };

const freeRun = (overrides: Overrides) =>
  smallRun({
    dataset,
    architecture: "ufm",
    depth: 1,
    width: 8,
    training,
    measuring: { name: "every", steps: 500 },
    ...overrides,
  });

/** The events of a run from its beginning to its end. */
const eventsOf = (overrides: Overrides): Promise<RunEvent[]> => eventsAlone(freeRun(overrides));

const ridge = { family: "features", lambdaW: 0.05, lambdaH: 0.002 };
const sphere = { family: "weights", lambda: 0.02 };
const optima = [
  { name: "MSE, ridge, no bias", loss: "mse", headBias: false, regularizer: ridge },
  { name: "MSE, ridge, free bias", loss: "mse", headBias: true, regularizer: ridge },
  { name: "MSE, ridge, bias with a ridge", loss: "mse", headBias: true, regularizer: { ...ridge, lambdaB: 0.3 } },
  { name: "MSE, ridge so strong that nothing is left", loss: "mse", headBias: false, regularizer: { ...ridge, lambdaH: 0.06 } },
  { name: "CE, ridge, no bias", loss: "ce", headBias: false, regularizer: ridge },
  { name: "CE, ridge, free bias", loss: "ce", headBias: true, regularizer: ridge },
  { name: "CE, sphere", loss: "ce", headBias: false, regularizer: sphere },
  { name: "MSE, sphere, no bias", loss: "mse", headBias: false, regularizer: sphere },
  { name: "MSE, sphere, free bias", loss: "mse", headBias: true, regularizer: sphere },
  { name: "smoothing, sphere", loss: "ce", smoothing: 0.1, headBias: true, regularizer: sphere },
  { name: "smoothing, ridge", loss: "ce", smoothing: 0.1, headBias: false, regularizer: ridge },
  {
    name: "smoothing and ridge so strong that nothing is left",
    loss: "ce",
    smoothing: 0.8,
    headBias: false,
    regularizer: { ...ridge, lambdaH: 0.01 },
  },
  { name: "focal loss, sphere", loss: "focal", gamma: 2, headBias: false, regularizer: sphere },
  { name: "focal loss, ridge", loss: "focal", gamma: 2, headBias: false, regularizer: ridge },
  { name: "temperature", loss: "ce", headBias: false, regularizer: sphere, classifier: { name: "normalized", temperature: 6 } },
  {
    name: "temperature, MSE",
    loss: "mse",
    headBias: true,
    regularizer: sphere,
    classifier: { name: "normalized", temperature: 2 },
  },
  {
    name: "temperature, unit rows",
    loss: "ce",
    headBias: false,
    regularizer: sphere,
    classifier: { name: "normalized", temperature: 3, unitRows: true },
  },
  {
    name: "unit rows without any ridge",
    loss: "ce",
    headBias: true,
    regularizer: { family: "none" },
    classifier: { name: "normalized", temperature: 2, unitRows: true },
  },
  { name: "fixed simplex, sphere", loss: "ce", headBias: false, regularizer: sphere, classifier: { name: "fixed-simplex" } },
  {
    name: "fixed simplex, focal",
    loss: "focal",
    gamma: 1,
    headBias: false,
    regularizer: { family: "none" },
    classifier: { name: "fixed-simplex" },
  },
  { name: "fixed simplex, ridge", loss: "ce", headBias: false, regularizer: ridge, classifier: { name: "fixed-simplex" } },
  {
    name: "fixed simplex, ridge, smoothing",
    loss: "ce",
    smoothing: 0.2,
    headBias: false,
    regularizer: ridge,
    classifier: { name: "fixed-simplex" },
  },
  { name: "fixed simplex, ridge, MSE", loss: "mse", headBias: false, regularizer: ridge, classifier: { name: "fixed-simplex" } },
  { name: "dot regression, ridge", loss: "dot-regression", headBias: false, regularizer: ridge },
  {
    name: "CE, sphere, split objective",
    loss: "ce",
    headBias: false,
    regularizer: { ...sphere, objective: "split", headLambda: 0.01 },
  },
];

describe("free features", () => {
  test.each(optima)("reach L* from above: $name", async ({ name: _, ...overrides }) => {
    const events = await eventsOf(overrides);
    const started = events.find((event) => event.kind === "started");
    expect(started?.optimum.method).not.toBe("none");
    const optimum = started?.optimum.loss as number;
    const measured = events.filter((event) => event.kind === "measurement");
    const losses = measured.map(({ values }) => values["train/loss"]);
    for (const loss of losses) expect(loss / optimum - 1).toBeGreaterThan(-1e-6);
    expect(losses[0] / optimum - 1).toBeGreaterThan(0.1);
    expect((losses.at(-1) as number) / optimum - 1).toBeLessThan(1e-4);
  });

  const alone = { family: "features", lambdaW: 0.01, lambdaH: 0.01, lambdaHidden: 0.01 };
  const few = (classes: number, trainPerClass: number) => ({
    id: "gaussian-clusters",
    classes,
    dimension: 3,
    trainPerClass,
    testPerClass: 1,
  });
  const deep = [
    { name: "two layers of one λ", depth: 2, dataset: few(3, 4), regularizer: alone, expected: 0.0702804163 },
    {
      name: "three layers, each with its λ",
      ...{ depth: 3, dataset: few(4, 3), expected: 0.0697779511 },
      regularizer: { ...alone, lambdaHidden: [0.02, 0.005], lambdaH: 0.002 },
    },
    {
      name: "two layers, free bias",
      depth: 2,
      dataset: few(3, 4),
      headBias: true,
      regularizer: alone,
      expected: 0.0702804163 * (2 / 3),
    },
  ];
  test.each(deep)("under linear layers reach L* from above to 1e-6: $name", async ({ name: _, expected, ...given }) => {
    const events = await eventsOf({
      ...{ architecture: "dufm", activation: "linear", loss: "mse", headBias: false, width: 5, ...given },
      training: { ...training, steps: 4000, learningRate: 0.02 },
    });
    const started = events.find((event) => event.kind === "started");
    expect(started?.optimum).toMatchObject({ method: "closed-form", loss: expect.closeTo(expected, 9) });
    const optimum = started?.optimum.loss as number;
    const measured = events.filter((event) => event.kind === "measurement");
    const losses = measured.map(({ values }) => values["train/loss"]);
    for (const loss of losses) expect(loss / optimum - 1).toBeGreaterThan(-1e-7); // the rounding of float32 outputs
    expect(losses[0] / optimum - 1).toBeGreaterThan(0.1);
    expect((losses.at(-1) as number) / optimum - 1).toBeLessThan(1e-6);
    const last = measured.at(-1);
    const rank = given.dataset.classes - (given.headBias ? 1 : 0);
    expect(last?.values["train/gap.total"]).toBeLessThan(1e-6);
    expect([last?.values["train/solution.rank"], last?.values["train/product.rank"]]).toEqual([rank, rank]);
    expect(last?.values["train/distance.procrustes"]).toBeLessThan(1e-2);
    expect(last?.missing["train/gap.representation"]).toContain("every layer");
    for (let l = 1; l <= given.depth; l++) expect(last?.values[`train/nc1.ratio@${l}`], `layer ${l}`).toBeLessThan(1e-6);
    expect(last?.values[`train/nc3.cosine@${given.depth}`]).toBeLessThan(1e-5);
  });

  test("under ReLU layers have no L*, and say why; every layer is measured", async () => {
    const events = await eventsOf({
      ...{ architecture: "dufm", activation: "relu", depth: 3, loss: "mse", headBias: false, regularizer: alone },
      training: { ...training, steps: 20 },
    });
    const started = events.find((event) => event.kind === "started");
    expect(started?.optimum).toMatchObject({ method: "none", reason: expect.stringContaining("lower rank") });
    const last = events.filter((event) => event.kind === "measurement").at(-1);
    for (const metric of ["nc1.ratio@1", "nc1.ratio@2", "nc1.ratio@3", "nc2.frame@2", "nc3.cosine@3"])
      expect(last?.values, metric).toHaveProperty([`train/${metric}`]);
    expect(last?.values["train/loss"]).toBeCloseTo(
      ["fit", "ridge.head", "ridge.hidden", "ridge.features"].reduce(
        (sum, term) => sum + (last?.values[`train/${term}`] as number),
        0,
      ),
      12,
    );
    expect(last?.missing["train/gap.total"]).toContain("lower rank");
  });

  test("under dot regression on the sphere fall to L* = 0, which no gap is relative to; W is where it was", async () => {
    const config = freeRun({ loss: "dot-regression", regularizer: sphere });
    const events = await eventsAlone(config);
    expect(events.find((event) => event.kind === "started")?.optimum).toMatchObject({ loss: 0, geometry: "simplex", scale: 1 });
    const measured = events.filter((event) => event.kind === "measurement");
    const last = measured.at(-1);
    expect(measured[0]?.values["train/fit"]).toBeGreaterThan(0.5);
    expect(last?.values["train/fit"]).toBeLessThan(1e-6);
    expect(last?.missing["train/gap.total"]).toBe("L* is 0: the loss itself is the gap.");
    // A fit of f is an angle whose 1 − cos is √(2f/√d): the distance is its root.
    expect(last?.values["train/distance.procrustes"]).toBeLessThan(0.03);
    for (const { values } of measured) expect(values["train/nc2.frame@1"]).toBeLessThan(1e-6);
    expect(last?.values["train/ridge.head"]).toBe(0);
  });

  test("have no test set, and say so; everything else is measured", async () => {
    const events = await eventsOf({ loss: "mse", regularizer: ridge, training: { ...training, steps: 2 } });
    const measured = events.filter((event) => event.kind === "measurement");
    expect(measured.length).toBe(2);
    for (const { values, missing } of measured) {
      expect(Object.keys(values).filter((key) => key.startsWith("test/"))).toEqual([]);
      expect(missing["test/accuracy"]).toBe("free features have no test set");
      expect(missing["test/nc1.ratio@1"]).toBe("free features have no test set");
      expect(values["train/nc1.ratio@1"]).toBeGreaterThan(0);
      expect(values["train/gap.total"]).toBeCloseTo(values["train/gap.head"] + values["train/gap.representation"], 6);
      expect(Object.keys(values).filter((key) => key.includes("@") && !key.endsWith("@1"))).toEqual([]);
    }
    expect(events.at(-1)?.kind).toBe("finished");
  });

  test("are the columns of H, in the order of the training samples", async () => {
    const config = freeRun({ regularizer: ridge });
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    const [h, head] = network.parameters;
    expect([h, head]).toMatchObject([
      { name: "H", shape: [8, 100], penalty: "features", deviation: 1 },
      { name: "W1", shape: [4, 8], penalty: "head" },
    ]);
    const parameters = initializeParameters(network.parameters, 1);
    const reader = await makeFeatureReader(await createEngine({ device: "cpu" }), network, [data.train]);
    let seen = 0;
    for await (const chunk of reader.read(data.train, { parameters })) {
      for (let i = 0; i < chunk.count; i++, seen++)
        for (let j = 0; j < 8; j++) expect(chunk.features[0][i * 8 + j]).toBe(parameters[j * 100 + seen]);
    }
    expect(seen).toBe(100);
    await reader.dispose();
  });

  test("are refused in batches", async () => {
    const config = freeRun({ training: { ...training, batch: 50 } });
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    const state = { parameters: initializeParameters(network.parameters, 1) };
    const engine = await createEngine({ device: "cpu" });
    await expect(makeTrainer(engine, config, network, data, state)).rejects.toThrow("train on the full batch");
  });
});
