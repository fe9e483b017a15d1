import { hasFreeFeatures } from "../../contract/config/architecture.ts";
import { ambiguitySilence } from "../../contract/config/optimumSilence.ts";
import type { NoOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import { layoutMismatch } from "../checkpoints/layoutMismatch.ts";
import type { Log } from "../data/resolve/resolveSamples.ts";
import { defineNetwork } from "../models/defineNetwork.ts";
import { growFromParent } from "./growFromParent.ts";
import type { PreparedRun } from "./preparedRun.ts";
import { requireSameData, requireSameOther } from "./requireSameData.ts";
import { type RunContext, stopIfAsked } from "./runContext.ts";
import type { SharedParts } from "./sharedParts.ts";

/**
 * Loads the data, opens the device, defines the network and finds its optimum.
 * @throws Failure DATASET_CHANGED, DEVICE_UNAVAILABLE and what each of them throws; the reason where the run is asked to stop
 */
export async function prepareRun(run: RunContext, shared: SharedParts): Promise<PreparedRun> {
  const { config } = run;
  const log: Log = (level, text) => run.emit({ kind: "log", level, text: text.slice(0, 4000) });
  const dataset = await shared.dataset(run, log);
  const doubt = requireSameData(config.dataset, dataset.resolved, run.resumeFrom, run.trainedOn);
  if (doubt) log("warning", doubt);
  stopIfAsked(run);
  const other = hasFreeFeatures(config.architecture) ? null : await shared.other(run, dataset, log);
  if (other) requireSameOther(config, other.resolved, run.resumeFrom);
  stopIfAsked(run);
  const engine = await shared.engine(run);
  const network = defineNetwork(config, dataset);
  const silence = ambiguitySilence(config, dataset.resolved);
  const optimum =
    silence === null
      ? await shared.optimum(run, dataset.resolved.trainCounts)
      : ({ method: "none", reason: silence } satisfies NoOptimum);
  const mismatch = run.resumeFrom && layoutMismatch(run.resumeFrom, network.parameters);
  if (mismatch)
    log("warning", `The checkpoint of step ${run.resumeFrom?.step} is not used, and the run starts from step 0: ${mismatch}.`);
  const resumeFrom = mismatch ? null : run.resumeFrom;
  const grown = resumeFrom === null ? growFromParent(run, network, dataset) : null;
  return { dataset, other, engine, network, optimum, resumeFrom, grown };
}
