import { activationOf, hasFreeFeatures, headsOf, isTransformer, linearLayers, patchOf } from "../config/architecture.ts";
import { blocksOf, layersOf, layerWidthsOf } from "../config/networkForm.ts";
import { readOfOther } from "../config/otherSet.ts";
import { resNetForm } from "../config/resNet.ts";
import { resNetCosts } from "../config/resNetCosts.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { imageShape, readNumbers, vocabularyOf } from "../data/datasetConfig.ts";
import { type CountOwnSet, type DatasetSizes, datasetSizes } from "../data/datasetSizes.ts";
import { isTokenTask } from "../data/tokenTasks.ts";
import { measuringBudget } from "../metrics/measuringBudget.ts";
import { secondMomentBytes, surveyBudget } from "../metrics/surveyBudget.ts";

/** Bytes that a run's process needs, on a CPU all of it in the machine's memory. */
export interface RunMemory {
  /** The program with its libraries, once warm. */
  program: number;
  /** Both splits as float32, the files' own pixels while they are read, and copies within the compiled graph. */
  data: number;
  /** Parameters and the optimizer's memory, twice as they are read and written, and gradients. */
  state: number;
  /** Features and gradients that a step's forward and backward pass hold. */
  activations: number;
  /** Forward pass over chunks of both splits, features kept between its passes, and second moments of the layers. */
  measuring: number;
  total: number;
}

/** Numbers of a network's training step. */
export interface StepNumbers {
  /** Trainable numbers. */
  parameters: number;
  /** Numbers held between the operations of a step over these samples, at the moment when they are most. */
  held: number;
}

const float = 4;
const double = 8;
/** A prepared process, with TensorFlow.js, ONNX Runtime and the code compiled: measured, Linux x64. */
export const programBytes = 190e6;
/** ONNX Runtime holds a graph's values twice: as they came in the first call, and in the pattern that later calls follow. */
const arenaFactor = 2;
/** Data up to this size are part of the graph (workers/engine): copied on their way, and packed for its products. */
const embeddedBytes = 32 * 2 ** 20;
const embeddedCopies = 5;
/** Features kept between the passes of a measurement, a split (workers/measure). */
const keptBytes = 256e6;
const chunkSamples = 512;
const attackedSamples = 256;

/** What a run needs, from its config and the sizes of its data, for any device; see the tests for how near it is. */
export function runMemory(config: RunConfig, countOwn?: CountOwnSet): RunMemory {
  const sizes = datasetSizes(config.dataset, countOwn);
  const { batch, optimizer } = config.training;
  const samples = batch === "full" ? sizes.train : Math.min(batch, sizes.train);
  const { parameters, held } = stepNumbers(config, sizes, samples);
  const inputBytes = (sizes.train + sizes.test) * sizes.inputDim * float;
  const bound = batch === "full" ? sizes.train * sizes.inputDim * float : 0;
  const attack = config.afterTraining?.robustness ? attackedSamples : 0;
  const memory = {
    program: programBytes,
    data:
      inputBytes +
      readBytes(config, sizes) +
      (bound <= embeddedBytes ? embeddedCopies : 0) * bound +
      otherBytes(config, countOwn),
    state: float * parameters * ("beta1" in optimizer ? 9 : 7),
    activations: float * arenaFactor * (held + (attack > 0 ? stepNumbers(config, sizes, attack).held : 0)),
    measuring: measuringBytes(config, sizes),
  };
  return { ...memory, total: Object.values(memory).reduce((sum, bytes) => sum + bytes, 0) };
}

/** Bytes that a process needs in which so many runs of this config's key train as one pack: the program and the data are there once. */
export function packMemory(config: RunConfig, runs: number, countOwn?: CountOwnSet): number {
  const { program, data, state, activations, measuring } = runMemory(config, countOwn);
  return program + data + runs * (state + activations + measuring);
}

/** A second set, as it is read and as it is kept. */
function otherBytes({ other }: RunConfig, countOwn?: CountOwnSet): number {
  if (other === undefined) return 0;
  const dataset = readOfOther(other);
  const sizes = datasetSizes(dataset, countOwn);
  const kept = Math.min(other.samples, sizes.test);
  return (sizes.train + sizes.test + kept) * sizes.inputDim * float + readBytes({ dataset }, sizes);
}

/** Pixels of an image set's files, of which a subset is taken; texts. */
function readBytes({ dataset }: Pick<RunConfig, "dataset">, { there, asked, inputDim }: DatasetSizes): number {
  if (dataset.id === "gaussian-clusters" || dataset.id === "random-labels" || isTokenTask(dataset)) return 0;
  const { train, test } = there ?? asked;
  const samples = [...train, ...test].reduce((sum, n) => sum + n, 0);
  return samples * (imageShape(dataset) ? inputDim : 200);
}

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0);

type Sizes = Pick<DatasetSizes, "train" | "test" | "classes" | "inputDim">;

/** What one pass over all samples that sums the features up as it goes holds (workers/measure), beside what the network itself does. */
export function wholePassBytes(config: RunConfig, { train, test, classes, inputDim }: Sizes): number {
  return (
    (train + test) *
    (inputDim * float + arenaFactor * (total(layerWidthsOf(config)) * float + layersOf(config) * 4 * (classes + 1) * double))
  );
}

/** On a CPU features are summed in one pass over all samples up to this size, and beyond it in chunks. */
export const largestWholePass = 256e6;

function measuringBytes(config: RunConfig, sizes: DatasetSizes): number {
  const { train, test, classes, inputDim } = sizes;
  const layers = total(layerWidthsOf(config));
  const largest = Math.max(train, test, 1);
  // Free features are read in one chunk.
  const chunk = hasFreeFeatures(config.architecture) ? train : Math.ceil(largest / Math.ceil(largest / chunkSamples));
  const kept = (n: number) => (n * layers * float <= keptBytes ? n * (layers + classes) * float : 0);
  const { places, perPlace } = forwardNumbers(config, inputDim);
  // Of each layer the class means and their distances (workers/measure/momentTiles.ts), moments, and a tile's products of all kinds.
  const ofClasses = double * (layersOf(config) * 2 * classes ** 2 + 4 * classes * layers);
  const ofTile = arenaFactor * (measuringBudget.tileBytes + 4 * double * classes ** 2);
  const isTiled = chunk * classes * Math.max(...layerWidthsOf(config)) >= measuringBudget.tileProducts;
  const inChunks =
    kept(train) +
    kept(test) +
    float * chunk * (2 * layers + inputDim + arenaFactor * places * perPlace) +
    (isTiled ? ofClasses + ofTile : 0);
  const whole = wholePassBytes(config, sizes);
  return surveyBytes(config, classes) + (places === 1 && whole <= largestWholePass ? Math.max(inChunks, whole) : inChunks);
}

/** Copies of the second moments of all layers at the moment when a survey holds most, in double precision: on the device, and as they come from it. Measured. */
const surveyCopies = 6;

/** What a survey of the layers holds (workers/measure/survey), which stays with ONNX Runtime until the run ends. */
function surveyBytes(config: RunConfig, classes: number): number {
  const widths = layerWidthsOf(config);
  const moments = secondMomentBytes(widths);
  if (config.measuring.layers === "off" || moments > surveyBudget.momentBytes) return 0;
  const ofClasses = double * classes * total(widths);
  return surveyCopies * (moments + ofClasses);
}

/** Places of a sample (tokens, pixels of a map), and numbers a place that a forward pass holds. */
export function forwardNumbers(config: RunConfig, inputDim: number): { places: number; perPlace: number } {
  const { architecture, width } = config;
  if (isTransformer(architecture)) {
    const { tokens } = tokensOf(config, inputDim);
    return { places: tokens, perPlace: 6 * width + 2 * headsOf(config) * (tokens + width) };
  }
  if (architecture === "resnet") {
    const { height, width: columns } = imageShape(config.dataset) ?? { height: 1, width: inputDim };
    const channels = resNetForm(config.depth).stem * width;
    // The stem's maps and those of the first stage are the largest.
    return { places: height * columns, perPlace: (config.depth === 9 ? 2 : 1) * 6 * channels };
  }
  return {
    places: architecture === "conv" ? mapPlaces(config, inputDim).places : 1,
    perPlace: 6 * Math.max(...layerWidthsOf(config)),
  };
}

/**
 * Parameters and held numbers of a step over N samples. A block of a network of width d keeps for the backward pass what its
 * operations' gradients read; the factors of N·T·d (T tokens or places) are those of the graphs as they are traced.
 */
export function stepNumbers(
  config: RunConfig,
  { classes, inputDim }: Pick<DatasetSizes, "classes" | "inputDim">,
  samples: number,
): StepNumbers {
  const { architecture, width: d } = config;
  const blocks = blocksOf(config);
  const inner = config.classifier?.name === "linear" ? config.classifier.layers - 1 : 0;
  const head = d * classes + inner * d * d + (config.headBias ? classes : 0);
  // Muon orthogonalizes several small matrices at once, larger ones one after the other.
  const orthogonalizing = config.training.optimizer.name === "muon" ? 8 * d * d : 0;
  const withHead = ({ parameters, held }: StepNumbers): StepNumbers => ({
    parameters: parameters + head,
    held: held + 4 * samples * classes + 2 * (parameters + head) + orthogonalizing,
  });
  if (isTransformer(architecture)) {
    const { tokens, patchDim } = tokensOf(config, inputDim);
    const { attention, mlp } = linearLayers(architecture);
    const heads = headsOf(config);
    const block = attention === 1 ? (2 * heads + mlp) * d * d : (4 + mlp) * d * d;
    const words = vocabularyOf(config.dataset) ?? patchDim;
    const perToken = attention === 1 ? 4.5 + 2.5 * heads + 0.8 * (mlp - 1) : 8 + 2 * (mlp - 1);
    return withHead({
      parameters: (words + tokens) * d + blocks * (block + mlp * d),
      // In the last block the last token alone asks.
      held: samples * tokens * (d * (perToken * (blocks - 0.8) + 4.6) + heads * tokens * (blocks - 1) + patchDim),
    });
  }
  if (architecture === "conv") {
    const { places, channels } = mapPlaces(config, inputDim);
    return withHead({
      parameters: 9 * d * (channels + blocks * d) + (blocks + 1) * d,
      held: samples * places * (d * (2 * blocks + 6.6) + 9 * channels),
    });
  }
  if (architecture === "resnet") {
    const { convolutions, numbers } = resNetCosts(config, inputDim);
    const shortcuts = convolutions.reduce((sum, { weights, outputs }) => sum + weights + 4 * outputs, 0);
    return withHead({ parameters: shortcuts, held: samples * numbers });
  }
  if (hasFreeFeatures(architecture))
    return withHead({ parameters: samples * d + blocks * d * d, held: samples * d * (2 * blocks + 1) });
  if (architecture === "mlp") {
    const widths = layerWidthsOf(config);
    const read = readNumbers(config.dataset, inputDim);
    const parameters = widths.reduce((sum, one, l) => sum + one * ((widths[l - 1] ?? read) + 1), 0);
    // GELU's gradient reads what is inside and what comes of Φ besides.
    const held = (activationOf(config) === "gelu" ? 3.6 : 1.75) * total(widths);
    return withHead({ parameters, held: samples * (held + (isTokenTask(config.dataset) ? 2 * read : 0)) });
  }
  const linear = architecture === "rn2" ? 2 : 1;
  // Tokens become one-hot vectors.
  const read = readNumbers(config.dataset, inputDim);
  return withHead({
    parameters: read * d + d + blocks * linear * (d * d + d),
    held: samples * (d * (2 * linear * blocks + 3.5) + (isTokenTask(config.dataset) ? 2 * read : 0)),
  });
}

/** Tokens of a sample, and numbers of an image's patch (0 for text). */
function tokensOf(config: RunConfig, inputDim: number): { tokens: number; patchDim: number } {
  const image = imageShape(config.dataset);
  if (!image) return { tokens: inputDim, patchDim: 0 };
  const side = patchOf(config, image);
  const patchDim = image.channels * side * side;
  return { tokens: Math.max(1, Math.floor(inputDim / patchDim)), patchDim };
}

/** Places of a convolutional network's maps, of half the image's sides, and channels of the image. */
function mapPlaces(config: RunConfig, inputDim: number): { places: number; channels: number } {
  const { channels, height, width } = imageShape(config.dataset) ?? { channels: 1, height: 1, width: inputDim };
  return { places: Math.ceil(height / 2) * Math.ceil(width / 2), channels };
}
