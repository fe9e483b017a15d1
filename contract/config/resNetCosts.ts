import { imageShape } from "../data/datasetConfig.ts";
import { resNetForm } from "./resNet.ts";
import type { RunConfig } from "./runConfig.ts";

interface Convolution {
  /** Channels and places of its result. */
  outputs: number;
  places: number;
  /** Numbers of its filter. */
  weights: number;
}

/**
 * The convolutions of a ResNet, and the numbers a sample that its step holds: of each layer what its convolution and BatchNorm give, and
 * the ReLU behind; the factor is that of the graphs as they are traced.
 */
export function resNetCosts(config: RunConfig, inputDim: number): { convolutions: Convolution[]; numbers: number } {
  const { depth, width } = config;
  const image = imageShape(config.dataset) ?? { channels: 1, height: 1, width: inputDim };
  const { stem, stages } = resNetForm(depth);
  let [rows, columns] = [image.height, image.width];
  let inputs = stem * width;
  const convolutions: Convolution[] = [];
  const add = (outputs: number, from: number, size = 9) =>
    convolutions.push({ outputs, places: rows * columns, weights: size * outputs * from });
  add(inputs, image.channels);
  stages.forEach(({ channels, blocks }, stage) => {
    const outputs = channels * width;
    if (depth === 9) add(outputs, inputs);
    const moves = depth === 9 || stage > 0;
    if (moves)
      [rows, columns] =
        depth === 9 ? [Math.floor(rows / 2), Math.floor(columns / 2)] : [Math.ceil(rows / 2), Math.ceil(columns / 2)];
    for (let block = 0; block < blocks; block++) {
      const first = moves && block === 0 && depth !== 9;
      add(outputs, first ? inputs : outputs);
      add(outputs, outputs);
      if (first) add(outputs, inputs, 1);
    }
    inputs = outputs;
  });
  const numbers = heldALayer * convolutions.reduce((sum, { outputs, places }) => sum + outputs * places, 0);
  return { convolutions, numbers };
}

const heldALayer = 3;
