import type { Optimum } from "../../math/optimum/optimum.ts";
import type { NoOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import type { Checkpoint } from "../checkpoints/checkpointFile.ts";
import type { Dataset } from "../data/dataset.ts";
import type { OtherSet } from "../data/otherSet.ts";
import type { Engine } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import type { GrownStart } from "./growFromParent.ts";

/** What a run trains with. */
export interface PreparedRun {
  dataset: Dataset;
  /** A second set that it is measured on; null: none is asked for, or it computes from no input. */
  other: OtherSet | null;
  engine: Engine;
  network: Network;
  optimum: Optimum | NoOptimum;
  /** The checkpoint that it resumes from, if it is one of this network on these data; null from the beginning. */
  resumeFrom: Checkpoint | null;
  /** What it begins from, where it has grown from a shallower network; null: from random values, or a checkpoint of its own. */
  grown: GrownStart | null;
}
