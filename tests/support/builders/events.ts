import type { Evaluation, RunEvent } from "../../../contract/wire/runEvents.ts";

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
/** What a trained run was found to be like, with the place of the second data set on its machine. */
export const evaluation: Evaluation = {
  robustness: {
    samples: 500,
    clean: 0.9,
    unit: "pixel range [0, 1]",
    points: [
      { attack: "pgd", norm: "linf", epsilon: 0.01, accuracy: 0.4 },
      { attack: "fgsm", norm: "l2", epsilon: 0.1, accuracy: 0.55 },
    ],
  },
  transfer: {
    dataset: {
      id: "mnist",
      source: "folder /home/someone/sets/mnist",
      hash: "ab",
      classes: 10,
      inputDimension: 784,
      trainCounts: [1, 1],
      testCounts: [1, 1],
    },
    layers: [
      { layer: 1, trainAccuracy: 0.8, testAccuracy: 0.7 },
      { layer: 2, trainAccuracy: 0.75, testAccuracy: 0.625 },
    ],
  },
  missing: { "robustness/pgd": "/home/someone says no" },
};
export const evaluated = (): RunEvent => ({ kind: "evaluation", evaluation });

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
