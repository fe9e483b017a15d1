import { Failure } from "../../contract/failure.ts";
import type { Evaluation } from "../../contract/wire/runEvents.ts";
import { addToProbeSums, countRight, emptyProbeSums, type LinearProbe, solveProbe } from "../../math/collapse/ridgeProbe.ts";
import type { Dataset, SampleSet } from "../data/dataset.ts";
import { requireReadable } from "../data/requireReadable.ts";
import type { Engine } from "../engine/engine.ts";
import { type FeatureReader, makeFeatureReader, type ParameterSource } from "../measure/featureReader.ts";
import { layerWidths } from "../models/layerWidths.ts";
import type { Network } from "../models/network.ts";

type Transfer = NonNullable<Evaluation["transfer"]>;

/** What is probed: a trained network, and the second data set. */
export interface Probed {
  engine: Engine;
  network: Network;
  /** The set it was trained on. */
  trained: Dataset;
  second: Dataset;
  source: ParameterSource;
}

/**
 * Train and test accuracy of a linear probe on the frozen features of each layer, X_1 to the last, on a second data set, prepared as its own
 * config says (its own standardization; texts in the words of the first); its classes may be other and more or fewer ones.
 * @param ridge see math/collapse/ridgeProbe.ts
 * @param pause awaited between chunks and layers: throws to stop
 * @throws Failure INVALID where the network cannot read the second set, or has no inputs
 */
export async function measureTransfer(
  { engine, network, trained, second, source }: Probed,
  ridge: number,
  pause: () => Promise<void>,
): Promise<Transfer> {
  if (network.freeSamples !== null)
    throw new Failure("INVALID", "Free features are parameters, computed from no input: nothing carries over to other data.");
  requireReadable(trained, second);
  const { classes, train, test } = second;
  const reader = await makeFeatureReader(engine, network, [train, test]);
  const sums = layerWidths(network).map((width) => emptyProbeSums(classes, width));
  for await (const { features, labels } of reader.read(train, source))
    for (const [layer, values] of features.entries()) {
      await pause();
      addToProbeSums(sums[layer], values, labels);
    }
  const probes: LinearProbe[] = [];
  for (const layer of sums) {
    await pause();
    probes.push(solveProbe(layer, ridge));
  }
  const onTrain = await accuracies(reader, train, probes, source, pause);
  const onTest = await accuracies(reader, test, probes, source, pause);
  await reader.dispose();
  return {
    dataset: second.resolved,
    layers: probes.map((_, at) => ({ layer: at + 1, trainAccuracy: onTrain[at], testAccuracy: onTest[at] })),
  };
}

async function accuracies(
  reader: FeatureReader,
  set: SampleSet,
  probes: LinearProbe[],
  source: ParameterSource,
  pause: () => Promise<void>,
): Promise<number[]> {
  const right = probes.map(() => 0);
  for await (const { features, labels } of reader.read(set, source))
    for (const [layer, values] of features.entries()) {
      await pause();
      right[layer] += countRight(probes[layer], values, labels);
    }
  return right.map((count) => count / set.count);
}
