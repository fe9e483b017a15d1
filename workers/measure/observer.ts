import type { RunConfig } from "../../contract/config/runConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { measuredShape } from "../../contract/launch/measuredShape.ts";
import { isMeasuredAt, measuredEvery } from "../../contract/metrics/measuringBudget.ts";
import type { GeometrySnapshot } from "../../contract/wire/runEvents.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import type { NoOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import { measuringSteps } from "../../math/steps/measuringSteps.ts";
import type { Dataset, SampleSet } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import type { FeatureReader, ParameterSource } from "./featureReader.ts";
import { classFindings, type Findings, layerFindings, objectiveFindings } from "./findings.ts";
import { GeometryFrames } from "./geometryFrames.ts";
import { hostSums } from "./hostSums.ts";
import { meansOf, otherFindings } from "./otherFindings.ts";
import { type Place, placeOfSums } from "./placeOfSums.ts";
import { SharedMeasuring } from "./sharedMeasuring.ts";
import type { Sums } from "./sums.ts";
import { makeSurveyor, type Survey, type Surveyor } from "./survey/survey.ts";

/** All that is measured at one step. */
export interface Observation extends Findings {
  /** null where none was asked for, or the class means have none (said in `missing`). */
  snapshot: GeometrySnapshot | null;
}

/** A run that is measured in another way than alone: its sums from a call for all runs of its pack. */
export interface PackedSource {
  /** null where a number of it is not finite. */
  sums(): Promise<Sums | null>;
  /** Its own parameters. */
  source(): Promise<ParameterSource>;
}

export interface Observer {
  /** Measures all layers over the whole training and test set. @throws Failure DIVERGED if the loss is not finite */
  observe(step: number, source: ParameterSource | PackedSource, withPicture?: boolean): Promise<Observation>;
  /** What more there is to say of every layer, at the steps of the run's survey plan. @param pause awaited between its parts: throws to stop */
  survey(source: ParameterSource | PackedSource, pause: () => Promise<void>): Promise<Survey>;
  /** The picture's last frame, so that a resumed run continues turning from it. */
  geometry: GeometryFrames;
  /** Reads the features that are measured; compiled when it is first read. */
  reader: FeatureReader;
  dispose(): Promise<void>;
}

interface ObserverOptions {
  /** The parts of runs that this one shares shapes and loss with. */
  shared?: SharedMeasuring;
  /** Where features are summed: where it takes less time, unless said. */
  place?: Place;
  /** A second set, of which NC5 is measured; null: none. */
  other?: SampleSet | null;
}

/** Compiles what measuring needs. */
export async function makeObserver(
  engine: Engine,
  config: RunConfig,
  network: Network,
  dataset: Dataset,
  optimum: Optimum | NoOptimum,
  { shared, place = placeOfSums(engine, config, dataset), other = null }: ObserverOptions = {},
): Promise<Observer> {
  const parts = shared ?? new SharedMeasuring();
  const reader = parts.reader(engine, network, dataset);
  const geometry = new GeometryFrames(dataset.train.labels, dataset.classes, config.measuring.pictured);
  const { classes, train, test } = dataset;
  const every = measuredEvery("second pass", measuredShape(config, { classes, train: train.count, test: test.count }));
  const schedule = measuringSteps(config.measuring, config.training.steps);
  const onHost = hostSums(reader, config, network, dataset, geometry.drawn, parts.secondPass(engine));
  const onDevice = place === "device" ? await parts.deviceSums(engine, config, network, dataset, geometry.drawn) : null;
  // What is not finite on the device is read on the host, which knows which class of which set it belongs to.
  const sumsOf = async (source: ParameterSource, secondPass: boolean) =>
    (await onDevice?.read(source)) ?? (await onHost.read(source, secondPass));
  let surveyor: Surveyor | undefined;
  return {
    geometry,
    reader,
    async observe(step, source, withPicture = true) {
      const secondPass = isMeasuredAt(step, schedule, every);
      const sums = isPacked(source)
        ? ((await source.sums()) ?? (await sumsOf(await source.source(), secondPass)))
        : await sumsOf(source, secondPass);
      const observed = await observation(step, config, optimum, sums, withPicture ? geometry : null, every);
      if (config.other)
        otherFindings(observed, sums.onTrain.statistics, other && (await meansOf(reader, other, await readable(source))));
      return observed;
    },
    async survey(source, pause) {
      surveyor ??= makeSurveyor(config, network, dataset, parts.moments(engine, network, dataset));
      return surveyor.survey(await readable(source), pause);
    },
    dispose: async () => (shared ? undefined : parts.dispose()),
  };
}

const isPacked = (source: ParameterSource | PackedSource): source is PackedSource => "sums" in source;

const readable = async (source: ParameterSource | PackedSource): Promise<ParameterSource> =>
  isPacked(source) ? source.source() : source;

/** The numbers and the picture that sums make. @throws Failure DIVERGED if the loss is not finite */
async function observation(
  step: number,
  config: RunConfig,
  optimum: Optimum | NoOptimum,
  sums: Sums,
  geometry: GeometryFrames | null,
  every: number,
): Promise<Observation> {
  const { onTrain, onTest, head, squared } = sums;
  if (!Number.isFinite(onTrain.fit))
    throw new Failure("DIVERGED", `The loss over the training set is ${onTrain.fit} at step ${step}.`);
  const findings: Findings = { values: {}, missing: {}, lists: {} };
  layerFindings(findings, config, sums, every);
  if (geometry) classFindings(findings, head, onTrain, onTest);
  objectiveFindings(findings, { config, squared, head, optimum, onTrain, onTest, every });
  const snapshot = geometry ? await geometry.snapshot(step, sums, findings) : null;
  return { ...findings, snapshot };
}
