import { expect, test } from "vitest";
import type { Evaluation, StartedEvent } from "../../../../../contract/wire/runEvents.ts";
import type { AttemptView } from "../../../../../contract/wire/views.ts";
import {
  hideNamesInAttempt,
  hideNamesInDataset,
  hideNamesInItem,
  hideNamesInRun,
} from "../../../../../server/services/reading/hideNames.ts";

/** Stands in every text of a worker's that may name its machine, its folders or their owner. */
const mark = "/home/someone";

const dataset: StartedEvent["dataset"] = {
  ...{ id: "image-folder", source: `folder ${mark}/sets/mine`, hash: "0a", classes: 2, inputDimension: 12 },
  ...{
    trainCounts: [1, 1],
    testCounts: [1, 1],
    classNames: ["cat", "dog"],
    warnings: [`The set is read from the folder ${mark} in it.`],
  },
};
const started: StartedEvent = {
  ...{ kind: "started", totalSteps: 10, resumedFromStep: 0, parameters: 5, versions: { node: "22" }, dataset },
  device: {
    choice: "auto",
    device: "cpu",
    engine: "eager",
    provider: `tfjs-node of ${mark}`,
    reason: `no cuda (${mark}/libcuda.so)`,
  },
  optimum: { method: "none", reason: "no regularizer", loss: null, fit: null, ridge: null, scale: null, geometry: null },
};
const evaluation: Evaluation = {
  robustness: null,
  transfer: { dataset, layers: [] },
  missing: { robustness: `${mark} is gone` },
};
const attempt: AttemptView = {
  ...{ number: 1, workerName: mark, startedAt: null, endedAt: null, resumedFromStep: 0, started },
  lastStep: null,
  outcome: { code: "DATASET_CORRUPT", message: `${mark}/x.png is empty` },
};
const row = { workerName: mark, failure: { code: "CRASHED" as const, message: mark }, evaluation };

test("nothing that names a machine is left, and what is measured stays", () => {
  const hidden = [hideNamesInAttempt(attempt), hideNamesInRun(row), hideNamesInDataset(dataset)];
  expect(JSON.stringify(hidden)).not.toContain("someone");
  expect(hideNamesInAttempt(attempt)).toMatchObject({
    number: 1,
    outcome: { code: "DATASET_CORRUPT" },
    started: {
      device: { device: "cpu", engine: "eager" },
      dataset: { hash: "0a", trainCounts: [1, 1] },
      optimum: { method: "none", reason: "(hidden)" },
      versions: {},
    },
  });
  // What a person calls the classes of their own is theirs; those of published sets are known to all.
  expect(hideNamesInDataset(dataset).classNames).toBeUndefined();
  expect(hideNamesInDataset({ ...dataset, id: "mnist" }).classNames).toEqual(["cat", "dog"]);
  expect(hideNamesInDataset(dataset).warnings).toEqual(["(hidden)"]);
});

test("log lines are for nobody else", () => {
  const line = { attempt: 1, seq: 1, at: "", level: "info" as const, text: mark };
  expect(hideNamesInItem({ kind: "log", runId: "r", line })).toBeNull();
});
