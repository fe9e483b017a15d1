import type { StartedEvent } from "../../../contract/wire/runEvents.ts";

/** What a run says at its start that computes nothing. */
export const startedEvent = (totalSteps: number, reason: string): StartedEvent => ({
  kind: "started",
  totalSteps,
  resumedFromStep: 0,
  device: { choice: "auto", device: "none", engine: "none", provider: "none", reason },
  dataset: {
    id: "gaussian-clusters",
    source: "none",
    hash: "0",
    classes: 2,
    inputDimension: 1,
    trainCounts: [1, 1],
    testCounts: [1, 1],
  },
  parameters: 0,
  optimum: { method: "none", reason: "nothing is trained", loss: null, fit: null, ridge: null, scale: null, geometry: null },
  versions: {},
});
