import { expect, test } from "vitest";
import { expandGrid } from "../../../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { trainingConfig } from "../../../../contract/config/trainingConfig.ts";
import { datasetConfig } from "../../../../contract/data/datasetConfig.ts";
import { presets } from "../../../../contract/presets/presets.ts";
import { waitsForMemory, workersWithMemory } from "../../../../server/supervisor/workersWithMemory.ts";

const base = expandGrid(presets.find(({ id }) => id === "first-light")!.config)[0];
const cpu = ["cpu (onnxruntime cpu)"];
const worker = (name: string, gigabytes: number, slots: number, devices = cpu) => ({
  place: { name, slots, memoryBytes: gigabytes * 1e9, devices },
  ownSets: null,
});
const small = worker("small", 2, 2);
const large = worker("large", 64, 2);
const many = worker("many", 64, 32);
const card = worker("card", 2, 1, ["cuda (onnxruntime cuda)", ...cpu]);
const names = (config: RunConfig, workers: (typeof small)[]) => workersWithMemory(workers, config).map(({ place }) => place.name);

/** 20,000 samples of 64 layers of width 256 at once: about 6 GB. */
const heavy: RunConfig = {
  ...base,
  dataset: datasetConfig.parse({ id: "mnist", trainPerClass: 2_000 }),
  depth: 64,
  width: 256,
  training: trainingConfig.parse({ batch: "full" }),
};

test("a run goes to workers of which a slot holds it, and to any where it is small", () => {
  expect(names(heavy, [small, large, many])).toEqual(["large"]);
  expect(names(base, [small, large, many])).toEqual(["small", "large", "many"]);
});

test("a GPU's memory is not known: only a run on the processor is kept from a small machine", () => {
  expect(names(heavy, [card, small, large])).toEqual(["card", "large"]);
  expect(names({ ...heavy, device: "cpu" }, [card, small, large])).toEqual(["large"]);
});

test("where none holds it, it waits, and says for what", () => {
  expect(names(heavy, [small, many])).toEqual([]);
  expect(waitsForMemory([small, many], heavy)).toMatch(
    /^It needs about 6\.2 GB of memory, and the largest slot of the connected workers has 2 GB: connect a worker with more memory/,
  );
});
