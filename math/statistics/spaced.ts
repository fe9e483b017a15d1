/** At most `max` of the items, evenly spaced, with the first and the last; the last alone where `max` is 1. */
export function pickEvenly<T>(items: readonly T[], max: number): T[] {
  if (items.length <= max) return items.slice();
  if (max === 1) return items.slice(-1);
  return Array.from({ length: max }, (_, index) => items[Math.round((index * (items.length - 1)) / (max - 1))]);
}

/** At most `max` indices of 0 … count − 1, ⌊i · count/max⌋, the starts of parts of equal length; all where there are no more. */
export function spacedIndices(count: number, max: number): Uint32Array {
  const taken = Math.min(count, max);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}
