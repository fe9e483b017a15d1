import { describe, expect, test } from "vitest";
import type { Dataset } from "../../../../workers/data/dataset.ts";
import { makeAugmentation } from "../../../../workers/training/augmentation.ts";
import { makeBatches } from "../../../../workers/training/batches.ts";
import { dataOf, smallRun } from "../builders.ts";
import { imageRun } from "../data/tokenData.ts";

const [channels, height, width] = [2, 4, 6];
const training = { steps: 20, learningRate: 0.01, batch: 4, augmentation: "crop-flip" };
const pixel = { mean: 0.25, deviation: 0.5 };

function augmented(seed = 1, count = 9) {
  const { config, data } = imageRun({ training, seed });
  const dataset: Dataset = { ...data, pixel, train: { ...data.train, count } };
  return { config, dataset, augmentation: makeAugmentation(config, dataset) };
}

/** Every picture that crop and flip may make of one, by their definition on a picture with a black border. */
function allOf(picture: Float32Array): Map<string, [number, number, boolean]> {
  const at = (channel: number, row: number, column: number) =>
    row < 0 || row >= height || column < 0 || column >= width ? -0.5 : picture[(channel * height + row) * width + column];
  const all = new Map<string, [number, number, boolean]>();
  for (let down = -4; down <= 4; down++)
    for (let right = -4; right <= 4; right++)
      for (const isMirrored of [false, true]) {
        const values: number[] = [];
        for (let channel = 0; channel < channels; channel++)
          for (let row = 0; row < height; row++) {
            const line = Array.from({ length: width }, (_, column) => at(channel, row + down, column + right));
            values.push(...(isMirrored ? line.reverse() : line));
          }
        all.set(Float32Array.from(values).join(), [down, right, isMirrored]);
      }
  return all;
}

describe("crop and flip", () => {
  test("gives each move and each mirroring, equally often, and nothing else", () => {
    const count = 20_000;
    const { augmentation, dataset } = augmented(1, count);
    const picture = dataset.train.inputs.subarray(0, 48);
    const all = allOf(picture);
    const to = new Float32Array(48);
    const downs = new Map<number, number>();
    let [told, mirrored] = [0, 0];
    for (let place = 0; place < count; place++) {
      augmentation?.write(picture, 0, place, to, 0);
      const found = all.get(to.join());
      if (!found) throw new Error(`picture ${place} is none of those`);
      downs.set(found[0], (downs.get(found[0]) ?? 0) + 1);
      // Moved by 4 rows nothing is left, and all pictures look alike.
      if (Math.abs(found[0]) === 4) continue;
      told++;
      if (found[2]) mirrored++;
    }
    for (let down = -3; down <= 3; down++) expect(Math.abs((downs.get(down) ?? 0) / count - 1 / 9)).toBeLessThan(0.01);
    expect(Math.abs(mirrored / told - 0.5)).toBeLessThan(0.02);
  });

  test("is the same after a resume, and another one in another epoch and with another seed", () => {
    const batchesOf = (seed: number) => {
      const { config, dataset, augmentation } = augmented(seed);
      return makeBatches(dataset.train, 3, 4, config.seed, augmentation);
    };
    const whole = batchesOf(1);
    const all = Array.from({ length: 6 }, (_, k) => whole.at(k + 1).x.slice());
    for (const update of [6, 3, 1, 5]) expect(batchesOf(1).at(update).x).toEqual(all[update - 1]);
    const { dataset, augmentation } = augmented();
    const picture = dataset.train.inputs.subarray(0, 48);
    const seen = (epoch: number) =>
      Array.from({ length: 9 }, (_, at) => {
        const to = new Float32Array(48);
        augmentation?.write(picture, epoch, at, to, 0);
        return to.join();
      }).join();
    expect(seen(0)).not.toBe(seen(1));
    expect(batchesOf(2).at(1).x).not.toEqual(all[0]);
  });

  test("leaves data as they are unless it is asked for, and refuses what is no picture", () => {
    const { config, data } = imageRun({ training: { ...training, augmentation: undefined } });
    expect(makeAugmentation(config, data)).toBeNull();
    const vectors = smallRun({ training });
    expect(() => makeAugmentation(vectors, dataOf(vectors))).toThrow("Only pictures can be cropped");
  });
});
