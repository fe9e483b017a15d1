import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Dataset, SampleSet } from "../data/dataset.ts";
import type { Engine, Step, Values } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import { type Batches, makeBatches, oneHot } from "./batches.ts";
import { definePackedStep, type OwnData, type StepData } from "./defineStep.ts";
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

/** The step of a pack on its data: what is the same in all runs once. */
export function defineMembersStep(members: readonly PackMember[]): ReturnType<typeof definePackedStep> {
  const [{ network, config }] = members;
  const { batch } = config.training;
  const { data, own } = batch === "full" ? fullData(members) : batchData(members, batch);
  const configs = members.map((member) => member.config);
  return definePackedStep(configs, network, data, own);
}

async function compile(engine: Engine, members: readonly PackMember[]) {
  const { batch } = members[0].config.training;
  const { definition, pack } = defineMembersStep(members);
  const step = await engine.compileStep(definition, pack);
  await step.writeState(stacked(members.map(({ state }) => state)));
  const batches = batch === "full" ? null : members.map((member) => batchesOf(member, batch));
  const steps = members.map((member) => member.step);
  const left = () => Math.max(...members.map(({ config: { training } }, i) => training.steps - steps[i]));
  return {
    step,
    members,
    steps,
    left,
    updatesPerCall: new UpdatesPerCall(engine.choice, 4 * members.length * (2 + (batches ? (batch as number) : 0))),
    /** Of the update after `ahead` more. A member that has ended gets rate 0. */
    inputs(ahead: number): Record<string, Values> {
      const rates = new Float32Array(members.length);
      const updates = new Float32Array(members.length);
      const samples = batches && new Int32Array(members.length * (batch as number));
      members.forEach(({ config: { training } }, i) => {
        const done = steps[i] + ahead;
        const update = Math.min(done + 1, training.steps);
        rates[i] = done < training.steps ? learningRateAt(training, update) : 0;
        updates[i] = update;
        samples?.set((batches as Batches[])[i].samplesOf(update), i * (batch as number));
      });
      return { rate: rates, step: updates, ...(samples ? { samples } : {}) };
    },
    advance(updates: number) {
      members.forEach(({ config: { training } }, i) => {
        steps[i] = Math.min(steps[i] + updates, training.steps);
      });
    },
  };
}

const batchesOf = ({ config, dataset }: PackMember, batch: number): Batches =>
  makeBatches(dataset.train, dataset.classes, batch, config.seed);

function fullData(members: readonly PackMember[]): { data: StepData; own: OwnData } {
  const { classes, dimension, train } = members[0].dataset;
  const x = joined(members.map(({ dataset }) => dataset.train.inputs));
  const labels = joined(members.map(({ dataset }) => dataset.train.labels));
  const y = labels.parts.map((part) => oneHot(part, classes));
  return {
    data: {
      x: { shape: [train.count, dimension], data: concatenated(x.parts) },
      y: { shape: [classes, train.count], data: concatenated(y) },
    },
    own: [...(x.differ ? ["x" as const] : []), ...(labels.differ ? ["y" as const] : [])],
  };
}

function batchData(members: readonly PackMember[], batch: number): { data: StepData; own: OwnData } {
  const { classes, dimension, train } = members[0].dataset;
  const x = joined(members.map(({ dataset }) => dataset.train.inputs));
  const labels = joined(members.map(({ dataset }) => dataset.train.labels));
  const rows = labels.parts.map((part) => oneHotRows(part, classes));
  return {
    data: {
      batch,
      of: train.count,
      bound: {
        x: { shape: [train.count, dimension], data: concatenated(x.parts) },
        rows: { shape: [train.count, classes], data: concatenated(rows) },
      },
    },
    own: [...(x.differ ? ["x" as const] : []), ...(labels.differ ? ["rows" as const] : [])],
  };
}

/** One-hot rows [count, K]. */
function oneHotRows(labels: SampleSet["labels"], classes: number): Float32Array {
  const values = new Float32Array(classes * labels.length);
  labels.forEach((label, i) => {
    values[i * classes + label] = 1;
  });
  return values;
}

type Numbers = Float32Array | Uint16Array;

/** The arrays of the runs: the first alone where they all hold the same. */
function joined<T extends Numbers>(arrays: readonly T[]): { parts: readonly T[]; differ: boolean } {
  const bytes = (array: T) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const first = bytes(arrays[0]);
  const differ = arrays.some((array) => array !== arrays[0] && first.compare(bytes(array)) !== 0);
  return { parts: differ ? arrays : arrays.slice(0, 1), differ };
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Run after run; what an optimizer remembers is missing before its first step, and starts at zero. */
function stacked(states: readonly TrainingState[]): TrainingState {
  const size = states[0].parameters.length;
  const names = new Set(states.flatMap((state) => Object.keys(state)));
  const stack = (name: string) => concatenated(states.map((state) => state[name] ?? new Float32Array(size)));
  return Object.fromEntries([...names].map((name) => [name, stack(name)]));
}
