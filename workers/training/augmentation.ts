import type { RunConfig } from "../../contract/config/runConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { randomStream } from "../../math/statistics/randomStream.ts";
import type { Dataset } from "../data/dataset.ts";

/** Pixels that a picture is widened by on every side before it is cut to its size again. */
const margin = 4;

/** Moves and mirrors the pictures of an epoch. */
export interface Augmentation {
  /** Writes the picture at place `at` of an epoch's order, as it is seen in that epoch, into `to` from `offset` on. */
  write(picture: Float32Array, epoch: number, at: number, to: Float32Array, offset: number): void;
}

/**
 * Crop and flip, as usual for CIFAR (torchvision's RandomCrop(side, padding = 4) and RandomHorizontalFlip): a picture is moved by −4 … 4
 * pixels each way, black coming in from beyond its border, and mirrored every second time. What a picture is like is a function of seed, epoch and place, so that a
 * resumed run sees the same ones without any stored random state. null where the run wants none.
 * @throws Failure INVALID for data that are not pictures
 */
export function makeAugmentation({ training, seed }: RunConfig, { train, input, pixel }: Dataset): Augmentation | null {
  if (training.augmentation === undefined) return null;
  if (input.kind !== "image")
    throw new Failure("INVALID", "Only pictures can be cropped and flipped: leave the augmentation out.");
  const { channels, height, width } = input;
  const black = pixel ? -pixel.mean / pixel.deviation : 0;
  const count = train.count;
  let draws = new Uint8Array(0);
  let drawnFor = -1;
  const drawn = (epoch: number) => {
    if (epoch === drawnFor) return draws;
    const random = randomStream(seed, `augmentation/${epoch}`);
    draws = Uint8Array.from({ length: 3 * count }, (_, i) => random.below(i % 3 === 2 ? 2 : 2 * margin + 1));
    drawnFor = epoch;
    return draws;
  };
  return {
    write(picture, epoch, at, to, offset) {
      const all = drawn(epoch);
      const [down, right, isMirrored] = [all[3 * at] - margin, all[3 * at + 1] - margin, all[3 * at + 2] === 1];
      for (let row = 0; row < channels * height; row++) {
        const from = (row % height) + down;
        const isOutside = from < 0 || from >= height;
        for (let column = 0; column < width; column++) {
          const source = (isMirrored ? width - 1 - column : column) + right;
          const isBlack = isOutside || source < 0 || source >= width;
          to[offset + row * width + column] = isBlack ? black : picture[(row + down) * width + source];
        }
      }
    },
  };
}
