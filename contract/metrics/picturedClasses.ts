import { limits } from "../limits.ts";

/** Classes of a picture of the geometry: all, or as many as it may have at even distances; rising. */
export function picturedClasses(classes: number): number[] {
  const shown = Math.min(classes, limits.picturedClasses);
  return Array.from({ length: shown }, (_, at) => Math.floor((at * classes) / shown));
}
