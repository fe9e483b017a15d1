import { isListKey, keyInList, type ListKey, listOfKey } from "../contract/metrics/seriesKey.ts";
import type { Points } from "./seriesCodec.ts";

/**
 * A list is stored as a series with a point for each of its numbers at each step, in their order: [s, s, s, t, t, t] and their values.
 * The steps, K times the same, compress to almost nothing where there are many; and what counts, cuts and carries chunks need not know.
 */

export const asksForLists = (keys: readonly string[]): boolean => keys.some((key) => isListKey(key) || listOfKey(key) !== null);

/** Under which keys the points of these are stored. */
export const storedKeys = (keys: readonly string[]): string[] => [...new Set(keys.map((key) => listOfKey(key)?.list ?? key))];

/** The numbers of a list at each of its steps. */
export function listsOf({ steps, values }: Points): { steps: number[]; lists: number[][] } {
  const found = { steps: [] as number[], lists: [] as number[][] };
  for (const [at, step] of steps.entries()) {
    if (found.steps.at(-1) !== step) {
      found.steps.push(step);
      found.lists.push([]);
    }
    found.lists.at(-1)!.push(values[at]!);
  }
  return found;
}

/** Those series that are asked for of a stored one: itself, or of a list the series of its numbers, without the points that do not exist. */
export function seriesOf<Stored extends Points & { key: string }>(stored: Stored, keys: readonly string[]): Stored[] {
  if (!isListKey(stored.key)) return [stored];
  const list: ListKey = stored.key;
  const { steps, lists } = listsOf(stored);
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  const indexes = keys.includes(list)
    ? Array.from({ length: longest }, (_, index) => index)
    : [...new Set(keys.flatMap((key) => listOfKey(key) ?? []).flatMap((one) => (one.list === list ? one.index : [])))].sort(
        (a, b) => a - b,
      );
  return indexes.flatMap((index) => {
    const series: Stored = { ...stored, key: keyInList(list, index), steps: [], values: [] };
    for (const [at, step] of steps.entries()) {
      const value = lists[at]![index];
      if (value === undefined || Number.isNaN(value)) continue;
      series.steps.push(step);
      series.values.push(value);
    }
    return series.steps.length === 0 ? [] : [series];
  });
}

/** How many numbers a list has, from the first bytes of its steps: as many as are the same. */
export function leadingLength(steps: Buffer): number {
  let length = 0;
  while (4 * (length + 1) <= steps.length && steps.readInt32LE(4 * length) === steps.readInt32LE(0)) length++;
  return length;
}

/** Series that are in memory at once. */
const together = 32;

/** Keys in the portions in which their points are read: lists one by one, each being many series. */
export function keyPortions(keys: readonly string[]): string[][] {
  const alone = keys.filter((key) => !isListKey(key));
  const portions: string[][] = [];
  for (let at = 0; at < alone.length; at += together) portions.push(alone.slice(at, at + together));
  return [...portions, ...keys.filter(isListKey).map((key) => [key])];
}

/** As they are stored: NaN where a number does not exist. */
export const storedLists = (given: Record<string, (number | null)[]> | undefined): { lists?: Record<string, number[]> } =>
  given === undefined
    ? {}
    : {
        lists: Object.fromEntries(
          Object.entries(given).map(([key, numbers]) => [key, numbers.map((number) => number ?? Number.NaN)]),
        ),
      };
