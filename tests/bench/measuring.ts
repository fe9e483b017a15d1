/**
 * What measuring all layers costs beside training, at the default schedule: `node tests/bench/measuring.ts [depth] [steps]`
 * on First light's network. Prints CPU time (so that a busy machine does not blur it), the share, and the promise (≤ 3 %).
 */
import { expandGrid } from "../../contract/config/experimentConfig.ts";
import { presets } from "../../contract/presets/presets.ts";
import { logSpacedSteps } from "../../math/steps/logSpacedSteps.ts";
import { loadDataset } from "../../workers/data/resolve/loadDataset.ts";
import { createEngine } from "../../workers/engine/createEngine.ts";
import { makeObserver } from "../../workers/measure/observer.ts";
import { runOptimum } from "../../workers/measure/runOptimum.ts";
import { surveyPlan } from "../../workers/measure/survey/surveyPlan.ts";
import { defineNetwork } from "../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../workers/models/parameterLayout.ts";
import { makeTrainer } from "../../workers/training/train.ts";

const [depth = 21, steps = 2000] = process.argv.slice(2).map(Number);
const preset = presets.find(({ id }) => id === "first-light")!;
const [config] = expandGrid({ ...preset.config, depths: [depth], seeds: [0] });
const dataset = await loadDataset(config.dataset, { folder: null, cache: "unused" });
const engine = await createEngine({ device: "cpu", threads: 1 });
const network = defineNetwork(config, dataset);
const observer = await makeObserver(engine, config, network, dataset, runOptimum(config, dataset.resolved.trainCounts));
const trainer = await makeTrainer(engine, config, network, dataset, { parameters: initializeParameters(network.parameters, 0) });

const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
const rounds = 12;
const warmUp = 25;
let training = 0;
let measuring = 0;
let before = cpuMs();
let wall = performance.now();
let wallMeasuring = 0;
for await (const { step } of trainer.train(0)) {
  if (step % 5 > 0) continue;
  if (step > warmUp) training += cpuMs() - before;
  before = cpuMs();
  wall = performance.now();
  await observer.observe(step, trainer.step);
  if (step > warmUp) measuring += cpuMs() - before;
  if (step > warmUp) wallMeasuring += performance.now() - wall;
  before = cpuMs();
  if (step === 5 * rounds + warmUp) break;
}
const stepMs = training / (5 * rounds);
const observeMs = measuring / rounds;
const surveys = 3;
before = cpuMs();
await observer.survey(trainer.step, async () => {});
const firstMs = cpuMs() - before;
before = cpuMs();
for (let i = 0; i < surveys; i++) await observer.survey(trainer.step, async () => {});
const surveyMs = (cpuMs() - before) / surveys;
const planned = surveyPlan({ ...config, training: { ...config.training, steps } }, network, dataset).steps.size;
const count = logSpacedSteps(steps, 10).length;
const measuredMs = count * observeMs + planned * surveyMs;
const share = measuredMs / (measuredMs + steps * stepMs);
const surveyShare = (planned * surveyMs) / (measuredMs + steps * stepMs);
console.log(
  `RN1 L=${depth} d=${config.width} N=${dataset.train.count}: step ${stepMs.toFixed(1)} ms, measurement ${observeMs.toFixed(1)} ms CPU (${(wallMeasuring / rounds).toFixed(1)} ms wall)`,
);
console.log(
  `surveys of the layers: ${planned} of ${surveyMs.toFixed(1)} ms CPU, ${(100 * surveyShare).toFixed(2)} % of the run; the first, with its compilation, ${firstMs.toFixed(0)} ms`,
);
console.log(`${count} measurements in ${steps} steps: ${(100 * share).toFixed(1)} % of the run (promised: at most 3 %)`);
process.exit(0);
