import type { ImageDatasetConfig } from "../../contract/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { countClasses, type Dataset } from "./dataset.ts";
import type { ImageBytes } from "./imageBytes.ts";
import { imageSource } from "./imageSources.ts";
import { sha256 } from "./readVerified.ts";
import { type DatasetPlaces, resolveImages, type Say } from "./resolveImages.ts";

/**
 * An image set as inputs: pixels/255, minus one mean and over one standard deviation, both scalars over all pixels of the
 * training images used (the test images are shifted and scaled by the same two numbers).
 * @throws Failure DATASET_UNAVAILABLE, DATASET_CORRUPT, or INVALID if a class has fewer samples than asked for
 */
export async function loadImages(config: ImageDatasetConfig, places: DatasetPlaces, say?: Say): Promise<Dataset> {
  const source = imageSource(config.id);
  const resolved = await resolveImages(source, places, say);
  const { train, test } = source.assemble(resolved.files);
  return prepareImages(
    { id: config.id, title: source.title, classes: source.classes, source: resolved.source },
    takePerClass(train, source.classes, config.trainPerClass, `${source.title}'s training set`),
    takePerClass(test, source.classes, config.testPerClass, `${source.title}'s test set`),
  );
}

/** The first n images of each class, kept in file order; all of them if n is null. */
export function takePerClass(images: ImageBytes, classes: number, n: number | null, what: string): ImageBytes {
  if (n === null) return images;
  const { dimension } = images;
  const taken = new Array<number>(classes).fill(0);
  const kept: number[] = [];
  for (let i = 0; i < images.count; i++) if (taken[images.labels[i]]++ < n) kept.push(i);
  const short = taken.findIndex((count) => count < n);
  if (short >= 0) throw new Failure("INVALID", `${what} has ${taken[short]} images of class ${short}; ${n} were asked for.`);
  const pixels = new Uint8Array(kept.length * dimension);
  kept.forEach((i, at) => {
    pixels.set(images.pixels.subarray(i * dimension, (i + 1) * dimension), at * dimension);
  });
  return { count: kept.length, dimension, pixels, labels: Uint8Array.from(kept, (i) => images.labels[i]) };
}

function prepareImages(
  about: { id: ImageDatasetConfig["id"]; title: string; classes: number; source: string },
  train: ImageBytes,
  test: ImageBytes,
): Dataset {
  const { mean, deviation } = pixelMoments(train.pixels);
  const value = Float32Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - mean) / deviation);
  const prepared = ({ count, pixels, labels }: ImageBytes) => {
    const inputs = new Float32Array(pixels.length);
    for (let i = 0; i < pixels.length; i++) inputs[i] = value[pixels[i]];
    return { count, inputs, labels: Uint16Array.from(labels) };
  };
  return {
    resolved: {
      id: about.id,
      source: about.source.slice(0, 500),
      hash: sha256(train.pixels, train.labels, test.pixels, test.labels),
      classes: about.classes,
      inputDimension: train.dimension,
      trainCounts: countClasses(train.labels, about.classes),
      testCounts: countClasses(test.labels, about.classes),
    },
    classes: about.classes,
    dimension: train.dimension,
    train: prepared(train),
    test: prepared(test),
    preparation: `Inputs are (pixel/255 − ${mean.toFixed(6)})/${deviation.toFixed(6)}: mean and standard deviation over all pixels of the ${train.count} training images used.`,
  };
}

/** Mean and standard deviation of pixel/255, from exact integer counts. */
function pixelMoments(pixels: Uint8Array): { mean: number; deviation: number } {
  const histogram = new Float64Array(256);
  for (let i = 0; i < pixels.length; i++) histogram[pixels[i]]++;
  let sum = 0;
  for (let value = 0; value < 256; value++) sum += histogram[value] * value;
  const mean = sum / pixels.length;
  let squares = 0;
  for (let value = 0; value < 256; value++) squares += histogram[value] * (value - mean) ** 2;
  const deviation = Math.sqrt(squares / pixels.length);
  if (!(deviation > 0)) throw new Failure("DATASET_CORRUPT", "All pixels of the training images are equal.");
  return { mean: mean / 255, deviation: deviation / 255 };
}
