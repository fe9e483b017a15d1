import { at } from "./random.ts";
import type { World, WorldWorker } from "./world.ts";

/** Three numbers in [0, 1) that decide whom it strikes, how long, and how. */
export type Dice = readonly [number, number, number];

/** Something that goes wrong, or that a person does. */
export interface Act {
  name: string;
  weight: number;
  /** @returns what was done, once it has begun; `mended` is to be called when it is over by itself */
  do(world: World, dice: Dice): Promise<Done>;
}

export interface Done {
  text: string;
  /** When it is over; absent: at once. */
  over?: Promise<void>;
}

export const workerAt = (world: World, die: number): WorldWorker => at(world.workers, die)!;
export const nothing: Done = { text: "nothing to strike" };

/** Undoes something after a time of seconds. */
export function after(seconds: number, undo: () => void): Promise<void> {
  return new Promise((resolve) =>
    setTimeout(() => {
      undo();
      resolve();
    }, 1_000 * seconds),
  );
}
