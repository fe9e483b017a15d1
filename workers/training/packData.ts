import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Dataset, SampleSet } from "../data/dataset.ts";
import type { Values } from "../engine/engine.ts";
import { concatenated, joined } from "../engine/runAfterRun.ts";
import { makeAugmentation } from "./augmentation.ts";
import { type Batches, makeBatches, oneHot } from "./batches.ts";
import type { OwnData, StepData } from "./defineStep.ts";

interface Member {
  config: RunConfig;
  dataset: Dataset;
}

/** What the step of a pack is given of its members' data. */
export interface PackData {
  data: StepData;
  own: OwnData;
  /** What changes from update to update, for these updates of each member. */
  inputs(updates: readonly number[]): Record<string, Values>;
  /** Bytes of that. */
  inputBytes: number;
}

/**
 * The whole training set, once where it is the same in all runs. Batches are gathered from it by each run's own numbers, or given
 * sample by sample where it has more than `mostBound` bytes or each batch has other pictures.
 * @throws Failure INVALID for a batch larger than the training set
 */
export function packData(members: readonly Member[], mostBound: number): PackData {
  const [{ config, dataset }] = members;
  const { batch } = config.training;
  const { classes, dimension, train } = dataset;
  const inputs = joined(members.map((member) => member.dataset.train.inputs));
  const labels = joined(members.map((member) => member.dataset.train.labels));
  const x = () => ({ shape: [train.count, dimension], data: concatenated(inputs.parts) });
  if (batch === "full") {
    const y = labels.parts.map((part) => oneHot(part, classes));
    return {
      data: { x: x(), y: { shape: [classes, train.count], data: concatenated(y) } },
      own: [...(inputs.differ ? ["x" as const] : []), ...(labels.differ ? ["y" as const] : [])],
      inputs: () => ({}),
      inputBytes: 0,
    };
  }
  const batches = members.map((member) =>
    makeBatches(member.dataset.train, classes, batch, member.config.seed, makeAugmentation(member.config, member.dataset)),
  );
  const bytes = inputs.parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const runs = members.length;
  if (bytes > mostBound || config.training.augmentation !== undefined)
    return {
      data: { batch, of: train.count },
      own: [],
      inputs: (updates) => given(batches, updates),
      inputBytes: 4 * runs * batch * (dimension + classes),
    };
  const rows = labels.parts.map((part) => oneHotRows(part, classes));
  return {
    data: { batch, of: train.count, bound: { x: x(), rows: { shape: [train.count, classes], data: concatenated(rows) } } },
    own: [...(inputs.differ ? ["x" as const] : []), ...(labels.differ ? ["rows" as const] : [])],
    inputs(updates) {
      const samples = new Int32Array(runs * batch);
      batches.forEach((own, i) => {
        samples.set(own.samplesOf(updates[i]), i * batch);
      });
      return { samples };
    },
    inputBytes: 4 * runs * batch,
  };
}

/** x [S, B, D] and one-hot y [S, K, B]. */
function given(batches: readonly Batches[], updates: readonly number[]): { x: Float32Array; y: Float32Array } {
  const each = batches.map((own, i) => own.at(updates[i]));
  return { x: concatenated(each.map(({ x }) => x)), y: concatenated(each.map(({ y }) => y)) };
}

/** One-hot rows [count, K]. */
function oneHotRows(labels: SampleSet["labels"], classes: number): Float32Array {
  const values = new Float32Array(classes * labels.length);
  labels.forEach((label, i) => {
    values[i * classes + label] = 1;
  });
  return values;
}
