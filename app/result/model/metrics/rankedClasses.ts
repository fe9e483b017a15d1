/** A class with its number. */
export interface RankedClass {
  index: number;
  value: number;
}

/** Classes that have a number, those farthest from the goal first; where there is no goal, the largest first. */
export function rankedClasses(numbers: readonly (number | null)[], direction: "less" | "more" | null): RankedClass[] {
  const known = numbers.flatMap((value, index) => (value === null ? [] : [{ index, value }]));
  return known.sort((a, b) => (direction === "more" ? a.value - b.value : b.value - a.value) || a.index - b.index);
}
