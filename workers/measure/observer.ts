import type { RunConfig } from "../../contract/config/runConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { hasManyClasses, notMeasuredText } from "../../contract/metrics/classLimit.ts";
import type { GeometrySnapshot } from "../../contract/wire/runEvents.ts";
import { matrix } from "../../math/linear/matrix.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import type { NoOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import type { Dataset, SampleSet } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import { parameterSlice } from "../models/parameterLayout.ts";
import { type Chunk, type FeatureReader, makeFeatureReader, type ParameterSource, parametersOf } from "./featureReader.ts";
import { type Findings, layerFindings, objectiveFindings } from "./findings.ts";
import { GeometryFrames } from "./geometryFrames.ts";
import { type SplitSums, sumSplit } from "./splitSums.ts";

/** All that is measured at one step. */
export interface Observation extends Findings {
  /** null where none was asked for, or the class means have none (said in `missing`). */
  snapshot: GeometrySnapshot | null;
}

export interface Observer {
  /** Measures all layers over the whole training and test set. @throws Failure DIVERGED if the loss is not finite */
  observe(step: number, source: ParameterSource, withPicture?: boolean): Promise<Observation>;
  /** The picture's last frame, so that a resumed run continues turning from it. */
  geometry: GeometryFrames;
  /** Reads the features that are measured. */
  reader: FeatureReader;
  dispose(): Promise<void>;
}

/** Features kept between the passes over a split; above it the network runs again. */
const keptBytes = 256e6;

/** Compiles what measuring needs. @param shared the reader of another run whose network and sets have the same shapes */
export async function makeObserver(
  engine: Engine,
  config: RunConfig,
  network: Network,
  dataset: Dataset,
  optimum: Optimum | NoOptimum,
  shared?: FeatureReader,
): Promise<Observer> {
  const { classes, train, test } = dataset;
  const reader = shared ?? (await makeFeatureReader(engine, network, [train, test]));
  const geometry = new GeometryFrames(train.labels, classes);
  const secondPass = !hasManyClasses(classes);

  const passes = { train: repeatable(reader, network, train), test: repeatable(reader, network, test) };

  return {
    geometry,
    reader,
    async observe(step, source, withPicture = true) {
      const parameters = await parametersOf(source);
      const slice = parameterSlice(parameters, network.parameters, network.head);
      const head = matrix(classes, network.width, Float64Array.from(slice));
      const common = { classes, loss: config.loss, head };
      const trainChunks = passes.train(source);
      const onTrain = await sumSplit({ ...common, chunks: trainChunks, secondPass: secondPass ? "all" : "none" });
      requireFinite(onTrain, step);
      const onTest =
        network.freeSamples === null
          ? await sumSplit({
              ...common,
              chunks: passes.test(source),
              reference: onTrain.statistics,
              secondPass: secondPass ? "last" : "none",
            })
          : null;
      const findings: Findings = { values: {}, missing: {} };
      layerFindings(findings, config, head, onTrain, onTest);
      objectiveFindings(findings, { config, network, parameters, head, optimum, onTrain, onTest });
      if (!secondPass) findings.missing.geometry = notMeasuredText;
      const snapshot = secondPass && withPicture ? await geometry.snapshot(step, onTrain, head, trainChunks, findings) : null;
      return { ...findings, snapshot };
    },
    dispose: () => reader.dispose(),
  };
}

/**
 * The chunks of a set, to be read several times: the first time as they are computed, after that from buffers that the next
 * measurement refills, or computed again where those would be too large.
 */
function repeatable(reader: FeatureReader, network: Network, set: SampleSet) {
  const { layers, width, classes } = network;
  const buffer = (columns: number) => new Float32Array(set.count * columns);
  const isKept = set.count * layers * width * 4 <= keptBytes;
  const kept = isKept ? { logits: buffer(classes), features: Array.from({ length: layers }, () => buffer(width)) } : null;
  return (source: ParameterSource): (() => AsyncIterable<Chunk>) => {
    if (!kept) return () => reader.read(set, source);
    const chunks: Chunk[] = [];
    async function* compute(to: NonNullable<typeof kept>): AsyncGenerator<Chunk> {
      for await (const chunk of reader.read(set, source)) {
        const copied = (whole: Float32Array, part: Float32Array, columns: number) => {
          whole.set(part, chunk.from * columns);
          return whole.subarray(chunk.from * columns, (chunk.from + chunk.count) * columns);
        };
        chunks.push({
          ...chunk,
          logits: copied(to.logits, chunk.logits, classes),
          features: chunk.features.map((layer, l) => copied(to.features[l], layer, width)),
        });
        yield chunk; // read while it is still near the processor
      }
    }
    async function* again(): AsyncGenerator<Chunk> {
      yield* chunks;
    }
    return () => (chunks.length === 0 ? compute(kept) : again());
  };
}

function requireFinite(sums: SplitSums, step: number): void {
  if (!Number.isFinite(sums.fit)) throw new Failure("DIVERGED", `The loss over the training set is ${sums.fit} at step ${step}.`);
}
