import { warmupWarning } from "../../contract/launch/warmupWarning.ts";
import { seriesKey } from "../../contract/metrics/seriesKey.ts";
import { precisionWarning } from "../../contract/precision.ts";
import type { RunTimes } from "../../contract/wire/runEvents.ts";
import { measuringSteps } from "../../math/steps/measuringSteps.ts";
import type { Log } from "../data/resolve/resolveSamples.ts";
import { evaluateRun } from "../evaluate/evaluateRun.ts";
import type { ParameterSource } from "../measure/featureReader.ts";
import { makeObserver, type Observer } from "../measure/observer.ts";
import { picturedSteps } from "../measure/picturedSteps.ts";
import { optimumSummary } from "../measure/runOptimum.ts";
import { initializeParameters, parameterCount } from "../models/parameterLayout.ts";
import { learningRateAt } from "../training/schedule.ts";
import { makeTrainer, type TrainingState } from "../training/train.ts";
import { type PreparedRun, prepareRun } from "./prepareRun.ts";
import { trainedData } from "./requireSameData.ts";
import { type RunContext, stopIfAsked } from "./runContext.ts";
import { StepTimes } from "./stepTimes.ts";
import { versions } from "./versions.ts";

/**
 * The life of a run: data, network, first measurement, training with measurements and checkpoints, last measurement, and what is
 * asked for after training.
 * @throws Failure with the way it ended otherwise
 */
export async function executeRun(run: RunContext): Promise<RunTimes> {
  const { config, emit, checkpointEveryMs = 10_000 } = run;
  const log: Log = (level, text) => emit({ kind: "log", level, text: text.slice(0, 4000) });
  const prepared = await prepareRun(run, log);
  const { dataset, engine, network, resumeFrom } = prepared;
  const { steps } = config.training;
  let step = resumeFrom?.step ?? 0;
  announceStart(run, prepared, log);

  const state: TrainingState = resumeFrom?.state ?? { parameters: initializeParameters(network.parameters, config.seed) };
  const observer = await makeObserver(engine, config, network, dataset, prepared.optimum);
  if (resumeFrom?.frame) observer.geometry.restore(Float64Array.from(resumeFrom.frame));
  const measuredAt = new Set(measuringSteps(config.measuring, steps));
  const isPictured = picturedSteps(config.measuring, steps);
  const times = new StepTimes();
  const startedAt = performance.now() - (resumeFrom?.elapsedMs ?? 0);
  const elapsed = () => performance.now() - startedAt;

  const spent: RunTimes = { steps: 0, trainingMs: 0, measurements: 0, measuringMs: 0, evaluatingMs: 0 };

  const measure = async (source: ParameterSource) => {
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
  stopIfAsked(run);
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
  // An attempt that ends from here on is followed by one that only evaluates.
  const checkpointEnd = async () => {
    if (step > savedStep) await checkpoint();
  };
  if (config.afterTraining) {
    await checkpointEnd();
    await evaluate(run, prepared, trainer.step, log);
    spent.evaluatingMs = performance.now() - trainedAt;
  }
  if (run.keepResults) await keep(run, prepared, observer, trainer.step, checkpointEnd, log);
  emit({ kind: "finished", step, elapsedMs: elapsed(), times: spent });
  return spent;
}

function announceStart(run: RunContext, { dataset, engine, network, optimum, resumeFrom }: PreparedRun, log: Log): void {
  const { config, device, emit } = run;
  const step = resumeFrom?.step ?? 0;
  emit({
    kind: "started",
    totalSteps: config.training.steps,
    resumedFromStep: step,
    device: { choice: device, ...engine.choice },
    dataset: dataset.resolved,
    parameters: parameterCount(network.parameters),
    optimum: optimumSummary(optimum),
    versions,
  });
  log("info", `${dataset.preparation} Device: ${engine.choice.provider} (${engine.choice.reason}).`);
  const rounding = precisionWarning(engine.choice.precision);
  if (rounding) log("warning", rounding);
  const warmup = warmupWarning(config.training);
  if (warmup) log("warning", warmup);
  if (step > 0) log("info", `Resuming from the checkpoint of step ${step}.`);
}

async function evaluate(run: RunContext, { dataset, engine, network }: PreparedRun, source: ParameterSource, log: Log) {
  const { config, places, emit } = run;
  const stopReason = () => run.interruption()?.reason ?? null;
  const evaluation = await evaluateRun({ config, engine, network, dataset, source, places, log, stopReason });
  emit({ kind: "evaluation", evaluation });
}

/** A disk that refuses here takes nothing from the run, which is trained and measured. */
async function keep(
  { keepResults }: RunContext,
  { dataset, network }: PreparedRun,
  { reader }: Observer,
  source: ParameterSource,
  checkpointEnd: () => Promise<void>,
  log: Log,
): Promise<void> {
  try {
    await checkpointEnd();
    const note = await keepResults?.({ network, dataset, reader, source });
    if (note) log("warning", note);
  } catch (error) {
    log("warning", `The features and the last checkpoint could not be kept: ${(error as Error).message}`);
  }
}
