import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import type { RunStatus } from "../../../contract/status.ts";
import type { RunRow } from "../../../contract/wire/views.ts";

export const aConfig = (changes: Partial<RunConfig> = {}): RunConfig => ({
  dataset: { id: "random-labels", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25, dataSeed: 0 },
  architecture: "rn1",
  normalization: "post-ln",
  depth: 5,
  width: 16,
  loss: "ce",
  headBias: false,
  regularizer: { family: "weights", objective: "uniform", lambda: 0.005, scaling: "constant", headLambda: 0.005 },
  training: trainingConfig.parse({}),
  measuring: { name: "log", perDecade: 10 },
  seed: 0,
  device: "auto",
  ...changes,
});

let made = 0;
export function aRow(config: Partial<RunConfig>, last: Record<string, number>, status: RunStatus = "finished"): RunRow {
  const ordinal = made++;
  return {
    id: `run-${ordinal}`,
    experimentId: "experiment",
    ordinal,
    config: aConfig(config),
    status,
    attempt: status === "queued" ? 0 : 1,
    step: status === "finished" ? 100 : 10,
    totalSteps: 100,
    stepMs: null,
    last,
    trainSamples: null,
    classes: null,
    inputDimension: null,
    optimum: null,
    dataHash: status === "queued" ? null : "d0",
    evaluation: null,
    failure: null,
    stalledSince: null,
    waitsFor: null,
    workerName: null,
    startedAt: null,
    endedAt: null,
  };
}
