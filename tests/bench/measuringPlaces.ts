/**
 * What a measurement takes where features are summed on the host and where on the device: `node tests/bench/measuringPlaces.ts`. One line
 * for each preset whose data are at hand, at its largest network: CPU time of a measurement (the first, with compiling, in brackets),
 * the place that is chosen, and the same for one of 8 runs of a pack.
 */
import { expandGrid } from "../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { presets } from "../../contract/presets/presets.ts";
import type { Dataset } from "../../workers/data/dataset.ts";
import { loadDataset } from "../../workers/data/resolve/loadDataset.ts";
import { createEngine } from "../../workers/engine/createEngine.ts";
import { makeObserver, type Observer } from "../../workers/measure/observer.ts";
import { makePackSums } from "../../workers/measure/packSums.ts";
import { placeOfSums } from "../../workers/measure/placeOfSums.ts";
import { defineNetwork } from "../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../workers/models/parameterLayout.ts";
import { makePackTrainer } from "../../workers/training/packTrainer.ts";

const rounds = 7;
const packed = 8;
const optimum = { method: "none", reason: "not searched for" } as const;
const engine = await createEngine({ device: "cpu", threads: 1 });
const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;

for (const preset of presets) {
  const configs = expandGrid(preset.config);
  const config = configs.reduce((a, b) => (b.depth * b.width > a.depth * a.width ? b : a));
  const dataset = await loadDataset(config.dataset, { folder: null, cache: "unused" }).catch(() => null);
  if (!dataset) continue;
  const alone = [await timeAlone(config, dataset, "host"), await timeAlone(config, dataset, "device")];
  const inPack =
    config.architecture === "conv" ? [] : [await timePack(config, dataset, "host"), await timePack(config, dataset, "device")];
  const size = `${config.architecture} L=${config.depth} d=${config.width} N=${dataset.train.count}+${dataset.test.count} K=${dataset.classes}`;
  const chosen = `${placeOfSums(engine, config, dataset)}, in a pack ${placeOfSums(engine, config, dataset, packed)}`;
  console.log(`${preset.id} (${size}): ${alone.join(", ")}; ${inPack.join(", ")}; chosen: ${chosen}`);
}
process.exit(0);

async function timeAlone(config: RunConfig, dataset: Dataset, place: "host" | "device"): Promise<string> {
  const network = defineNetwork(config, dataset);
  const parameters = initializeParameters(network.parameters, 0);
  const before = cpuMs();
  const observer = await makeObserver(engine, config, network, dataset, optimum, { place });
  await observer.observe(0, { parameters });
  const first = cpuMs() - before;
  const median = await medianOf((round) => observer.observe(round, { parameters }));
  await observer.dispose();
  return `${place} ${median.toFixed(1)} ms (${first.toFixed(0)})`;
}

async function timePack(config: RunConfig, dataset: Dataset, place: "host" | "device"): Promise<string> {
  const network = defineNetwork(config, dataset);
  const members = Array.from({ length: packed }, (_, seed) => {
    const parameters = initializeParameters(network.parameters, seed);
    return { config: { ...config, seed }, network, dataset, state: { parameters }, step: 0 };
  });
  const trainer = await makePackTrainer(engine, members);
  const sums = makePackSums(engine, members);
  const observers: Observer[] = [];
  for (const member of members)
    observers.push(await makeObserver(engine, member.config, network, dataset, optimum, { place: "host" }));
  const observeAll = async (round: number) => {
    for (const [i, observer] of observers.entries()) {
      const source = async () => ({ parameters: (await trainer.read(i)).parameters });
      const packedSource = { sums: () => sums.read(trainer.step, round, i), source };
      await observer.observe(round, place === "device" ? packedSource : await source());
    }
  };
  await observeAll(-1);
  const median = await medianOf(observeAll);
  for (const observer of observers) await observer.dispose();
  await sums.dispose();
  await trainer.dispose();
  return `a run of ${packed}, ${place} ${(median / packed).toFixed(1)} ms`;
}

async function medianOf(work: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = cpuMs();
    await work(round);
    times.push(cpuMs() - before);
  }
  return times.sort((a, b) => a - b)[rounds >> 1];
}
