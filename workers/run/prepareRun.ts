import { Failure } from "../../contract/failure.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import type { NoOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import type { Checkpoint } from "../checkpoints/checkpointFile.ts";
import { layoutMismatch } from "../checkpoints/layoutMismatch.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/resolve/loadDataset.ts";
import type { Log } from "../data/resolve/resolveSamples.ts";
import { createEngine } from "../engine/createEngine.ts";
import type { Engine } from "../engine/engine.ts";
import { findRunOptimum } from "../measure/runOptimum.ts";
import { defineNetwork } from "../models/defineNetwork.ts";
import type { Network } from "../models/network.ts";
import { machineFault } from "./machineFault.ts";
import { requireSameData } from "./requireSameData.ts";
import { type RunContext, stopIfAsked } from "./runContext.ts";

/** What a run trains with. */
export interface PreparedRun {
  dataset: Dataset;
  engine: Engine;
  network: Network;
  optimum: Optimum | NoOptimum;
  /** The checkpoint that it resumes from, if it is one of this network on these data; null from the beginning. */
  resumeFrom: Checkpoint | null;
}

/**
 * Loads the data, opens the device, defines the network and finds its optimum.
 * @throws Failure DATASET_CHANGED, DEVICE_UNAVAILABLE and what each of them throws; the reason where the run is asked to stop
 */
export async function prepareRun(run: RunContext, log: Log): Promise<PreparedRun> {
  const { config } = run;
  const dataset = await loadDataset(config.dataset, run.places, log);
  const doubt = requireSameData(config.dataset, dataset.resolved, run.resumeFrom, run.trainedOn);
  if (doubt) log("warning", doubt);
  stopIfAsked(run);
  const engine = await openEngine(run);
  const network = defineNetwork(config, dataset);
  const optimum = await findRunOptimum(config, dataset.resolved.trainCounts, () => stopIfAsked(run));
  const mismatch = run.resumeFrom && layoutMismatch(run.resumeFrom, network.parameters);
  if (mismatch)
    log("warning", `The checkpoint of step ${run.resumeFrom?.step} is not used, and the run starts from step 0: ${mismatch}.`);
  return { dataset, engine, network, optimum, resumeFrom: mismatch ? null : run.resumeFrom };
}

async function openEngine({ device, threads }: RunContext): Promise<Engine> {
  return createEngine({ device, threads }).catch((error: Error) => {
    const fault = machineFault(error);
    if (fault?.code === "WORKER_FAULT" && ["auto", "cpu"].includes(device)) throw fault;
    throw new Failure("DEVICE_UNAVAILABLE", `${error.message}. Choose the device "auto" or "cpu", or another worker.`);
  });
}
