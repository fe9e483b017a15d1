import { setImmediate } from "node:timers/promises";
import type { StoredArray } from "../formats/storedArray.ts";

/** Multiplications between two looks at what else the server has to do: some 20 ms. */
const productsAtOnce = 2e7;

/** The rows of an array in parts so small that the server goes on answering between them. */
export async function* inBlocks(
  array: StoredArray,
  dim: number,
  classes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ features: Float64Array; from: number }> {
  const rows = Math.max(1, Math.floor(productsAtOnce / (classes * (dim + classes))));
  let from = 0;
  for await (const chunk of array.chunks(dim)) {
    for (let at = 0; at < chunk.length; at += rows * dim) {
      const features = chunk.subarray(at, at + rows * dim);
      yield { features, from };
      from += features.length / dim;
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
}
