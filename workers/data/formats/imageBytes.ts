import { Failure } from "../../../contract/failure.ts";
import { parseIdx } from "./parseIdx.ts";

/** Pictures as published: one byte a pixel and channel. */
export interface ImageBytes {
  count: number;
  channels: number;
  height: number;
  width: number;
  /** [count, channels, height, width] row-major. */
  pixels: Uint8Array;
  /** Class of each picture, 0 … K − 1. */
  labels: Uint16Array;
}

export interface IdxOptions {
  classes: number;
  /** Label of the first class. */
  firstLabel?: number;
  /** The file holds each picture column by column, as EMNIST does. */
  transposed?: boolean;
  /** Height and width expected. */
  side?: number;
}

/** Grey pictures and labels from a pair of IDX files. @throws Failure DATASET_CORRUPT naming file, place and expectation */
export function imagesFromIdx(
  images: Uint8Array,
  labels: Uint8Array,
  names: readonly [string, string],
  { classes, firstLabel = 0, transposed = false, side }: IdxOptions,
): ImageBytes {
  const { shape, values } = parseIdx(images, names[0]);
  if (shape.length !== 3)
    throw new Failure("DATASET_CORRUPT", `${names[0]} has sizes ${shape.join(" × ")}; expected pictures × rows × columns.`);
  if (side !== undefined && (shape[1] !== side || shape[2] !== side))
    throw new Failure("DATASET_CORRUPT", `${names[0]} has pictures of ${shape[1]} × ${shape[2]}; expected ${side} × ${side}.`);
  const given = parseIdx(labels, names[1]);
  if (given.shape.length !== 1 || given.shape[0] !== shape[0])
    throw new Failure(
      "DATASET_CORRUPT",
      `${names[1]} has sizes ${given.shape.join(" × ")} for the ${shape[0]} images of ${names[0]}.`,
    );
  const [count, height, width] = shape;
  const last = firstLabel + classes - 1;
  const odd = given.values.findIndex((label) => label < firstLabel || label > last);
  if (odd >= 0)
    throw new Failure(
      "DATASET_CORRUPT",
      `${names[1]} has the label ${given.values[odd]} at byte ${8 + odd}; expected ${firstLabel} to ${last}.`,
    );
  return {
    count,
    channels: 1,
    height,
    width,
    pixels: transposed ? transpose(values, height, width) : values,
    labels: Uint16Array.from(given.values, (label) => label - firstLabel),
  };
}

function transpose(pixels: Uint8Array, height: number, width: number): Uint8Array {
  const turned = new Uint8Array(pixels.length);
  const size = height * width;
  for (let start = 0; start < pixels.length; start += size)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) turned[start + row * width + column] = pixels[start + column * height + row];
  return turned;
}

/** Numbers a picture of CIFAR: 3 × 32 × 32. */
export const cifarPixels = 3 * 32 * 32;

/** Pictures of one batch [n, 3072], and their labels. */
export interface CifarPart {
  labels: ArrayLike<number>;
  pixels: Uint8Array;
}

/** Batches one after the other. */
export function joinCifar(parts: CifarPart[]): ImageBytes {
  const count = parts.reduce((sum, part) => sum + part.labels.length, 0);
  const pixels = new Uint8Array(count * cifarPixels);
  const labels = new Uint16Array(count);
  let at = 0;
  for (const part of parts) {
    labels.set(part.labels, at);
    pixels.set(part.pixels, at * cifarPixels);
    at += part.labels.length;
  }
  return { count, channels: 3, height: 32, width: 32, pixels, labels };
}

interface CifarOptions {
  classes: number;
  /** CIFAR-10: 1; CIFAR-100: 2, the coarse label, then the fine one, which counts. */
  labelBytes: 1 | 2;
}

/**
 * Pictures from batches of CIFAR's binary layout: records of label bytes and 3 × 32 × 32 pixel bytes.
 * @throws Failure DATASET_CORRUPT naming file, byte and expectation
 */
export function imagesFromCifar(
  batches: { name: string; bytes: Uint8Array }[],
  { classes, labelBytes }: CifarOptions,
): ImageBytes {
  const record = labelBytes + cifarPixels;
  let count = 0;
  for (const { name, bytes } of batches) {
    if (bytes.length === 0 || bytes.length % record !== 0)
      throw new Failure(
        "DATASET_CORRUPT",
        `${name} has ${bytes.length} bytes, which is not a whole number of records of ${record} bytes.`,
      );
    count += bytes.length / record;
  }
  const pixels = new Uint8Array(count * cifarPixels);
  const labels = new Uint16Array(count);
  let at = 0;
  for (const { name, bytes } of batches)
    for (let from = 0; from < bytes.length; from += record, at++) {
      const label = bytes[from + labelBytes - 1];
      if (label >= classes)
        throw new Failure(
          "DATASET_CORRUPT",
          `${name} has the label ${label} at byte ${from + labelBytes - 1}; CIFAR-${classes} has 0 to ${classes - 1}.`,
        );
      labels[at] = label;
      pixels.set(bytes.subarray(from + labelBytes, from + record), at * cifarPixels);
    }
  return { count, channels: 3, height: 32, width: 32, pixels, labels };
}

/** Some of the pictures, in the order of `rows`. */
export function takeImages(images: ImageBytes, rows: Uint32Array): ImageBytes {
  if (rows.length === images.count) return images;
  const size = images.channels * images.height * images.width;
  const pixels = new Uint8Array(rows.length * size);
  rows.forEach((i, at) => {
    pixels.set(images.pixels.subarray(i * size, (i + 1) * size), at * size);
  });
  return { ...images, count: rows.length, pixels, labels: Uint16Array.from(rows, (i) => images.labels[i]) };
}
