import type { OptimizerConfig } from "../../../../contract/config/optimizerConfig.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import type { Dataset } from "../../../../workers/data/dataset.ts";
import { addLabelNoise } from "../../../../workers/data/prepare/addLabelNoise.ts";
import type { Engine } from "../../../../workers/engine/engine.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../../workers/models/parameterLayout.ts";
import { makePackTrainer, type PackMember } from "../../../../workers/training/packTrainer.ts";
import { makeTrainer, type TrainingState } from "../../../../workers/training/train.ts";

/** Where the three members stand when their pack begins. */
const standing = [0, 3, 11];

/** Three runs of one pack: other seeds, rates, momenta, strengths of every penalty and, in the last, labels; at other steps. */
export function threeMembers({ config, data }: { config: RunConfig; data: Dataset }, steps: number): PackMember[] {
  return standing.map((step, i) => {
    const { optimizer, learningRate } = config.training;
    const member: RunConfig = {
      ...config,
      seed: config.seed + i,
      regularizer: scaled(config.regularizer, 1 + i / 4),
      training: {
        ...config.training,
        steps: standing[2] + steps,
        learningRate: learningRate * (1 + i / 5),
        optimizer: shifted(optimizer, i),
      },
    };
    const { labels } = addLabelNoise(data.train.labels, data.classes, i === 2 ? { rate: 0.7, seed: 1 } : undefined);
    const dataset = { ...data, train: { ...data.train, labels } };
    const network = defineNetwork(member, dataset);
    return {
      config: member,
      network,
      dataset,
      state: { parameters: initializeParameters(network.parameters, member.seed) },
      step,
    };
  });
}

/** Momentum, the rate of Muon's Adam, and a share that is between 0 and 1. */
function shifted(optimizer: OptimizerConfig, i: number): OptimizerConfig {
  const { share } = optimizer;
  const shared = { ...optimizer, ...(share !== undefined && share > 0 && share < 1 ? { share: share + 0.1 * i } : {}) };
  if (shared.name === "adam") return shared;
  const moving = { ...shared, momentum: shared.momentum - 0.1 * i };
  return moving.name === "muon" ? { ...moving, adamRate: moving.adamRate * (1 + i) } : moving;
}

/** λ's and ρ. */
function scaled(regularizer: RunConfig["regularizer"], factor: number): RunConfig["regularizer"] {
  const numbers = Object.entries(regularizer).map(([name, value]) => [name, typeof value === "number" ? value * factor : value]);
  return Object.fromEntries(numbers);
}

export interface Trained {
  /** One an update. */
  fits: number[];
  /** After the first update, and after the last. */
  first: TrainingState;
  last: TrainingState;
}

/** So many updates of each member, in one pack. */
export async function trainTogether(engine: Engine, members: PackMember[], updates: number): Promise<Trained[]> {
  const pack = await makePackTrainer(engine, members);
  const fits: Float32Array[] = [];
  const statesNow = () => Promise.all(members.map((_, i) => pack.read(i)));
  fits.push((await pack.advance()).fit.slice());
  const first = await statesNow();
  while (fits.length < updates) fits.push((await pack.advance()).fit.slice());
  const last = await statesNow();
  await pack.dispose();
  return members.map((_, i) => ({ fits: fits.map((fit) => fit[i]), first: first[i], last: last[i] }));
}

/** The same of one, as a run alone. */
export async function trainAlone(engine: Engine, member: PackMember, updates: number): Promise<Trained> {
  const trainer = await makeTrainer(engine, member.config, member.network, member.dataset, member.state);
  const fits: number[] = [];
  let first: TrainingState | undefined;
  for await (const { fit } of trainer.train(member.step)) {
    fits.push(fit);
    first ??= await trainer.step.readState();
    if (fits.length === updates) break;
  }
  const last = await trainer.step.readState();
  await trainer.dispose();
  return { fits, first: first as TrainingState, last };
}

/** ‖a − b‖/‖a‖ */
export function distance(a: Float32Array, b: Float32Array): number {
  let [far, size] = [0, 0];
  a.forEach((x, i) => {
    far += (x - b[i]) ** 2;
    size += x * x;
  });
  return Math.sqrt(far / size);
}
