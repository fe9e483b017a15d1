import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import { makePackSums } from "../measure/packSums.ts";
import { placeOfSums } from "../measure/placeOfSums.ts";
import type { Network } from "../models/network.ts";
import { makePackTrainer } from "../training/packTrainer.ts";
import { makePolisher, type PolishEnd } from "../training/polish.ts";
import { leftOutNote, makeTrainer, type TrainingState } from "../training/train.ts";
import type { TrainedSlice } from "./runLife.ts";

/** A run that is put into a compiled step. */
export interface Trained {
  config: RunConfig;
  network: Network;
  dataset: Dataset;
  /** What it continues from, after so many updates. */
  state: TrainingState;
  step: number;
}

/** The same number of updates of every run. */
interface Advance {
  updates: number;
  /** Of the parameters before each of the last updates, a run each. */
  fits: ArrayLike<number>[];
  /** Wall time of one update, ms. */
  ms: number;
  /** Polishing ended with the last of them, so. */
  ended?: PolishEnd;
}

/** The compiled step of runs that train together, or of one alone. */
export interface GroupTrainer {
  /** One update of every run, or several, at most `most`, where that is faster. */
  advance(most: number): Promise<Advance>;
  /** By the order in which the runs were given. */
  slices: TrainedSlice[];
  /** What of the training set is left out, if anything, for the log. */
  note: string | null;
  dispose(): Promise<void>;
}

export async function openGroup(engine: Engine, runs: Trained[]): Promise<GroupTrainer> {
  const [{ config, step }] = runs;
  if (runs.length > 1) return openPack(engine, runs);
  return config.training.polish && step >= config.training.steps ? openPolish(engine, runs[0]) : openAlone(engine, runs[0]);
}

/** In a step of its own once the optimizer's steps are done. */
async function openPolish(engine: Engine, { config, network, dataset, state, step }: Trained): Promise<GroupTrainer> {
  const done = step - config.training.steps;
  const polisher = await makePolisher(engine, config, network, dataset, state, done);
  return {
    async advance() {
      const before = performance.now();
      const { ended, objective } = await polisher.iterate();
      return { updates: 1, fits: [[objective]], ms: performance.now() - before, ...(ended && { ended }) };
    },
    slices: [
      {
        source: async () => ({ parameters: polisher.parameters }),
        readState: async () => polisher.readState(),
        polished: { gradientNorm: () => polisher.gradientNorm, curvature: () => polisher.curvature() },
      },
    ],
    note: null,
    dispose: () => polisher.dispose(),
  };
}

async function openAlone(engine: Engine, { config, network, dataset, state, step: from }: Trained): Promise<GroupTrainer> {
  const trainer = await makeTrainer(engine, config, network, dataset, state);
  let most = 1;
  const calls = trainer.train(from, (update) => update - 1 + most);
  const { step } = trainer;
  return {
    async advance(updates) {
      most = updates;
      const { value, done } = await calls.next();
      if (done) throw new Error("all of its steps are done");
      return { updates: value.updates, fits: [[value.fit]], ms: value.ms };
    },
    slices: [{ source: async () => step, readState: () => step.readState() }],
    note: trainer.note,
    dispose: () => trainer.dispose(),
  };
}

async function openPack(engine: Engine, runs: Trained[]): Promise<GroupTrainer> {
  const trainer = await makePackTrainer(engine, runs);
  const [{ config, dataset }] = runs;
  const place = placeOfSums(engine, config, dataset, runs.length);
  const sums = place === "device" ? makePackSums(engine, runs) : null;
  let calls = 0;
  return {
    async advance(most) {
      await new Promise(setImmediate); // lets the message through that stops one of them
      const { fits, ms } = await trainer.advance(most);
      calls++;
      return { updates: fits.length, fits, ms };
    },
    slices: runs.map((_, at) => ({
      source: async () => ({ parameters: (await trainer.read(at)).parameters }),
      readState: () => trainer.read(at),
      ...(sums ? { sums: () => sums.read(trainer.step, calls, at) } : {}),
    })),
    note: leftOutNote(config.training.batch, dataset.train.count),
    async dispose() {
      await sums?.dispose();
      await trainer.dispose();
    },
  };
}
