import type { RunEvent } from "../../../contract/runEvents.ts";

/** Events of a run as its process would write them. */

export const started = (resumedFromStep = 0, totalSteps = 1000): RunEvent => ({
  kind: "started",
  totalSteps,
  resumedFromStep,
  device: { choice: "auto", device: "cpu", engine: "compiled", provider: "cpu", reason: "test" },
  dataset: {
    id: "gaussian-clusters",
    source: "generated",
    hash: "0",
    classes: 4,
    inputDimension: 10,
    trainCounts: [1, 1, 1, 1],
    testCounts: [1, 1, 1, 1],
  },
  parameters: 100,
  optimum: { method: "closed-form", reason: "", loss: 0.02, fit: 0.01, ridge: 0.01, scale: 1, geometry: "simplex" },
  versions: { node: "22" },
});

export const measured = (step: number, values: Record<string, number> = { "train/loss": 1 / (step + 1) }): RunEvent => ({
  kind: "measurement",
  step,
  values,
  missing: {},
});

export const logged = (text: string): RunEvent => ({ kind: "log", level: "info", text });
export const finished = (step = 1000): RunEvent => ({ kind: "finished", step, elapsedMs: 10 });

export const ended = (
  code: Extract<RunEvent, { kind: "ended" }>["code"],
  message = "",
  step: number | null = null,
): RunEvent => ({
  kind: "ended",
  code,
  message,
  step,
});

/** Numbers events on from `first`. */
export const numbered = (events: RunEvent[], first = 1) => events.map((event, index) => ({ seq: first + index, event }));

export const snapshot = (step: number): RunEvent => ({
  kind: "geometry",
  snapshot: {
    step,
    classes: 2,
    means: [1 / 3, 0, 0, -1 / 3, 0, 0],
    ideal: [1, 0, 0, -1, 0, 0],
    samples: [0.5, 0, 0],
    labels: [0],
    explained: 1,
    meansGram: [1, -1, -1, 1],
    headGram: [1, -1, -1, 1],
  },
});
