import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import type { Engine } from "../../../../workers/engine/engine.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../../workers/models/parameterLayout.ts";
import { makePackTrainer, type PackMember } from "../../../../workers/training/packTrainer.ts";
import { makeTrainer } from "../../../../workers/training/train.ts";
import { dataOf, smallRun } from "../builders.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

function memberOf(config: RunConfig, step = 0): PackMember {
  const dataset = dataOf(config);
  const network = defineNetwork(config, dataset);
  return { config, network, dataset, state: { parameters: initializeParameters(network.parameters, config.seed) }, step };
}

async function alone(engine: Engine, { config, network, dataset, state, step }: PackMember) {
  const trainer = await makeTrainer(engine, config, network, dataset, state);
  const fits: number[] = [];
  for await (const { fit } of trainer.train(step)) fits.push(fit);
  const end = await trainer.step.readState();
  await trainer.dispose();
  return { fits, state: end };
}

/** The largest difference of two lists, each entry's relative to its size (or to 1). */
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]) / Math.max(Math.abs(x), 1)), 0);

describe.each([
  ["compiled", compiled],
  ["eager", eager],
])("a pack, %s", (_name, engine) => {
  test.each(["full", 5] as const)("trains each run as it trains alone, batch %s", async (batch) => {
    const members = [0, 1, 2].map((i) =>
      memberOf(
        smallRun({
          seed: i,
          regularizer: { family: "weights", lambda: 0.01 * (i + 1) },
          training: { steps: 50, learningRate: 0.01 * (i + 1), batch },
        }),
      ),
    );
    const pack = await makePackTrainer(engine, members);
    const fits: Float32Array[] = [];
    for (let k = 0; k < 50; k++) fits.push((await pack.advance()).fit.slice());
    for (const [i, member] of members.entries()) {
      const single = await alone(engine, member);
      expect(Math.abs(fits[0][i] / single.fits[0] - 1)).toBeLessThan(1e-6);
      expect(Math.abs(fits[49][i] / single.fits[49] - 1)).toBeLessThan(1e-5);
      const state = await pack.read(i);
      for (const name of Object.keys(single.state)) expect(farthest(single.state[name], state[name])).toBeLessThan(1e-5);
    }
    expect(pack.steps).toEqual([50, 50, 50]);
    await pack.dispose();
  });
});

test.each(["full", 2] as const)("several updates a call give what single calls give, batch %s", async (batch) => {
  const few = {
    dataset: { id: "random-labels", classes: 2, dimension: 2, trainPerClass: 2, testPerClass: 2 },
    depth: 2,
    width: 4,
  };
  const membersFrom = (steps: number[]) =>
    steps.map((step, i) => memberOf(smallRun({ ...few, seed: i, training: { steps: 4000, learningRate: 0.001, batch } }), step));
  const train = async (most: number) => {
    const pack = await makePackTrainer(compiled, membersFrom([0, 2500, 10]));
    const fits: number[][] = [];
    let calls = 0;
    for (; Math.min(...pack.steps) < 4000; calls++) {
      const done = await pack.advance(most);
      for (const fit of done.fits) fits.push([...fit]);
      expect([...done.fit]).toEqual(fits[fits.length - 1]);
      expect(done.fits.length).toBeLessThanOrEqual(most);
      expect(pack.steps).toEqual([0, 2500, 10].map((from) => Math.min(4000, from + fits.length)));
    }
    const states = [await pack.read(0), await pack.read(1), await pack.read(2)];
    await pack.dispose();
    return { fits, states, calls };
  };
  const [single, several] = [await train(1), await train(10)];
  expect(single.calls).toBe(4000);
  expect(several.calls).toBeLessThan(4000);
  expect(several.fits).toEqual(single.fits);
  expect(several.states).toEqual(single.states);
});
