import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { Checkpoint } from "../../../workers/checkpoints/checkpointFile.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeObserver } from "../../../workers/measure/observer.ts";
import { runOptimum } from "../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { makeFullGradient } from "../../../workers/training/fullGradient.ts";
import { makePolisher } from "../../../workers/training/polish.ts";
import { executeRun } from "../../support/builders/executeRun.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { families } from "../../unit/workers/families.ts";
import { gradientBy } from "../../unit/workers/gradientBy.ts";

const engine = await createEngine({ device: "cpu", engine: "compiled" });
/** A share of the decay beside the gradient is refused, since the steps then minimize another objective. */
const coupled = ({ training: { optimizer } }: RunConfig) => (optimizer.share ?? 1) === 1;
const everyParameter = smallRun({ headBias: true, regularizer: { family: "weights", lambda: 0.01, decayed: "all" } });
const polished = [
  ...families,
  { name: "decay of all parameters", run: () => ({ config: everyParameter, data: dataOf(everyParameter) }) },
]
  .map(({ name, run }) => ({ name, ...run() }))
  .filter(
    ({ config }) =>
      ["weights", "slack"].includes(config.regularizer.family) &&
      config.training.batch === "full" &&
      config.architecture !== "resnet" &&
      coupled(config),
  );

async function setUp(config: RunConfig) {
  const data = dataOf(config);
  const network = defineNetwork(config, data);
  return { data, network, parameters: initializeParameters(network.parameters, config.seed) };
}

describe.each(polished)("$name", ({ config, data }) => {
  test("J and its gradient are those that runs are measured and trained by", async () => {
    const network = defineNetwork(config, data);
    const parameters = initializeParameters(network.parameters, 3);
    const full = await makeFullGradient(engine, config, network, data);
    const { value, gradient } = await full.at(Float64Array.from(parameters));
    await full.dispose();
    const observer = await makeObserver(engine, config, network, data, runOptimum(config, data.resolved.trainCounts));
    const { values } = await observer.observe(0, { parameters });
    await observer.dispose();
    expect(Math.abs(value / values["train/loss"] - 1)).toBeLessThan(1e-6);
    const expected = await gradientBy(engine, config, data, parameters);
    const size = Math.hypot(...expected);
    expect(Math.hypot(...gradient.map((g, i) => g - expected[i])) / size).toBeLessThan(1e-5);
  });
});

test("on a smooth objective, free features on the sphere, ‖∇J‖ falls to the tolerance and J to L*", async () => {
  const training = { steps: 10, learningRate: 0.01, polish: { iterations: 400, tolerance: 1e-5, curvature: true } };
  const config = smallRun({ architecture: "ufm", depth: 1, training });
  const { data, network, parameters } = await setUp(config);
  const polisher = await makePolisher(engine, config, network, data, { parameters }, 0);
  let ended: string | null = null;
  let objective = 0;
  while (ended === null) ({ ended, objective } = await polisher.iterate());
  expect(ended).toBe("stationary");
  expect(polisher.gradientNorm).toBeLessThanOrEqual(1e-5);
  const optimum = runOptimum(config, data.resolved.trainCounts);
  if (optimum.method === "none") throw new Error(optimum.reason);
  expect(Math.abs(objective / optimum.loss - 1)).toBeLessThan(1e-4);
  // A minimum: no direction of negative curvature, up to what float32 differences leave.
  expect((await polisher.curvature()).value).toBeGreaterThan(-1e-3);
  await polisher.dispose();
});

test("an objective that float32 lowers no further ends as stalled, above the tolerance", async () => {
  const config = smallRun({ architecture: "ufm", depth: 1, training: { polish: { iterations: 2000, tolerance: 0 } } });
  const { data, network, parameters } = await setUp(config);
  const polisher = await makePolisher(engine, config, network, data, { parameters }, 0);
  let ended: string | null = null;
  while (ended === null) ({ ended } = await polisher.iterate());
  expect(["stalled", "limit"]).toContain(ended);
  // What float32 leaves of the gradient here.
  expect(polisher.gradientNorm).toBeGreaterThan(0);
  expect(polisher.gradientNorm).toBeLessThan(1e-5);
  await polisher.dispose();
});

/** A run alone, from a checkpoint if one is given; stopped with a checkpoint after so many steps. */
async function runOnce(config: RunConfig, resumeFrom: Checkpoint | null = null, stopAt = Number.POSITIVE_INFINITY) {
  const events: RunEvent[] = [];
  let saved: Checkpoint | null = null;
  let step = 0;
  const stop = new Error("asked to stop");
  const life = executeRun({
    config,
    places: { folder: null, cache: "" },
    device: "cpu",
    threads: 1,
    emit: (event) => events.push(event),
    progress: (done) => {
      step = done;
    },
    resumeFrom,
    saveCheckpoint: (checkpoint) => {
      saved = structuredClone(checkpoint);
    },
    keepResults: async () => null,
    interruption: () => (step >= stopAt ? { checkpoint: true, reason: stop as never } : null),
  });
  await life.catch((error: Error) => {
    if (error !== stop) throw error;
  });
  const values = new Map<string, number>();
  for (const event of events)
    if (event.kind === "measurement")
      for (const [key, value] of Object.entries(event.values))
        if (!/stepMs|elapsedMs/.test(key)) values.set(`${event.step} ${key}`, value);
  return { events, saved: saved as Checkpoint | null, values };
}

const training = { steps: 30, learningRate: 0.01, polish: { iterations: 40, tolerance: 0 } };

test("iterations are steps counted on from the last one, measured log-spaced; J ends lower than training left it", async () => {
  const { events, values } = await runOnce(smallRun({ training }));
  const measured = events.flatMap((event) => (event.kind === "measurement" ? [event.step] : []));
  const end = measured.at(-1)!;
  expect(events.at(-1)).toMatchObject({ kind: "finished", step: end });
  expect(events[0]).toMatchObject({ kind: "started", totalSteps: 70 });
  expect(measured.filter((step) => step > 30 && step < end)).toEqual(
    [31, 32, 33, 34, 35, 36, 38, 40, 43, 46, 50, 55, 62].filter((step) => step < end),
  );
  expect(values.get(`${end} train/loss`)!).toBeLessThan(values.get("30 train/loss")!);
  expect(values.get(`${end} train/gradientNorm`)).toBeGreaterThan(0);
  expect(values.has("30 train/gradientNorm")).toBe(false);
});

test.each([20, 30, 45])("stopped at step %i and resumed from its checkpoint, it has the same numbers", async (at) => {
  const config = smallRun({ training: { ...training, grown: {} } });
  const whole = await runOnce(config);
  const first = await runOnce(config, null, at);
  expect(first.saved?.step).toBe(at);
  const second = await runOnce(config, first.saved);
  for (const [key, value] of second.values) expect(value, key).toBe(whole.values.get(key));
  expect(second.values.size).toBeGreaterThan(0);
});
