import { expect, test } from "vitest";
import { cellKey, cellNamer, gridAxes, varyingAxes } from "../../../../../../app/result/model/grid/gridAxes.ts";
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

test("dot regression has its fixed simplex for a classifier, which its name need not say again", () => {
  const configs = [aConfig({ loss: "dot-regression" }), aConfig({ classifier: { name: "linear", layers: 2 } })] as const;
  expect(gridAxes.classifier.label(configs[0])).toBe("fixed simplex");
  expect(varyingAxes(configs)).toEqual(["loss", "classifier"]);
  const name = cellNamer(configs);
  expect(name(configs[0], ["loss", "classifier"])).toBe("dot regression");
  expect(name(configs[0], ["depth", "classifier"])).toMatch(/, fixed simplex$/);
  expect(cellKey(configs[0], ["classifier"])).toBe(cellKey(aConfig({ classifier: { name: "fixed-simplex" } }), ["classifier"]));
});
