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
