import { describe, expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { makeObserver, type Observation } from "../../../workers/measure/observer.ts";
import { makePackSums } from "../../../workers/measure/packSums.ts";
import { runOptimum } from "../../../workers/measure/runOptimum.ts";
import { SharedMeasuring } from "../../../workers/measure/sharedMeasuring.ts";
import { makePackTrainer, type PackMember } from "../../../workers/training/packTrainer.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { imageRun, textRun } from "../../unit/workers/data/tokenData.ts";
import { threeMembers } from "../../unit/workers/pack/members.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

type Run = Parameters<typeof threeMembers>[0];
type Overrides = Parameters<typeof smallRun>[0];
const onVectors = (overrides: Overrides): Run => {
  const config = smallRun(overrides);
  return { config, data: dataOf(config) };
};
const slack = { family: "slack", lambda: 0.02, rho: 0.3 };
const runs: [name: string, run: Run][] = [
  ["RN1, slack", onVectors({ regularizer: slack })],
  ["RN2, squared error, bias", onVectors({ architecture: "rn2", normalization: "pre-ln", loss: "mse", headBias: true })],
  [
    "free features",
    onVectors({ architecture: "ufm", depth: 1, regularizer: { family: "features", lambdaW: 0.03, lambdaH: 0.002 } }),
  ],
  [
    "200 classes",
    onVectors({
      width: 12,
      depth: 2,
      dataset: { id: "gaussian-clusters", classes: 200, dimension: 24, trainPerClass: 2, testPerClass: 1 },
    }),
  ],
  [
    "200 classes, of which a chosen few are pictured",
    onVectors({
      width: 12,
      depth: 2,
      dataset: { id: "gaussian-clusters", classes: 200, dimension: 24, trainPerClass: 2, testPerClass: 1 },
      measuring: { name: "log", pictured: [199, 3, 17] },
    }),
  ],
  ["T12 on images", imageRun({ architecture: "t12", heads: 2 })],
  ["T21 on texts", textRun({ architecture: "t21", loss: "mse" })],
  [
    "MLP of widths above and below the classes",
    onVectors({ architecture: "mlp", activation: "gelu", depth: 4, widths: [9, 9, 5, 8] }),
  ],
  [
    "MLP of widths above and below 7 classes",
    onVectors({
      ...{
        architecture: "mlp",
        normalization: "none",
        activation: "tanh",
        depth: 3,
        widths: [12, 9, 5],
        width: 5,
        headBias: true,
      },
      dataset: { id: "gaussian-clusters", classes: 7, dimension: 12, trainPerClass: 6, testPerClass: 4, separation: 2 },
    }),
  ],
  ["convolutional network", imageRun({ architecture: "conv", patch: undefined })],
];

const observerOf = (engine: Engine, { config, network, dataset }: PackMember, shared?: SharedMeasuring) =>
  makeObserver(engine, config, network, dataset, runOptimum(config, dataset.resolved.trainCounts), { shared, place: "host" });

/** Reasons with their rounded numbers left out. */
const withoutNumbers = (missing: Record<string, string>) =>
  Object.entries(missing).map(([key, reason]) => [key, reason.replace(/\d+(\.\d+)?e-\d+/g, "")]);

/** Every member after one update of all, by the call for all of them and by its own parameters. */
async function observeAll(engine: Engine, members: PackMember[], change?: (parameters: Float32Array) => void) {
  const trainer = await makePackTrainer(engine, members);
  await trainer.advance();
  if (change) {
    const { parameters } = await trainer.step.readState();
    change(parameters);
    await trainer.step.writeState({ parameters });
  }
  const sums = makePackSums(engine, members);
  const shared = new SharedMeasuring();
  const together: (Observation | Error)[] = [];
  const alone: (Observation | Error)[] = [];
  for (const [i, member] of members.entries()) {
    const source = async () => ({ parameters: (await trainer.read(i)).parameters });
    const packed = { sums: () => sums.read(trainer.step, 1, i), source };
    together.push(await (await observerOf(engine, member, shared)).observe(1, packed).catch((error: Error) => error));
    alone.push(await (await observerOf(compiled, member)).observe(1, await source()).catch((error: Error) => error));
  }
  await sums.dispose();
  await trainer.dispose();
  return { together, alone };
}

describe.each([
  { engine: compiled, name: "compiled", tolerance: 2e-6 },
  { engine: eager, name: "eager", tolerance: 2e-5 },
])("a run of a pack is measured as it is alone, $name", ({ engine, tolerance }) => {
  test.each(runs)(
    "%s",
    async (_, run) => {
      const { together, alone } = await observeAll(engine, threeMembers(run, 5));
      for (const [i, observed] of alone.entries()) {
        const [mine, own] = [together[i], observed] as Observation[];
        expect(Object.keys(mine.values).sort()).toEqual(Object.keys(own.values).sort());
        expect(Object.keys(mine.values).length).toBeGreaterThan(15);
        for (const [key, value] of Object.entries(own.values))
          expect(Math.abs(mine.values[key] - value), `run ${i}: ${key} = ${value}`).toBeLessThan(
            tolerance * Math.max(1, Math.abs(value)),
          );
        expect(withoutNumbers(mine.missing)).toEqual(withoutNumbers(own.missing));
        expect(mine.snapshot?.labels).toEqual(own.snapshot?.labels);
        expect(mine.snapshot?.samples.length).toBe(own.snapshot?.samples.length);
      }
      // They are three different runs.
      const fits = together.map((observation) => (observation as Observation).values["train/fit"]);
      expect(new Set(fits).size).toBe(3);
    },
    120_000,
  ); // 200 classes, of three runs, in plain loops

  test("a run that is no number has diverged, and the others are what they are beside it", async () => {
    const members = () => threeMembers(onVectors({}), 5);
    const whole = (await observeAll(engine, members())).together as Observation[];
    const { together, alone } = await observeAll(engine, members(), (parameters) => {
      const size = parameters.length / 3;
      parameters[size] = Number.NaN;
    });
    expect((together[1] as Error).message).toBe("The loss over the training set is NaN at step 1.");
    expect((alone[1] as Error).message).toBe("The loss over the training set is NaN at step 1.");
    for (const i of [0, 2]) expect((together[i] as Observation).values).toEqual(whole[i].values);
  });
});

test("a pack makes one call for all that are due, and none for a state that it has read", async () => {
  let calls = 0;
  const counting: Engine = {
    ...compiled,
    compileFunction: async (definition, pack) => {
      const made = await compiled.compileFunction(definition, pack);
      return {
        ...made,
        run: (inputs, state) => {
          calls++;
          return made.run(inputs, state);
        },
      };
    },
  };
  const members = threeMembers(onVectors({}), 5);
  const trainer = await makePackTrainer(compiled, members);
  const sums = makePackSums(counting, members);
  const before = await Promise.all([0, 1, 2].map((place) => sums.read(trainer.step, 0, place)));
  expect(calls).toBe(1);
  await trainer.advance();
  const after = await sums.read(trainer.step, 1, 2);
  expect(calls).toBe(2);
  expect(after?.onTrain.fit).not.toBe(before[2]?.onTrain.fit);
  expect(before[2]?.onTrain.samples).toBe(18);
  await sums.dispose();
  await trainer.dispose();
});
