import { mostSteps } from "../../contract/config/trainingConfig.ts";
import { seriesKey } from "../../contract/metrics/seriesKey.ts";
import type { RunTimes, StartedPack } from "../../contract/wire/runEvents.ts";
import { stepsOfRun } from "../../math/steps/stepsOfRun.ts";
import type { Log } from "../data/resolve/resolveSamples.ts";
import { evaluateRun } from "../evaluate/evaluateRun.ts";
import { type ParameterSource, parametersOf } from "../measure/featureReader.ts";
import type { Observation, Observer, PackedSource } from "../measure/observer.ts";
import { picturedSteps } from "../measure/picturedSteps.ts";
import type { Sums } from "../measure/sums.ts";
import { type SurveyPlan, surveyPlan, surveyStepsText } from "../measure/survey/surveyPlan.ts";
import { initializeParameters } from "../models/parameterLayout.ts";
import type { PolishEnd } from "../training/polish.ts";
import { learningRateAt } from "../training/schedule.ts";
import { requireFiniteFit, type TrainingState } from "../training/train.ts";
import { announceStart } from "./announceStart.ts";
import { BestState } from "./bestState.ts";
import type { PreparedRun } from "./preparedRun.ts";
import { trainedData } from "./requireSameData.ts";
import { type RunContext, stopIfAsked } from "./runContext.ts";
import { StepTimes } from "./stepTimes.ts";

/** Where a run's numbers are while it trains: its slice of what the compiled step holds. */
export interface TrainedSlice {
  /** Its parameters, in place where that can be. */
  source(): Promise<ParameterSource>;
  /** What it is measured by, where all runs of the step are summed in one call; see PackedSource. */
  sums?(): Promise<Sums | null>;
  /** A copy of all that its optimizer continues from. */
  readState(): Promise<TrainingState>;
  /** While it is polished: ‖∇J‖ there, and the smallest eigenvalue of the Hessian. */
  polished?: { gradientNorm(): number; curvature(): Promise<{ value: number; error: number }> };
}

interface Updates {
  updates: number;
  /** Of the parameters before each of the last ones. */
  fits: number[];
  /** Wall time of one, of all runs that took it together. */
  ms: number;
  /** Polishing ended with the last of them, so. */
  ended?: PolishEnd;
}

/** Time that the runs which train together spend on measuring and evaluating: none of it is training time of any of them. */
export interface AsideClock {
  ms: number;
}

/**
 * A run from its first event to its last, whoever takes its steps: what it measures and keeps on the way is the same alone and in a
 * pack.
 */
export class RunLife {
  readonly run: RunContext;
  readonly prepared: PreparedRun;
  /** Updates done. */
  step: number;
  /** Updates there are to do; fewer once polishing has ended. */
  private total: number;
  readonly spent: RunTimes = { steps: 0, trainingMs: 0, measurements: 0, measuringMs: 0, evaluatingMs: 0 };
  private readonly log: Log;
  private readonly measuringSteps: number[];
  private nextMeasuring = 0;
  private readonly measuredAt: Set<number>;
  private readonly isPictured: (step: number) => boolean;
  private readonly survey: SurveyPlan;
  private readonly times = new StepTimes();
  private readonly startedAt: number;
  private readonly observer: Observer;
  private savedStep: number;
  private checkpointAt = Number.POSITIVE_INFINITY;
  private trainingFrom = 0;
  private asideBefore = 0;
  private aside: AsideClock = { ms: 0 };
  /** Of a grown run: what it ends with is no worse than what it began with. */
  private readonly best: BestState | null;
  /** In place of what its training ended with, where an earlier state was better. */
  private kept: TrainedSlice | null = null;
  /** What its training continues from, until it is given to a compiled step. */
  private state: TrainingState | null;

  /** Says that it has started. @param makeObserver compiles what measuring needs, after that is said */
  static async begin(
    run: RunContext,
    prepared: PreparedRun,
    makeObserver: () => Promise<Observer>,
    pack?: StartedPack,
  ): Promise<RunLife> {
    const log: Log = (level, text) => run.emit({ kind: "log", level, text: text.slice(0, 4000) });
    announceStart(run, prepared, log, pack);
    const { network, resumeFrom, grown } = prepared;
    const { best: _best, ...resumed } = resumeFrom?.state ?? {};
    const parameters = resumed.parameters ?? grown?.parameters ?? initializeParameters(network.parameters, run.config.seed);
    const state = { ...resumed, parameters };
    const life = new RunLife(run, prepared, log, state, await makeObserver());
    // The first numbers come before the training step is compiled, so that a page shows them at once.
    life.say("info", life.surveyText);
    if (life.step === 0) {
      if (grown) await life.offerBase(grown.base);
      await life.measure({ parameters });
    }
    stopIfAsked(run);
    return life;
  }

  private constructor(run: RunContext, prepared: PreparedRun, log: Log, state: TrainingState, observer: Observer) {
    const { config } = run;
    const { resumeFrom } = prepared;
    this.run = run;
    this.prepared = prepared;
    this.log = log;
    this.state = state;
    this.observer = observer;
    this.step = resumeFrom?.step ?? 0;
    this.best = config.training.grown ? BestState.of(resumeFrom) : null;
    this.savedStep = this.step;
    if (resumeFrom?.frame) observer.geometry.restore(Float64Array.from(resumeFrom.frame));
    this.total = mostSteps(config.training);
    this.isPolishing = this.step > config.training.steps;
    this.measuringSteps = stepsOfRun(config.measuring, config.training.steps, this.total);
    this.measuredAt = new Set(this.measuringSteps);
    this.isPictured = picturedSteps(config.measuring, this.total);
    this.survey = surveyPlan(config, prepared.network, prepared.dataset);
    this.startedAt = performance.now() - (resumeFrom?.elapsedMs ?? 0);
  }

  /** A line of its log. */
  say(level: "info" | "warning", text: string): void {
    this.log(level, text);
  }

  /** When its layers are surveyed. */
  private get surveyText(): string {
    const { steps, refusal } = this.survey;
    if (refusal) return `Ranks, spectra and probes of the layers are not measured: ${refusal}.`;
    return `Ranks, spectra and probes of the layers are measured at ${surveyStepsText(steps)}.`;
  }

  /** What a compiled step is to begin from. @throws once it was taken by `trainsIn` */
  get initialState(): TrainingState {
    if (!this.state) throw new Error("the state is in the compiled step");
    return this.state;
  }

  /** Its state is in a compiled step now. @throws the reason to stop */
  async trainsIn(slice: TrainedSlice, aside: AsideClock): Promise<void> {
    this.aside = aside;
    this.checkpointAt = performance.now() + this.checkpointEveryMs;
    await this.stopHere(slice);
    this.trainingFrom = performance.now();
    this.asideBefore = aside.ms;
  }

  /** Updates that may be made in one call: up to the next measuring step. */
  get stepsToNext(): number {
    while (this.measuringSteps[this.nextMeasuring] <= this.step) this.nextMeasuring++;
    return (this.measuringSteps[this.nextMeasuring] ?? this.total) - this.step;
  }

  /**
   * Updates were made.
   * @throws Failure DIVERGED; the reason to stop
   */
  async advanced({ updates, fits, ms, ended }: Updates, slice: TrainedSlice): Promise<void> {
    const { run, times } = this;
    const firstKnown = this.step + updates - fits.length;
    for (const [at, fit] of fits.entries()) {
      // It ends at the last of the updates that were whole, wherever the call's others have led.
      if (!Number.isFinite(fit)) this.stepIs(firstKnown + at);
      requireFiniteFit(run.config, firstKnown + at, fit);
    }
    this.state = null;
    times.add(ms, updates);
    this.stepIs(this.step + updates);
    this.spent.steps += updates;
    if (ended) {
      this.total = this.step;
      this.sayPolished(ended, slice);
    }
    // Measured before the last checkpoint: the attempt that resumes from it does not measure its first step again.
    const asked = run.interruption();
    if ((this.measuredAt.has(this.step) || this.isTrained) && (!asked || asked.checkpoint))
      await this.measure(measuredBy(slice) ?? (await slice.source()), slice);
    await this.stopHere(slice);
    if (performance.now() > this.checkpointAt && !this.isTrained) await this.checkpoint(slice);
  }

  private stepIs(step: number): void {
    this.step = step;
    this.run.progress(step, () => this.times.recentMedian());
  }

  private sayPolished(ended: PolishEnd, slice: TrainedSlice): void {
    const { steps, polish } = this.run.config.training;
    const size = slice.polished?.gradientNorm().toExponential(2);
    const where = `after ${this.step - steps} iterations, with ‖∇J‖ = ${size}`;
    const texts: Record<PolishEnd, string> = {
      stationary: `Polishing ended ${where}, at most the tolerance ${polish?.tolerance}: a stationary point.`,
      stalled: `Polishing ended ${where}: no step along the gradient lowers J any more in float32. By the tolerance ${polish?.tolerance} this is no stationary point.`,
      limit: `Polishing ended ${where}, above the tolerance ${polish?.tolerance}: all of its iterations are done.`,
    };
    this.log("info", texts[ended]);
  }

  get stepsLeft(): number {
    return Math.max(0, this.total - this.step);
  }

  get isTrained(): boolean {
    return this.stepsLeft === 0;
  }

  /** The optimizer's steps are done, and iterations of polishing follow, in a compiled step that is not made yet. */
  get beginsPolishing(): boolean {
    return !this.isTrained && !this.isPolishing && this.step >= this.run.config.training.steps;
  }

  /** What polishing begins from: the best state so far, or what training or an attempt before ended with. */
  async polishFrom(slice: TrainedSlice): Promise<TrainingState> {
    this.isPolishing = true;
    const { best } = this.best ?? {};
    return best ? { parameters: best.parameters } : { parameters: (await slice.readState()).parameters };
  }

  /** Its slice is another one from here on. */
  private isPolishing: boolean;

  /** Median of the last steps, ms; 0 before the first. */
  get stepMs(): number {
    return this.times.recentMedian();
  }

  /** The last checkpoint, before anything is evaluated: an attempt that ends from then on is followed by one that only evaluates. */
  async saveEnd(slice: TrainedSlice): Promise<void> {
    if (this.isEvaluated) await this.checkpointEnd(slice);
  }

  /** Its training is complete, also where it resumed from its last step: evaluates and keeps what is asked for. */
  async finish(trained: TrainedSlice): Promise<void> {
    const { run, prepared, spent } = this;
    const slice = this.kept ?? trained;
    const trainedAt = performance.now();
    spent.trainingMs = trainedAt - this.trainingFrom - (this.aside.ms - this.asideBefore);
    if (this.isEvaluated) {
      await this.evaluate(prepared, await slice.source());
      spent.evaluatingMs = performance.now() - trainedAt;
    }
    if (run.keepResults) await this.keep(slice);
    this.aside.ms += performance.now() - trainedAt;
    run.emit({ kind: "finished", step: this.step, elapsedMs: this.elapsed(), times: spent });
  }

  /** Something is asked for after training. */
  private get isEvaluated(): boolean {
    const { afterTraining, other } = this.run.config;
    return afterTraining !== undefined || other !== undefined;
  }

  private get checkpointEveryMs(): number {
    return this.run.checkpointEveryMs ?? 10_000;
  }

  private elapsed(): number {
    return performance.now() - this.startedAt;
  }

  /** What a grown run ends with at least: the network that it grew from. */
  private async offerBase(parameters: Float32Array): Promise<void> {
    const { values } = await this.observer.observe(0, { parameters }, false);
    const objective = values[lossKey];
    await this.best?.offer(objective, 0, async () => parameters);
    this.log("info", `With blocks that change nothing J is ${objective}: this run ends no higher.`);
  }

  /** Measures what is there, or, at the end, the better state that was there before. */
  private async observeBest(source: ParameterSource | PackedSource, slice: TrainedSlice | undefined): Promise<Observation> {
    const { observer, step, best } = this;
    const observed = await observer.observe(step, source, this.isPictured(step));
    const objective = observed.values[lossKey];
    const isBest = await best?.offer(objective, step, async () =>
      parametersOf("sums" in source ? await source.source() : source),
    );
    if (!best?.best || isBest !== false || !slice || !this.isTrained) return observed;
    const { parameters, step: at, objective: lower } = best.best;
    // What polishing ended with is not given up for a difference that is rounding.
    if (slice.polished && objective <= lower * (1 + roundedAway)) return observed;
    this.log("info", `After the last step J is ${objective}; kept is the state of step ${at}, where it is ${lower}.`);
    this.kept = withParameters(slice, parameters);
    return observer.observe(step, { parameters }, this.isPictured(step));
  }

  private async measurePolished(values: Record<string, number>, slice: TrainedSlice | undefined): Promise<void> {
    if (!slice?.polished || this.kept) return;
    values[seriesKey("train", "gradientNorm")] = slice.polished.gradientNorm();
    if (!this.isTrained || !this.run.config.training.polish?.curvature) return;
    const { value, error } = await slice.polished.curvature();
    values[seriesKey("train", "curvature")] = value;
    this.log("info", `The smallest eigenvalue of the Hessian is about ${value.toExponential(3)} (± ${error.toExponential(1)}).`);
  }

  private async measure(source: ParameterSource | PackedSource, slice?: TrainedSlice): Promise<void> {
    const { run, observer, spent, step } = this;
    const before = performance.now();
    const { values, missing, lists, snapshot } = await this.observeBest(source, slice);
    if (step <= run.config.training.steps)
      values[seriesKey("train", "learningRate")] = learningRateAt(run.config.training, Math.max(1, step));
    // The layers too, where polishing has moved them.
    if (this.survey.steps.has(step) || (this.isTrained && slice?.polished)) {
      const found = await observer.survey(this.kept ? await this.kept.source() : source, () => this.turn());
      Object.assign(values, found.values);
      Object.assign(missing, found.missing);
      Object.assign(lists, found.lists);
    }
    await this.measurePolished(values, slice);
    const stepMs = this.times.takeMedian();
    if (stepMs !== null) values[seriesKey("train", "stepMs")] = stepMs;
    values[seriesKey("train", "elapsedMs")] = this.elapsed();
    const given = Object.keys(lists).length > 0 && { lists };
    run.emit({ kind: "measurement", step, values, ...given, missing, measureMs: performance.now() - before });
    if (snapshot) run.emit({ kind: "geometry", snapshot });
    const ms = performance.now() - before;
    spent.measurements++;
    spent.measuringMs += ms;
    this.aside.ms += ms;
  }

  /** Lets the process hear what it is told. @throws the reason to stop, where nothing needs a checkpoint */
  private async turn(): Promise<void> {
    await new Promise(setImmediate);
    const asked = this.run.interruption();
    if (asked && !asked.checkpoint) throw asked.reason;
  }

  private async checkpointEnd(slice: TrainedSlice): Promise<void> {
    if (this.step > this.savedStep) await this.checkpoint(slice);
  }

  private async checkpoint(slice: TrainedSlice): Promise<void> {
    const { run, prepared, observer, step } = this;
    const means = observer.geometry.means;
    const { state: bestState, ...best } = this.best?.saved ?? { state: {} };
    run.saveCheckpoint({
      step,
      elapsedMs: this.elapsed(),
      config: JSON.stringify(run.config),
      data: trainedData(prepared.dataset.resolved),
      ...(prepared.other && { other: prepared.other.resolved.hash }),
      layout: prepared.network.parameters.map(({ name, shape }) => ({ name, shape })),
      ...best,
      state: { ...(await (this.kept ?? slice).readState()), ...bestState },
      frame: means ? Array.from(means) : null,
    });
    this.savedStep = step;
    this.checkpointAt = performance.now() + this.checkpointEveryMs;
  }

  private async stopHere(slice: TrainedSlice): Promise<void> {
    const asked = this.run.interruption();
    if (!asked) return;
    if (asked.checkpoint) await this.checkpoint(slice);
    throw asked.reason;
  }

  private async evaluate({ dataset, other, engine, network }: PreparedRun, source: ParameterSource): Promise<void> {
    const { run, log } = this;
    const { config, places } = run;
    const stopReason = () => run.interruption()?.reason ?? null;
    const evaluation = await evaluateRun({ config, engine, network, dataset, other, source, places, log, stopReason });
    run.emit({ kind: "evaluation", evaluation });
  }

  /** A disk that refuses here takes nothing from the run, which is trained and measured. */
  private async keep(slice: TrainedSlice): Promise<void> {
    const { dataset, network } = this.prepared;
    const { reader } = this.observer;
    try {
      await this.checkpointEnd(slice);
      const note = await this.run.keepResults?.({ step: this.step, network, dataset, reader, source: await slice.source() });
      if (note) this.log("warning", note);
    } catch (error) {
      this.log("warning", `The features and the last checkpoint could not be kept: ${(error as Error).message}`);
    }
  }
}

/** Share of J that float32 leaves open. */
const roundedAway = 1e-6;

const lossKey = seriesKey("train", "loss");

/** With other parameters than those that training ended with. */
const withParameters = (slice: TrainedSlice, parameters: Float32Array): TrainedSlice => ({
  source: async () => ({ parameters }),
  readState: async () => ({ ...(await slice.readState()), parameters }),
});

const measuredBy = ({ sums, source }: TrainedSlice): PackedSource | null => (sums ? { sums, source } : null);
