import type * as tf from "@tensorflow/tfjs";
import { Failure } from "../../contract/failure.ts";
import type { Parameters } from "./network.ts";
import { evaluatedBatchNorm, runningChange, trainingBatchNorm } from "./ops/batchNorm.ts";

/** What is to be added to a running statistic. */
export interface StatisticsChange {
  name: string;
  change: tf.Tensor;
}

/** The BatchNorm behind the convolution of a name. */
export type Normalizing = (name: string, maps: tf.Tensor4D) => tf.Tensor4D;

/** @param changes where those of the running statistics go, in training; null normalizes by them */
export function normalizing(parameters: Parameters, changes: StatisticsChange[] | null): Normalizing {
  return (name, maps) => {
    const [scale, offset] = [parameters[`g${name}`], parameters[`b${name}`]];
    const running = { mean: parameters[`m${name}`], variance: parameters[`v${name}`] };
    if (!changes) return evaluatedBatchNorm(maps, running, scale, offset);
    const count = maps.size / maps.shape[0];
    if (count < 2)
      throw new Failure("INVALID", "BatchNorm takes its statistics over a batch: choose a batch of at least 2 samples.");
    const { y, ...batch } = trainingBatchNorm(maps, scale, offset);
    const { mean, variance } = runningChange(running, batch, count);
    changes.push({ name: `m${name}`, change: mean }, { name: `v${name}`, change: variance });
    return y;
  };
}
