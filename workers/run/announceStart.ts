import { mostSteps } from "../../contract/config/trainingConfig.ts";
import { warmupWarning } from "../../contract/launch/warmupWarning.ts";
import { precisionWarning } from "../../contract/precision.ts";
import type { StartedPack } from "../../contract/wire/runEvents.ts";
import type { Log } from "../data/resolve/resolveSamples.ts";
import { sumsText } from "../measure/placeOfSums.ts";
import { optimumSummary } from "../measure/runOptimum.ts";
import { parameterCount } from "../models/parameterLayout.ts";
import type { PreparedRun } from "./preparedRun.ts";
import type { RunContext } from "./runContext.ts";
import { versions } from "./versions.ts";

/** The first event of a run, and what its log begins with. @param pack absent: it trains alone */
export function announceStart(
  run: RunContext,
  { dataset, engine, network, optimum, resumeFrom, grown }: PreparedRun,
  log: Log,
  pack?: StartedPack,
): void {
  const { config, device, emit } = run;
  const step = resumeFrom?.step ?? 0;
  emit({
    kind: "started",
    totalSteps: mostSteps(config.training),
    resumedFromStep: step,
    device: { choice: device, ...engine.choice },
    dataset: dataset.resolved,
    parameters: parameterCount(network.parameters),
    optimum: optimumSummary(optimum, config),
    versions: { ...versions, measuring: sumsText(engine, config, dataset, pack?.runs) },
    ...(pack && { pack }),
    ...(grown && { grownFrom: grown.from }),
  });
  log("info", `${dataset.preparation} Device: ${engine.choice.provider} (${engine.choice.reason}).`);
  const rounding = precisionWarning(engine.choice.precision);
  if (rounding) log("warning", rounding);
  const warmup = warmupWarning(config.training);
  if (warmup) log("warning", warmup);
  if (grown) log("info", grown.text);
  if (step > 0) log("info", `Resuming from the checkpoint of step ${step}.`);
}
