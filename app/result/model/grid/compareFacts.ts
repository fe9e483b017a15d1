import type { Fact } from "../../../../contract/facts/datasetFacts.ts";
import { compareTexts } from "./gridAxes.ts";

/** Values of one choice that are listed before they are only counted. */
const maxListed = 12;

/**
 * The choices of several runs: those on which all agree, and the others with their different values. A choice that only some runs
 * have is one on which they differ.
 */
export function compareFacts(all: readonly (readonly Fact[])[]): { shared: Fact[]; differs: Fact[] } {
  const values = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const [name, value] of all.flat()) {
    const known = values.get(name) ?? new Set();
    values.set(name, known.add(value));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const shared: Fact[] = [];
  const differs: Fact[] = [];
  for (const [name, known] of values) {
    const list = [...known].sort(compareTexts);
    const [first, ...others] = list;
    if (first !== undefined && others.length === 0 && counts.get(name) === all.length) shared.push([name, first]);
    else differs.push([name, list.length > maxListed ? `${list.length} values, ${first} … ${list.at(-1)}` : list.join("; ")]);
  }
  return { shared, differs };
}
