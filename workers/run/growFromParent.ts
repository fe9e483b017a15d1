import { readFileSync } from "node:fs";
import { architectureLabel } from "../../contract/config/architecture.ts";
import { datasetTitle } from "../../contract/data/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import type { GrownFrom } from "../../contract/wire/runEvents.ts";
import { type Checkpoint, parseCheckpoint } from "../checkpoints/checkpointFile.ts";
import { layoutMismatch } from "../checkpoints/layoutMismatch.ts";
import type { Dataset } from "../data/dataset.ts";
import { defineNetwork } from "../models/defineNetwork.ts";
import { growParameters } from "../models/growth/growParameters.ts";
import type { Network } from "../models/network.ts";
import type { RunContext } from "./runContext.ts";

/** What a run begins from that grows from another one. */
export interface GrownStart {
  parameters: Float32Array;
  /** With blocks that change nothing; see growParameters.ts. */
  base: Float32Array;
  from: GrownFrom;
  /** For the log. */
  text: string;
}

/**
 * What the last checkpoint of the run that this one grows from makes of its network; null where it grows from none.
 * @throws Failure UNAVAILABLE if the checkpoint is not there, damaged or not one of that network; DATASET_CHANGED for other data
 */
export function growFromParent({ config, parent }: RunContext, network: Network, dataset: Dataset): GrownStart | null {
  const { grown: how } = config.training;
  if (!how || !parent) return null;
  const checkpoint = readParent(parent.path, parent.config.depth);
  const { hash } = dataset.resolved;
  if (checkpoint.data && checkpoint.data.hash !== hash)
    throw new Failure(
      "DATASET_CHANGED",
      `The data set "${datasetTitle(config.dataset)}" is not the one on which the run of depth ${parent.config.depth} was trained that this one grows from: its sha256 was ${checkpoint.data.hash} and is ${hash} now. Put the previous data back and choose "Run again".`,
    );
  const shallow = defineNetwork(parent.config, dataset);
  const mismatch = layoutMismatch(checkpoint, shallow.parameters);
  if (mismatch) throw unusable(parent.config.depth, mismatch);
  const grown = growParameters(
    { specs: shallow.parameters, values: checkpoint.state.parameters, head: shallow.head },
    { specs: network.parameters, head: network.head },
    how,
    config.seed,
  );
  const { depth } = parent.config;
  const { parameters, base, blocks } = grown;
  const what = how.blocks === "identity" ? "new blocks" : "blocks that are parts of trained ones";
  return {
    parameters,
    base,
    from: { runId: parent.runId, depth, step: checkpoint.step, blocks },
    text: `Grown from the finished ${architectureLabel(config.architecture, config)} of depth ${depth}, step ${checkpoint.step}; ${what}: ${blocks.join(", ")}.`,
  };
}

function readParent(path: string, depth: number): Checkpoint {
  try {
    return parseCheckpoint(readFileSync(path));
  } catch (error) {
    throw unusable(depth, (error as Error).message);
  }
}

const unusable = (depth: number, why: string) =>
  new Failure(
    "UNAVAILABLE",
    `The last checkpoint of the run of depth ${depth} that this one grows from cannot be used: ${why}. "Run again" tries once more.`,
  );
