import type { Dataset, SampleSet } from "../data/dataset.ts";
import { ClassSums } from "../measure/classSums.ts";
import { type FeatureReader, type ParameterSource, parametersOf } from "../measure/featureReader.ts";
import type { Network } from "../models/network.ts";
import { classifierOf, parameterSlice } from "../models/parameterLayout.ts";
import { openSafetensors, type TensorSpec } from "./safetensors.ts";

/** A trained network with its data, and the way to read its features. */
export interface Trained {
  /** Its last one. */
  step: number;
  network: Network;
  dataset: Dataset;
  reader: FeatureReader;
  source: ParameterSource;
}

/** Features of both sets together; above it they are left out. */
const maxFeatureBytes = 256e6;

/**
 * Writes what the last layer's metrics are computed from: W [K, d] (of several layers their product), the head's bias b [K] where there is one, and of the training and
 * the test set class means [K, d] (float64), labels [N] and last-layer features [N, d]; free features have no test set.
 * @returns what was left out, null if nothing was
 */
export async function writeFeatures(path: string, trained: Trained, about: Record<string, string>): Promise<string | null> {
  const { network, dataset, reader, source } = trained;
  const { classes, width } = network;
  const sets: [string, SampleSet][] = [["train", dataset.train]];
  if (network.freeSamples === null && dataset.test.count > 0) sets.push(["test", dataset.test]);
  const bytes = sets.reduce((sum, [, { count }]) => sum + 4 * count * width, 0);
  const isKept = bytes <= maxFeatureBytes;
  const note = isKept
    ? null
    : `The features of ${sets.reduce((sum, [, { count }]) => sum + count, 0).toLocaleString("en")} samples take ${Math.round(bytes / 1e6)} MB; features are kept only up to ${maxFeatureBytes / 1e6} MB, so these are left out. The checkpoint holds the network.`;
  const bias = network.head.replace("W", "b");
  const hasBias = network.parameters.some(({ name }) => name === bias);
  const tensors: TensorSpec[] = [
    { name: "W", dtype: "F32", shape: [classes, width] },
    ...(hasBias ? [{ name: "b", dtype: "F32", shape: [classes] } as const] : []),
    ...sets.flatMap(([name, { count }]): TensorSpec[] => [
      { name: `${name}.means`, dtype: "F64", shape: [classes, width] },
      { name: `${name}.labels`, dtype: "I64", shape: [count] },
      ...(isKept ? [{ name: `${name}.features`, dtype: "F32", shape: [count, width] } as const] : []),
    ]),
  ];
  const file = openSafetensors(path, { ...about, ...(note ? { note } : {}) }, tensors);
  try {
    const parameters = await parametersOf(source);
    file.write("W", Float32Array.from(classifierOf(parameters, network).data));
    if (hasBias) file.write("b", parameterSlice(parameters, network.parameters, bias));
    for (const [name, set] of sets) {
      const sums = new ClassSums(classes, width);
      for await (const { from, features, labels } of reader.read(set, source)) {
        const last = features[features.length - 1];
        sums.add(last, labels);
        file.write(`${name}.labels`, BigInt64Array.from(labels, BigInt), from);
        if (isKept) file.write(`${name}.features`, last, from * width);
      }
      file.write(`${name}.means`, sums.statistics().means.data);
    }
  } finally {
    file.close();
  }
  return note;
}
