import { Failure } from "../../contract/failure.ts";
import { parseIdx } from "./parseIdx.ts";

/** Images as published: one byte a pixel and channel. */
export interface ImageBytes {
  count: number;
  dimension: number;
  /** [count, dimension] row-major. */
  pixels: Uint8Array;
  labels: Uint8Array;
}

/** Images and labels from a pair of IDX files. @throws Failure DATASET_CORRUPT */
export function imagesFromIdx(images: Uint8Array, labels: Uint8Array, names: [string, string]): ImageBytes {
  const { shape, values } = parseIdx(images, names[0]);
  const given = parseIdx(labels, names[1]);
  if (given.shape.length !== 1 || given.shape[0] !== shape[0])
    throw new Failure(
      "DATASET_CORRUPT",
      `${names[1]} has sizes ${given.shape.join(" × ")} for the ${shape[0]} images of ${names[0]}.`,
    );
  const dimension = shape.slice(1).reduce((product, n) => product * n, 1);
  return { count: shape[0], dimension, pixels: values, labels: given.values };
}

const cifarDimension = 3 * 32 * 32;

/** Images from batches of CIFAR's binary layout: records of 1 label byte and 3 × 32 × 32 pixel bytes. @throws Failure DATASET_CORRUPT */
export function imagesFromCifar(batches: { name: string; bytes: Uint8Array }[]): ImageBytes {
  const record = 1 + cifarDimension;
  let count = 0;
  for (const { name, bytes } of batches) {
    if (bytes.length === 0 || bytes.length % record !== 0)
      throw new Failure(
        "DATASET_CORRUPT",
        `${name} has ${bytes.length} bytes, which is no whole number of records of ${record} bytes.`,
      );
    count += bytes.length / record;
  }
  const pixels = new Uint8Array(count * cifarDimension);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const { name, bytes } of batches)
    for (let from = 0; from < bytes.length; from += record, at++) {
      if (bytes[from] > 9) throw new Failure("DATASET_CORRUPT", `${name} has the label ${bytes[from]}; CIFAR-10 has 0 to 9.`);
      labels[at] = bytes[from];
      pixels.set(bytes.subarray(from + 1, from + record), at * cifarDimension);
    }
  return { count, dimension: cifarDimension, pixels, labels };
}
