import type { DeviceChoice, RunConfig } from "../../contract/config/runConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { warmupWarning } from "../../contract/launch/warmupWarning.ts";
import { seriesKey } from "../../contract/metrics/seriesKey.ts";
import type { RunEvent, RunTimes } from "../../contract/wire/runEvents.ts";
import type { Assignment } from "../../contract/wire/workerProtocol.ts";
import { measuringSteps } from "../../math/steps/measuringSteps.ts";
import type { Checkpoint } from "../checkpoints/checkpointFile.ts";
import { layoutMismatch } from "../checkpoints/layoutMismatch.ts";
import { loadDataset } from "../data/resolve/loadDataset.ts";
import type { DatasetPlaces } from "../data/sources/places.ts";
import { createEngine } from "../engine/createEngine.ts";
import { evaluateRun } from "../evaluate/evaluateRun.ts";
import { makeObserver } from "../measure/observer.ts";
import { picturedSteps } from "../measure/picturedSteps.ts";
import { findRunOptimum, optimumSummary } from "../measure/runOptimum.ts";
import { defineNetwork } from "../models/defineNetwork.ts";
import { initializeParameters, parameterCount } from "../models/parameterLayout.ts";
import { learningRateAt } from "../training/schedule.ts";
import { makeTrainer, type TrainingState } from "../training/train.ts";
import { machineFault } from "./machineFault.ts";
import { requireSameData, trainedData } from "./requireSameData.ts";
import { StepTimes } from "./stepTimes.ts";
import { versions } from "./versions.ts";
import type { Trained } from "./writeFeatures.ts";

/** Everything a run needs from the process around it. */
export interface RunContext {
  config: RunConfig;
  places: DatasetPlaces;
  device: DeviceChoice;
  threads: number;
  emit: (event: RunEvent) => void;
  /** Told after each step; the step time is worked out only if it is asked for. */
  progress: (step: number, stepMs: () => number) => void;
  /** What the run resumes from, if its data are the same still; null from the beginning. */
  resumeFrom: Checkpoint | null;
  /** The data of the last attempt that started. */
  trainedOn?: Assignment["trainedOn"];
  saveCheckpoint: (checkpoint: Checkpoint) => void;
  /** Keeps what a reader of the finished run may want; absent: nothing is kept. @returns what was left out, for the log */
  keepResults?: (trained: Trained) => Promise<string | null>;
  /** Asked before each step: throws to stop the run; "checkpoint" asks for one first. */
  interruption: () => { checkpoint: boolean; reason: Failure } | null;
  /** Training time between two checkpoints, ms; ten seconds by default. */
  checkpointEveryMs?: number;
}

/**
 * The life of a run: data, network, first measurement, training with measurements and checkpoints, last measurement, and what is
 * asked for after training.
 * @throws Failure with the way it ended otherwise
 */
export async function executeRun(run: RunContext): Promise<RunTimes> {
  const { config, emit, checkpointEveryMs = 10_000 } = run;
  const log = (level: "info" | "warning", text: string) => emit({ kind: "log", level, text: text.slice(0, 4000) });
  const stopIfAsked = () => {
    const asked = run.interruption();
    if (asked) throw asked.reason;
  };
  const dataset = await loadDataset(config.dataset, run.places, log);
  const doubt = requireSameData(config.dataset, dataset.resolved, run.resumeFrom, run.trainedOn);
  if (doubt) log("warning", doubt);
  stopIfAsked();
  const engine = await createEngine({ device: run.device, threads: run.threads }).catch((error: Error) => {
    const fault = machineFault(error);
    if (fault?.code === "WORKER_FAULT" && ["auto", "cpu"].includes(run.device)) throw fault;
    throw new Failure("DEVICE_UNAVAILABLE", `${error.message}. Choose the device "auto" or "cpu", or another worker.`);
  });
  const network = defineNetwork(config, dataset);
  const optimum = await findRunOptimum(config, dataset.resolved.trainCounts, stopIfAsked);
  const { steps } = config.training;
  const unfit = run.resumeFrom && layoutMismatch(run.resumeFrom, network.parameters);
  if (unfit)
    log("warning", `The checkpoint of step ${run.resumeFrom?.step} is not used, and the run starts from step 0: ${unfit}.`);
  const resumeFrom = unfit ? null : run.resumeFrom;
  let step = resumeFrom?.step ?? 0;
  emit({
    kind: "started",
    totalSteps: steps,
    resumedFromStep: step,
    device: { choice: run.device, ...engine.choice },
    dataset: dataset.resolved,
    parameters: parameterCount(network.parameters),
    optimum: optimumSummary(optimum),
    versions,
  });
  log("info", `${dataset.preparation} Device: ${engine.choice.provider} (${engine.choice.reason}).`);
  const warmup = warmupWarning(config.training);
  if (warmup) log("warning", warmup);
  if (step > 0) log("info", `Resumed from the checkpoint of step ${step}.`);

  const state: TrainingState = resumeFrom?.state ?? { parameters: initializeParameters(network.parameters, config.seed) };
  const observer = await makeObserver(engine, config, network, dataset, optimum);
  if (resumeFrom?.frame) observer.geometry.restore(Float64Array.from(resumeFrom.frame));
  const measuredAt = new Set(measuringSteps(config.measuring, steps));
  const isPictured = picturedSteps(config.measuring, steps);
  const times = new StepTimes();
  const startedAt = performance.now() - (resumeFrom?.elapsedMs ?? 0);
  const elapsed = () => performance.now() - startedAt;

  const spent: RunTimes = { steps: 0, trainingMs: 0, measurements: 0, measuringMs: 0, evaluatingMs: 0 };

  const measure = async (source: Parameters<typeof observer.observe>[1]) => {
    const before = performance.now();
    const { values, missing, snapshot } = await observer.observe(step, source, isPictured(step));
    values[seriesKey("train", "learningRate")] = learningRateAt(config.training, Math.max(1, step));
    const stepMs = times.takeMedian();
    if (stepMs !== null) values[seriesKey("train", "stepMs")] = stepMs;
    values[seriesKey("train", "elapsedMs")] = elapsed();
    emit({ kind: "measurement", step, values, missing, measureMs: performance.now() - before });
    if (snapshot) emit({ kind: "geometry", snapshot });
    spent.measurements++;
    spent.measuringMs += performance.now() - before;
  };

  // The first numbers come before the training step is compiled, so that a page shows them at once.
  if (step === 0) await measure({ parameters: state.parameters });
  stopIfAsked();
  const trainer = await makeTrainer(engine, config, network, dataset, state);
  if (trainer.note) log("info", trainer.note);
  let savedStep = resumeFrom?.step ?? 0;
  let checkpointAt = performance.now() + checkpointEveryMs;
  const checkpoint = async () => {
    const means = observer.geometry.means;
    run.saveCheckpoint({
      step,
      elapsedMs: elapsed(),
      config: JSON.stringify(config),
      data: trainedData(dataset.resolved),
      layout: network.parameters.map(({ name, shape }) => ({ name, shape })),
      state: await trainer.step.readState(),
      frame: means ? Array.from(means) : null,
    });
    savedStep = step;
    checkpointAt = performance.now() + checkpointEveryMs;
  };
  const stopHere = async () => {
    const asked = run.interruption();
    if (!asked) return;
    if (asked.checkpoint) await checkpoint();
    throw asked.reason;
  };

  await stopHere();
  const measuredBefore = spent.measuringMs;
  const trainingFrom = performance.now();
  for await (const done of trainer.train(step)) {
    step = done.step;
    times.add(done.ms);
    run.progress(step, () => times.recentMedian());
    spent.steps++;
    // Measured before the last checkpoint: the attempt that resumes from it does not measure its first step again.
    const asked = run.interruption();
    if (measuredAt.has(step) && (!asked || asked.checkpoint)) await measure(trainer.step);
    await stopHere();
    if (performance.now() > checkpointAt && step < steps) await checkpoint();
  }
  const trainedAt = performance.now();
  spent.trainingMs = trainedAt - trainingFrom - (spent.measuringMs - measuredBefore);
  if (config.afterTraining) {
    // An attempt that ends from here on is followed by one that only evaluates.
    if (step > savedStep) await checkpoint();
    const stopReason = () => run.interruption()?.reason ?? null;
    const trained = { config, engine, network, dataset, source: trainer.step, places: run.places, log, stopReason };
    emit({ kind: "evaluation", evaluation: await evaluateRun(trained) });
    spent.evaluatingMs = performance.now() - trainedAt;
  }
  if (run.keepResults) {
    // A disk that refuses here takes nothing from the run, which is trained and measured.
    try {
      if (step > savedStep) await checkpoint();
      const note = await run.keepResults({ network, dataset, reader: observer.reader, source: trainer.step });
      if (note) log("warning", note);
    } catch (error) {
      log("warning", `The features and the last checkpoint could not be kept: ${(error as Error).message}`);
    }
  }
  emit({ kind: "finished", step, elapsedMs: elapsed(), times: spent });
  return spent;
}
