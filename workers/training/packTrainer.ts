import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Device, Engine, Step, Values } from "../engine/engine.ts";
import { concatenated } from "../engine/runAfterRun.ts";
import type { Network } from "../models/network.ts";
import { definePackedStep } from "./defineStep.ts";
import { packData } from "./packData.ts";
import { learningRateAt } from "./schedule.ts";
import type { TrainingState } from "./train.ts";
import { UpdatesPerCall } from "./updatesPerCall.ts";

/** A run of a pack. */
export interface PackMember {
  config: RunConfig;
  network: Network;
  dataset: Dataset;
  state: TrainingState;
  /** Updates done. */
  step: number;
}

export interface PackTrainer {
  /** The compiled step of all members, for reading features and state in place: run after run. Another one after `compact`. */
  readonly step: Step<string, string, "fit">;
  /** Updates done, a member. */
  readonly steps: readonly number[];
  /**
   * One update of every member that has some left, or several, at most `most`, where that is faster; the others stand still.
   * `fits`: of each update, a member each, of the parameters before it; not finite from where a run has diverged on, which no other
   * is touched by. `fit`: of the last update. `ms`: wall time of one.
   */
  advance(most?: number): Promise<{ fit: Float32Array; fits: Float32Array[]; ms: number }>;
  /** The state of member i. */
  read(i: number): Promise<TrainingState>;
  /** Compiles the pack anew for the members `keep`, in that order; the others are given up. */
  compact(keep: readonly number[]): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Trains runs of one shape as one step. They may differ in seed, rate and schedule, momentum, λ's, ρ and data, and stand at
 * different steps. @throws Failure INVALID for a batch larger than the training set
 */
export async function makePackTrainer(engine: Engine, members: readonly PackMember[]): Promise<PackTrainer> {
  let pack = await compile(engine, members);
  let states: Record<string, Float32Array> | null = null;
  const stateOf = async (i: number): Promise<TrainingState> => {
    states ??= await pack.step.readState();
    const size = (values: Float32Array) => values.length / pack.members.length;
    return Object.fromEntries(
      Object.entries(states).map(([name, values]) => [name, values.slice(i * size(values), (i + 1) * size(values))]),
    );
  };
  return {
    get step() {
      return pack.step;
    },
    get steps() {
      return pack.steps;
    },
    async advance(most = 1) {
      const before = performance.now();
      states = null;
      const left = pack.left();
      const updates = Math.min(most, Math.max(1, left), pack.updatesPerCall.next(left));
      const inputs = Array.from({ length: updates }, (_, ahead) => pack.inputs(ahead));
      const outputs = updates === 1 ? [await pack.step.run(inputs[0])] : await pack.step.runMany(inputs);
      const fits = outputs.map(({ fit }) => fit);
      pack.advance(updates);
      const ms = performance.now() - before;
      pack.updatesPerCall.took(updates, ms);
      return { fit: fits[updates - 1], fits, ms: ms / updates };
    },
    read: stateOf,
    async compact(keep) {
      const kept: PackMember[] = [];
      for (const i of keep) kept.push({ ...pack.members[i], state: await stateOf(i), step: pack.steps[i] });
      await pack.step.dispose();
      pack = await compile(engine, kept);
      states = null;
    },
    dispose: () => pack.step.dispose(),
  };
}

/**
 * Bytes of a training set that batches are gathered from on the device. WebGPU promises buffers of 128 MiB; on CUDA what is bound is
 * part of the model, which may have 2 GB.
 */
const mostBound: Record<Device, number> = { cpu: Number.POSITIVE_INFINITY, webgpu: 2 ** 27, cuda: 2 ** 29 };

/** The step of a pack on its data: what is the same in all runs once. */
export function defineMembersStep(members: readonly PackMember[], device: Device) {
  const given = packData(members, mostBound[device]);
  const configs = members.map(({ config }) => config);
  return { ...definePackedStep(configs, members[0].network, given.data, given.own), given };
}

async function compile(engine: Engine, members: readonly PackMember[]) {
  const { definition, pack, given } = defineMembersStep(members, engine.choice.device);
  const step = await engine.compileStep(definition, pack);
  await step.writeState(stacked(members.map(({ state }) => state)));
  const steps = members.map((member) => member.step);
  return {
    step,
    members,
    steps,
    left: () => Math.max(...members.map(({ config: { training } }, i) => training.steps - steps[i])),
    updatesPerCall: new UpdatesPerCall(engine.choice, 8 * members.length + given.inputBytes),
    /** Of the update after `ahead` more. A member that has ended gets rate 0. */
    inputs(ahead: number): Record<string, Values> {
      const updates = members.map(({ config: { training } }, i) => Math.min(steps[i] + ahead + 1, training.steps));
      const rates = members.map(({ config: { training } }, i) =>
        steps[i] + ahead < training.steps ? learningRateAt(training, updates[i]) : 0,
      );
      return { rate: Float32Array.from(rates), step: Float32Array.from(updates), ...given.inputs(updates) };
    },
    advance(updates: number) {
      members.forEach(({ config: { training } }, i) => {
        steps[i] = Math.min(steps[i] + updates, training.steps);
      });
    },
  };
}

/** Run after run; what an optimizer remembers is missing before its first step, and starts at zero. */
function stacked(states: readonly TrainingState[]): TrainingState {
  const size = states[0].parameters.length;
  const names = new Set(states.flatMap((state) => Object.keys(state)));
  const stack = (name: string) => concatenated(states.map((state) => state[name] ?? new Float32Array(size)));
  return Object.fromEntries([...names].map((name) => [name, stack(name)]));
}
