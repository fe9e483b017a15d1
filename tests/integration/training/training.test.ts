import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { type TrainingConfig, trainingConfig } from "../../../contract/config/trainingConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { makeBatches, oneHot } from "../../../workers/training/batches.ts";
import { learningRateAt } from "../../../workers/training/schedule.ts";
import { makeTrainer, type TrainingState } from "../../../workers/training/train.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

/** Trains from `from` (with `state`) to `to`, or to the end. */
async function trainRun(engine: Engine, config: RunConfig, options: { from?: number; to?: number; state?: TrainingState } = {}) {
  const data = dataOf(config);
  const network = defineNetwork(config, data);
  const state = options.state ?? { parameters: initializeParameters(network.parameters, config.seed) };
  const trainer = await makeTrainer(engine, config, network, data, state);
  const fits: number[] = [];
  for await (const done of trainer.train(options.from ?? 0)) {
    fits.push(done.fit);
    if (done.step === options.to) break;
  }
  const end = await trainer.step.readState();
  await trainer.dispose();
  return { fits, state: end };
}

const adam = { name: "adam" };
const sgd = { name: "sgd", momentum: 0.9 };
const weights = { family: "weights", lambda: 0.01 };

describe("optimizers", () => {
  test.each([
    { name: "Adam", optimizer: adam, regularizer: weights },
    { name: "SGD with momentum", optimizer: sgd, regularizer: weights },
    { name: "AdamW", optimizer: adam, regularizer: { family: "adamw", lambda: 0.1 } },
    { name: "SGD with decoupled decay", optimizer: sgd, regularizer: { family: "adamw", lambda: 0.1 } },
    { name: "Adam without decay", optimizer: adam, regularizer: { family: "none" } },
    { name: "SGDW", optimizer: { ...sgd, share: 0 }, regularizer: weights },
    { name: "Signum", optimizer: { name: "signum" }, regularizer: weights },
    { name: "Muon", optimizer: { name: "muon", share: 0.5 }, regularizer: weights },
    { name: "Adam on batches", optimizer: adam, regularizer: weights, batch: 5 },
  ])(
    "$name: 20 steps agree between eager and compiled, and the loss falls",
    async ({ optimizer, regularizer, batch = "full" }) => {
      const config = smallRun({ regularizer, training: { steps: 20, learningRate: 0.01, optimizer, batch } });
      const [a, b] = [await trainRun(compiled, config), await trainRun(eager, config)];
      a.fits.forEach((fit, i) => {
        expect(Math.abs(fit - b.fits[i])).toBeLessThan(1e-5);
      });
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(a.fits.slice(-5))).toBeLessThan(mean(a.fits.slice(0, 5)));
    },
  );

  test("Adam is Kingma and Ba's, with decay in the gradient; AdamW's decay is separate", async () => {
    for (const family of ["weights", "adamw"] as const) {
      const config = smallRun({
        regularizer: { family, lambda: 0.1 },
        training: { steps: 1, learningRate: 0.01, schedule: { name: "constant" } },
      });
      const { parameters: specs } = defineNetwork(config, dataOf(config));
      const before = initializeParameters(specs, config.seed);
      const after = (await trainRun(compiled, config)).state;
      // After one step m̂ = g and v̂ = g², so that each parameter moves by rate · sign(g) where g ≠ 0.
      const decays = specs.flatMap(({ shape, penalty }) =>
        new Array<number>(shape[0] * shape[1]).fill(family === "adamw" && penalty !== "free" ? 0.1 : 0),
      );
      expect(decays).toHaveLength(208);
      const sloping = decays.flatMap((decay, at) => (Math.abs(after.m[at]) > 1e-4 ? [{ decay, at }] : []));
      // Of 208 parameters.
      expect(sloping.length).toBeGreaterThan(200);
      for (const { decay, at } of sloping)
        expect(Math.abs(after.parameters[at] - before[at] + 0.01 * decay * before[at])).toBeCloseTo(0.01, 5);
    }
  });
});

describe("the loop", () => {
  test("the same seed gives the same curve, bit by bit", async () => {
    const config = smallRun({ training: { batch: 5 } });
    expect((await trainRun(compiled, config)).fits).toEqual((await trainRun(compiled, config)).fits);
  });

  test.each([adam, { ...sgd, share: 0 }, { name: "signum", share: 0.5 }, { name: "muon", share: 0.5 }])(
    "on batches, interrupted and resumed is the uninterrupted run: $name",
    async (optimizer) => {
      const config = smallRun({ training: { steps: 20, batch: 5, optimizer } });
      const whole = await trainRun(compiled, config);
      const first = await trainRun(compiled, config, { to: 7 });
      const second = await trainRun(compiled, config, { from: 7, state: first.state });
      expect([...first.fits, ...second.fits]).toEqual(whole.fits);
      expect(second.state).toEqual(whole.state);
    },
  );

  describe("several updates a call", () => {
    /** Where the calls end, the fits there, and the last state. */
    async function trainTo(config: RunConfig, upTo?: (update: number) => number) {
      const data = dataOf(config);
      const network = defineNetwork(config, data);
      const state = { parameters: initializeParameters(network.parameters, config.seed) };
      const trainer = await makeTrainer(compiled, config, network, data, state);
      const fits = new Map<number, number>();
      let updates = 0;
      let failure: Failure | null = null;
      try {
        for await (const done of trainer.train(0, upTo)) {
          fits.set(done.step, done.fit);
          updates += done.updates;
          expect(updates).toBe(done.step);
        }
      } catch (error) {
        failure = error as Failure;
      }
      const end = await trainer.step.readState();
      await trainer.dispose();
      return { fits, updates, failure, end };
    }
    const tenth = (update: number) => 10 * Math.ceil(update / 10);
    const few = {
      dataset: { id: "random-labels", classes: 2, dimension: 2, trainPerClass: 2, testPerClass: 2 },
      depth: 2,
      width: 4,
    };

    test.each(["full", 2])("batch %s: stop where they are asked to, and give the same numbers", async (batch) => {
      const config = smallRun({ ...few, training: { steps: 4000, learningRate: 0.001, batch } });
      const [single, several] = [await trainTo(config), await trainTo(config, tenth)];
      expect([single.fits.size, several.updates, several.failure]).toEqual([4000, 4000, null]);
      expect(several.fits.size).toBeLessThan(4000);
      for (let step = 10; step <= 4000; step += 10) expect(several.fits.has(step)).toBe(true);
      for (const [step, fit] of several.fits) expect(fit).toBe(single.fits.get(step));
      expect(several.end).toEqual(single.end);
    });

    test("a loss that is not finite ends them at the same step, in the state from before it", async () => {
      const training = { steps: 8000, learningRate: 0.9, optimizer: sgd, schedule: { name: "constant" } };
      const config = smallRun({ ...few, loss: "mse", regularizer: { family: "weights", lambda: 4.25 }, training });
      const [single, several] = [await trainTo(config), await trainTo(config, tenth)];
      expect(single.failure?.code).toBe("DIVERGED");
      expect(single.updates).toBeGreaterThan(100);
      expect(several.failure?.message).toBe(single.failure?.message);
      expect(several.updates).toBe(single.updates);
      expect(several.fits.size).toBeLessThan(single.fits.size);
      const before = await trainTo({ ...config, training: { ...config.training, steps: single.updates } });
      expect(several.end).toEqual(before.end);
    });
  });

  test("a non-finite loss ends as DIVERGED and names its step", async () => {
    const config = smallRun({
      loss: "mse",
      training: { steps: 500, learningRate: 10, optimizer: sgd, schedule: { name: "constant" } },
    });
    const error = await trainRun(compiled, config).catch((caught) => caught);
    expect(error).toBeInstanceOf(Failure);
    expect(error.code).toBe("DIVERGED");
    expect(error.message).toMatch(/The loss is (NaN|Infinity) at step \d+/);
  });
});

describe("batches", () => {
  const set = dataOf(smallRun()).train;

  test("each epoch is another order of the samples, each at most once; the rest is dropped", () => {
    const batches = makeBatches(set, 3, 5, 0);
    expect(batches.perEpoch).toBe(3);
    const epoch = (n: number) =>
      [1, 2, 3].flatMap((k) => {
        const { x, y } = batches.at(3 * n + k);
        return Array.from({ length: 5 }, (_, i) =>
          [...x.subarray(i * 4, i * 4 + 4), [0, 1, 2].findIndex((c) => y[c * 5 + i] === 1)].join(),
        );
      });
    const known = new Set(
      Array.from({ length: set.count }, (_, i) => [...set.inputs.subarray(i * 4, i * 4 + 4), set.labels[i]].join()),
    );
    for (const n of [0, 1]) {
      expect(new Set(epoch(n)).size).toBe(15);
      for (const sample of epoch(n)) expect(known.has(sample)).toBe(true);
    }
    expect(epoch(0)).not.toEqual(epoch(1));
    expect(epoch(1)).toEqual(epoch(1));
  });

  test("a batch above the training set is refused with both numbers", () => {
    expect(() => makeBatches(set, 3, 19, 0)).toThrow("The batch size 19 is above the 18 training samples");
  });

  test("one-hot labels are columns", () => {
    expect([...oneHot([2, 0], 3)]).toEqual([0, 1, 0, 0, 1, 0]);
  });
});

describe("learning rate", () => {
  const rates = (training: Partial<TrainingConfig>, updates: number[]) => {
    const config = trainingConfig.parse({ learningRate: 1, steps: 100, ...training });
    return updates.map((update) => learningRateAt(config, update));
  };
  test("constant, step, cosine, warm-up", () => {
    expect(rates({ schedule: { name: "constant" } }, [1, 100])).toEqual([1, 1]);
    expect(rates({ schedule: { name: "step", at: [0.5, 0.75], factor: 0.1 } }, [50, 51, 76])).toEqual([1, 0.1, 0.1 ** 2]);
    const [first, half, last] = rates({ schedule: { name: "cosine", floor: 0.2 } }, [1, 51, 100]);
    expect(first).toBe(1);
    expect(half).toBeCloseTo(0.6, 12);
    expect(last).toBeCloseTo(0.2, 3);
    expect(rates({ schedule: { name: "constant" }, warmupSteps: 4 }, [1, 2, 4, 5])).toEqual([0.25, 0.5, 1, 1]);
  });
});
