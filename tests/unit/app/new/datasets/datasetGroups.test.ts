import { expect, test } from "vitest";
import { datasetsOfGroup, groupDatasets, withGroup, withLargeClasses } from "../../../../../app/new/datasets/datasetGroups.ts";
import { type DatasetConfig, datasetConfig } from "../../../../../contract/data/datasetConfig.ts";

const mnist = (more: object = {}): DatasetConfig => datasetConfig.parse({ id: "mnist", trainPerClass: 100, ...more });
const clusters = (more: object = {}): DatasetConfig => datasetConfig.parse({ id: "gaussian-clusters", ...more });

test("one set at several noise rates and imbalances is one group, and comes back as it was", () => {
  const group = {
    base: mnist(),
    rates: [0, 0.1, 0.4],
    imbalances: [1, 0.1],
    noiseSeed: 3,
  };
  const datasets = datasetsOfGroup(group);
  expect(datasets).toHaveLength(6);
  for (const dataset of datasets) expect(datasetConfig.parse(dataset)).toEqual(dataset);
  expect(groupDatasets(datasets)).toEqual([{ ...group, indexes: [0, 1, 2, 3, 4, 5] }]);
});

test("without noise nothing of it is written, so that the same study keeps the same config", () => {
  expect(datasetsOfGroup({ base: mnist(), rates: [0], imbalances: [1], noiseSeed: 7 })).toEqual([mnist()]);
  expect(datasetsOfGroup({ base: clusters(), rates: [], imbalances: [], noiseSeed: 0 })).toEqual([clusters()]);
});

test("sets that are not all combinations, or whose noise has several seeds, stay alone", () => {
  const ragged = [mnist(), mnist({ labelNoise: { rate: 0.1 } }), mnist({ imbalance: 0.5 })];
  expect(groupDatasets(ragged).map((group) => group.indexes)).toEqual([[0], [1], [2]]);
  const seeds = [mnist({ labelNoise: { rate: 0.1, seed: 1 } }), mnist({ labelNoise: { rate: 0.2, seed: 2 } })];
  expect(groupDatasets(seeds)).toHaveLength(2);
  expect(groupDatasets(seeds).flatMap(datasetsOfGroup)).toEqual(seeds);
});

test("different sets, and different subsets of one, are groups of their own", () => {
  const datasets = [mnist(), clusters({ imbalance: 0.2 }), mnist({ trainPerClass: 50 }), clusters()];
  const groups = groupDatasets(datasets);
  expect(groups.map((group) => group.indexes)).toEqual([[0], [1, 3], [2]]);
  expect(groups[1].imbalances).toEqual([1, 0.2]);
});

test("the number of large classes is the set's own, kept where it is balanced, and taken out without a trace", () => {
  const two = { base: withLargeClasses(mnist(), 2), rates: [0], imbalances: [1, 0.1], noiseSeed: 0 };
  const datasets = datasetsOfGroup(two);
  expect(datasets).toEqual([mnist({ largeClasses: 2 }), mnist({ largeClasses: 2, imbalance: 0.1 })]);
  expect(groupDatasets(datasets)).toEqual([{ ...two, indexes: [0, 1] }]);
  expect(groupDatasets([...datasets, mnist({ imbalance: 0.1 })])).toHaveLength(2);
  expect(withLargeClasses(two.base, null)).toEqual(mnist());
});

test("a change of one group leaves the others; taking it out does too", () => {
  const groups = groupDatasets([mnist(), clusters()]);
  expect(withGroup(groups, 1, null)).toEqual([mnist()]);
  const changed = withGroup(groups, 0, { ...groups[0], rates: [0, 0.2] });
  expect(changed).toEqual([mnist(), mnist({ labelNoise: { rate: 0.2, seed: 0 } }), clusters()]);
});

test("random labels take no noise", () => {
  const base = datasetConfig.parse({ id: "random-labels" });
  expect(datasetsOfGroup({ base, rates: [0, 0.5], imbalances: [0.1], noiseSeed: 0 })).toEqual([base]);
});
