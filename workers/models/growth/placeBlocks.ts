/**
 * Where the blocks of a network come to lie in a deeper one, spread evenly: block i = 1 … B becomes block ⌊(i − ½)T/B⌋ + 1 of 1 … T, and the
 * places between are those of new blocks. The shallower network's order stays.
 * @returns for each of the T blocks the number of the one that it was; null: it is new
 * @throws {RangeError} if the deeper network has fewer blocks
 */
export function placeBlocks(before: number, after: number): (number | null)[] {
  if (before < 0 || after < before) throw new RangeError(`${before} blocks cannot be placed among ${after}`);
  const places = new Array<number | null>(after).fill(null);
  for (let i = 1; i <= before; i++) places[Math.floor(((i - 0.5) * after) / before)] = i;
  return places;
}

/**
 * Which trained block each block of a deeper network is a part of, where all are split as evenly as can be: block j = 1 … T is a part of
 * ⌊(j − 1)B/T⌋ + 1.
 * @throws {RangeError} if there is nothing to split
 */
export function splitBlocks(before: number, after: number): number[] {
  if (before < 1 || after < before) throw new RangeError(`${before} blocks cannot be split into ${after}`);
  return Array.from({ length: after }, (_, j) => Math.floor((j * before) / after) + 1);
}
