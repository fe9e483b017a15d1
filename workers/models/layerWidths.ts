import type { Network } from "./network.ts";

/** Dimensions of the features of each layer. */
export const layerWidths = ({ layers, width, widths }: Pick<Network, "layers" | "width" | "widths">): readonly number[] =>
  widths ?? new Array<number>(layers).fill(width);

/** Where each of several pieces begins that lie one after the other, and last where all end. */
export function startsOf(sizes: readonly number[]): number[] {
  const starts = [0];
  for (const size of sizes) starts.push((starts.at(-1) as number) + size);
  return starts;
}
