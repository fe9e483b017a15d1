import type { Engine } from "../../../workers/engine/engine.ts";
import { makeObserver } from "../../../workers/measure/observer.ts";
import { runOptimum } from "../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { makePackTrainer, type PackMember } from "../../../workers/training/packTrainer.ts";
import { makeTrainer, type TrainingState } from "../../../workers/training/train.ts";
import type { Family } from "../../unit/workers/families.ts";

/** How far a device is from the CPU after the same updates: the largest differences, relative to a value or, below, to a floor. */
export interface Parity {
  /** Losses of five updates; floor 1e-3. */
  fit: number;
  /** Parameters and what the optimizer remembers, after them; floor 1. */
  state: number;
  /** What is measured then; floor 1e-2. Of a run alone. */
  measured: number | null;
}

/** What each may be at most, as in the tests of WebGPU. */
export const allowed: Parity = { fit: 1e-4, state: 1e-4, measured: 2e-4 };

type Given = ReturnType<Family["run"]>;

/** A run alone on the device, beside the same run on the CPU. */
export async function parityAlone(cpu: Engine, device: Engine, { run }: Family): Promise<Parity> {
  const [a, b] = [await trainAlone(cpu, memberOf(run(), 0), true), await trainAlone(device, memberOf(run(), 0), true)];
  return { ...differences(a, b), measured: farthest(Object.values(a.measured), Object.values(b.measured), 1e-2) };
}

/** Three runs in a pack on the device, of other seeds, rates and strengths each, beside each of them alone on the CPU. */
export async function parityPacked(cpu: Engine, device: Engine, { run }: Family): Promise<Parity> {
  const members = [0, 1, 2].map((i) => memberOf(run(), i));
  const trainer = await makePackTrainer(device, members);
  const fits: number[][] = members.map(() => []);
  while (trainer.steps[0] < members[0].config.training.steps)
    for (const fit of (await trainer.advance()).fits) for (const [i, ofRun] of fits.entries()) ofRun.push(fit[i]);
  const worst = { fit: 0, state: 0 };
  for (const [i, member] of members.entries()) {
    const { fit, state } = differences(await trainAlone(cpu, member, false), { fits: fits[i], state: await trainer.read(i) });
    Object.assign(worst, { fit: Math.max(worst.fit, fit), state: Math.max(worst.state, state) });
  }
  await trainer.dispose();
  return { ...worst, measured: null };
}

/** What is too far, in words; null where nothing is. */
export function tooFar(found: Parity): string | null {
  const far = Object.entries(found).filter(
    ([what, value]) => value !== null && !(value <= (allowed[what as keyof Parity] as number)),
  );
  return far.length === 0 ? null : far.map(([what, value]) => `${what} differs by ${value.toExponential(1)}`).join(", ");
}

function memberOf({ config: given, data }: Given, i: number): PackMember {
  const { regularizer, training } = given;
  const stronger = Object.fromEntries(
    Object.entries(regularizer).map(([name, value]) => [name, typeof value === "number" ? value * (1 + i / 4) : value]),
  ) as typeof regularizer;
  const learningRate = training.learningRate / (1 + i);
  const config = { ...given, seed: given.seed + i, regularizer: stronger, training: { ...training, learningRate } };
  const network = defineNetwork(config, data);
  const state = { parameters: initializeParameters(network.parameters, config.seed) };
  return { config, network, dataset: data, state, step: 0 };
}

interface Trained {
  fits: number[];
  state: TrainingState;
}

async function trainAlone(
  engine: Engine,
  member: PackMember,
  isMeasured: boolean,
): Promise<Trained & { measured: Record<string, number> }> {
  const { config, network, dataset, state: initial } = member;
  const trainer = await makeTrainer(engine, config, network, dataset, initial);
  const fits: number[] = [];
  for await (const { fit } of trainer.train(0)) fits.push(fit);
  let measured: Record<string, number> = {};
  if (isMeasured) {
    const observer = await makeObserver(engine, config, network, dataset, runOptimum(config, dataset.resolved.trainCounts));
    measured = (await observer.observe(fits.length, trainer.step)).values;
    await observer.dispose();
  }
  const state = await trainer.step.readState();
  await trainer.dispose();
  return { fits, state, measured };
}

const differences = (a: Trained, b: Trained) => ({
  fit: farthest(a.fits, b.fits, 1e-3),
  state: Math.max(...Object.keys(a.state).map((name) => farthest(a.state[name], b.state[name], 1))),
});

/** Infinite where a number is missing or not finite. */
function farthest(a: ArrayLike<number>, b: ArrayLike<number>, floor: number): number {
  if (a.length !== b.length || a.length === 0) return Number.POSITIVE_INFINITY;
  const all = Array.from(a, (x, i) => Math.abs(x - b[i]) / Math.max(Math.abs(x), floor));
  return all.some((difference) => !Number.isFinite(difference)) ? Number.POSITIVE_INFINITY : Math.max(...all);
}
