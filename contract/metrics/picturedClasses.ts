import { limits } from "../limits.ts";

/**
 * Classes of a picture of the geometry, rising: those that were chosen and are there, where these are two or more; else all, or as many as
 * it may have at even distances.
 */
export function picturedClasses(classes: number, chosen: readonly number[] = []): number[] {
  const there = chosen.filter((k) => k < classes);
  if (there.length >= 2) return there.toSorted((a, b) => a - b);
  const shown = Math.min(classes, limits.picturedClasses);
  return Array.from({ length: shown }, (_, at) => Math.floor((at * classes) / shown));
}
