import type * as tf from "@tensorflow/tfjs";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Constant, Tensors } from "../engine/engine.ts";

/** A number of the runs of a pack, inside their step. */
interface RunValue {
  /** What all runs have; null where they differ. */
  shared: number | null;
  in(constants: Tensors): number | tf.Tensor;
}

/**
 * The numbers in which the runs of a pack may differ: what is the same in all is a number of the graph, as for a run alone, and what
 * differs a constant, one scalar a run.
 */
export class RunValues {
  readonly constants: Record<string, Constant> = {};
  private readonly configs: readonly RunConfig[];

  constructor(configs: readonly RunConfig[]) {
    this.configs = configs;
  }

  /** null where every run has 0. */
  of(name: string, read: (config: RunConfig) => number): RunValue | null {
    const values = this.configs.map(read);
    const [first] = values;
    if (values.every((value) => value === first)) return first === 0 ? null : { shared: first, in: () => first };
    this.constants[name] = { shape: [], data: Float32Array.from(values) };
    return { shared: null, in: (constants) => constants[name] };
  }
}
