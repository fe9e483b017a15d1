import { expect, test } from "vitest";
import { cellKey, cellNamer, varyingAxes } from "../../../../../../app/result/model/grid/gridAxes.ts";
import type { RunConfig } from "../../../../../../contract/config/runConfig.ts";
import { aConfig } from "../../../builders.ts";

const differing: [what: string, axis: "loss" | "classifier", values: Partial<RunConfig>[], names: string[]][] = [
  [
    "losses by their numbers, too",
    "loss",
    [
      { loss: "ce" },
      { loss: "ce", smoothing: 0.1 },
      { loss: "ce", smoothing: 0.2 },
      { loss: "focal", gamma: 1 },
      { loss: "focal", gamma: 2 },
    ],
    ["CE", "CE, smoothing 0.1", "CE, smoothing 0.2", "focal, γ 1", "focal, γ 2"],
  ],
  [
    "classifiers by what they are",
    "classifier",
    [
      {},
      { classifier: { name: "linear", layers: 2 } },
      { classifier: { name: "linear", layers: 3 } },
      { classifier: { name: "normalized", temperature: 10, unitRows: false } },
      { classifier: { name: "fixed-simplex" } },
    ],
    ["linear", "2 linear layers", "3 linear layers", "normalized, τ 10", "fixed simplex"],
  ],
];

test.each(differing)("runs are told apart: %s", (_, axis, values, names) => {
  const configs = values.map((value) => aConfig(value));
  expect(varyingAxes(configs)).toEqual([axis]);
  expect([...new Set(configs.map((config) => cellKey(config, [axis])))]).toHaveLength(values.length);
  const name = cellNamer(configs);
  expect(configs.map((config) => name(config, [axis]))).toEqual(names);
});
