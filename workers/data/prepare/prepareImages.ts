import type { DatasetConfig } from "../../../contract/data/datasetConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import { countClasses, type Dataset, namesAndWarnings, type SampleSet } from "../dataset.ts";
import type { ImageBytes } from "../formats/imageBytes.ts";

/** What is known of a picture set besides its pixels. */
interface AboutImages {
  id: DatasetConfig["id"];
  classes: number;
  source: string;
  hash: string;
  classNames: readonly string[];
  /** Sentences for the log. */
  said: string[];
  /** What was passed over, or looks like a mistake. */
  warnings: readonly string[];
}

/**
 * Pictures as inputs: pixels/255, minus one mean and over one standard deviation, both scalars over all pixels of the
 * training images used (the test images are shifted and scaled by the same two numbers).
 * @throws Failure DATASET_CORRUPT if training and test pictures differ in size, or all pixels are equal
 */
export function prepareImages(about: AboutImages, train: ImageBytes, test: ImageBytes): Dataset {
  const { channels, height, width } = train;
  if (test.channels !== channels || test.height !== height || test.width !== width)
    throw new Failure(
      "DATASET_CORRUPT",
      `The training images are ${channels} × ${height} × ${width}, the test images ${test.channels} × ${test.height} × ${test.width}.`,
    );
  const input = { kind: "image" as const, channels, height, width };
  const dimension = channels * height * width;
  const pixel = pixelMoments(train.pixels);
  const { mean, deviation } = pixel;
  const value = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean) / deviation);
  const prepared = ({ count, pixels, labels }: ImageBytes): SampleSet => {
    const inputs = new Float32Array(pixels.length);
    for (let i = 0; i < pixels.length; i++) inputs[i] = value[pixels[i]];
    return { count, inputs, labels };
  };
  const standardized = `Inputs are (pixel/255 − ${mean.toFixed(6)})/${deviation.toFixed(6)}: mean and standard deviation over all pixels of the ${train.count} training images used.`;
  return {
    resolved: {
      id: about.id,
      source: about.source.slice(0, 500),
      hash: about.hash,
      classes: about.classes,
      inputDimension: dimension,
      input,
      trainCounts: countClasses(train.labels, about.classes),
      testCounts: countClasses(test.labels, about.classes),
      ...namesAndWarnings(about),
    },
    classes: about.classes,
    dimension,
    input,
    pixel,
    train: prepared(train),
    test: prepared(test),
    preparation: [...about.said, standardized].filter((sentence) => sentence !== "").join(" "),
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
