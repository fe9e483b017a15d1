import { layersOf, layerWidthsOf } from "../../contract/config/networkForm.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { largestWholePass, stepNumbers, wholePassBytes } from "../../contract/launch/runMemory.ts";
import { measuringSteps } from "../../math/steps/measuringSteps.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import { hasFloat64 } from "./hasFloat64.ts";

/** Where the features are summed: on the device that computes them, or on the host, which reads them all. */
export type Place = "device" | "host";

/** What is held at once on a GPU, bytes. */
const mostOnGpu = 2e9;

/** Numbers of a layer's table d × K × K, from which distances of class means are summed in one go: larger ones are for the host's tiles. */
const largestTable = 2 ** 23;

/** Measured on one core: a host's sum over a feature for each class, a call more for each run of a pack, and what compiling a layer's sums costs. */
const hostNs = 0.6;
const callMs = 1;
const [compileMs, compileLayerMs] = [40, 4];

/**
 * On a GPU the device, unless one pass over all samples does not fit. On a CPU, where the features need not travel, what takes less time
 * over the whole run: residual networks and free features on the device, unless they are so small that compiling takes longer than
 * what it saves; transformers and convolutional networks on the host, for their forward pass is faster in chunks that fit into
 * the cache, and summing is little beside it. The runs of a pack are one call on the device and one each for the host.
 * @param runs of the pack that are measured at once
 */
export function placeOfSums(
  { choice }: Engine,
  config: RunConfig,
  { classes, train, test, dimension }: Dataset,
  runs = 1,
): Place {
  const samples = train.count + test.count;
  const widths = layerWidthsOf(config);
  if (test.count === 0 || Math.max(...widths) * classes ** 2 > largestTable) return "host";
  const layers = layersOf(config);
  const isVector = ["rn1", "rn2", "mlp", "ufm", "dufm"].includes(config.architecture);
  const sizes = { train: train.count, test: test.count, classes, inputDim: dimension };
  const held = runs * wholePassBytes(config, sizes);
  const forward = runs * 4 * stepNumbers(config, sizes, samples).held;
  if (choice.device !== "cpu") return held + (isVector ? 0 : forward) <= mostOnGpu ? "device" : "host";
  if (choice.engine === "eager" || !isVector || held > largestWholePass) return "host";
  const savedMs =
    runs * samples * widths.reduce((sum, width) => sum + width, 0) * (classes + 5) * hostNs * 1e-6 + (runs - 1) * callMs;
  const measurements = measuringSteps(config.measuring, config.training.steps).length;
  return savedMs * measurements > compileMs + compileLayerMs * layers ? "device" : "host";
}

/** How features are summed, for the run's data. */
export function sumsText(engine: Engine, config: RunConfig, dataset: Dataset, runs = 1): string {
  if (placeOfSums(engine, config, dataset, runs) === "host") return "class sums in float64 on the host";
  return hasFloat64(engine)
    ? "class sums in float64 on the device"
    : "class sums in float32 on the device, of differences from class means";
}
