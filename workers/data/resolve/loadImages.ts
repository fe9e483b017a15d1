import type { ImageDatasetConfig } from "../../../contract/data/datasetConfig.ts";
import type { Dataset } from "../dataset.ts";
import { takeImages } from "../formats/imageBytes.ts";
import { addLabelNoise } from "../prepare/addLabelNoise.ts";
import { chooseSamples } from "../prepare/chooseSamples.ts";
import { prepareImages } from "../prepare/prepareImages.ts";
import { imageSource } from "../sources/imageSources.ts";
import type { DatasetPlaces } from "../sources/places.ts";
import { sha256 } from "../sources/readVerified.ts";
import { type Log, resolveSamples } from "./resolveSamples.ts";

/**
 * A published image set: the samples the config asks for, with its label noise, standardized (see prepareImages). The hash
 * is of the pixels and of the labels trained on.
 * @throws Failure DATASET_UNAVAILABLE, DATASET_CORRUPT, or INVALID if a class has fewer samples than asked for
 */
export async function loadImages(config: ImageDatasetConfig, places: DatasetPlaces, log?: Log): Promise<Dataset> {
  const source = imageSource(config.id);
  const { id, title, classes, classNames } = source;
  const found = await resolveSamples(source, places, log);
  const chosen = chooseSamples(
    found.train.labels,
    classes,
    { perClass: config.trainPerClass, imbalance: config.imbalance, largeClasses: config.largeClasses },
    `${title}'s training set`,
    classNames,
  );
  const ofTest = { perClass: config.testPerClass };
  const chosenTest = chooseSamples(found.test.labels, classes, ofTest, `${title}'s test set`, classNames);
  const train = takeImages(found.train, chosen.rows);
  const test = takeImages(found.test, chosenTest.rows);
  const noise = addLabelNoise(train.labels, classes, config.labelNoise);
  const hash = sha256(train.pixels, labelBytes(noise.labels, classes), test.pixels, labelBytes(test.labels, classes));
  const said = [chosen.said, chosenTest.said, noise.said];
  return prepareImages(
    { id, classes, classNames, source: found.source, hash, said, warnings: [] },
    { ...train, labels: noise.labels },
    test,
  );
}

/** Labels in the form that is hashed: a byte each, or two (little-endian) beyond 256 classes. */
export function labelBytes(labels: Uint16Array, classes: number): Uint8Array {
  if (classes <= 256) return Uint8Array.from(labels);
  const bytes = new Uint8Array(2 * labels.length);
  const view = new DataView(bytes.buffer);
  labels.forEach((label, i) => {
    view.setUint16(2 * i, label, true);
  });
  return bytes;
}
