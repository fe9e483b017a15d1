/** Numbers in [0, 1) that follow from a seed (mulberry32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** The item at a fraction of a list. */
export const at = <T>(items: readonly T[], fraction: number): T | undefined => items[Math.floor(fraction * items.length)];

export const between = (low: number, high: number, fraction: number): number => low + (high - low) * fraction;

/** The item at a fraction of the sum of all weights. */
export function byWeight<T extends { weight: number }>(items: readonly T[], fraction: number): T {
  let left = fraction * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  return items.at(-1)!;
}
