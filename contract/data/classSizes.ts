/** Class sizes that fall geometrically from n to ratio · n, each at least 1 [K]. */
export const geometricSizes = (n: number, classes: number, ratio: number): number[] =>
  Array.from({ length: classes }, (_, k) => Math.max(1, Math.round(n * ratio ** (k / (classes - 1)))));

/** The largest n₀ for which no class is asked for more than it has. */
function largestBase(there: readonly number[], ratio: number): number {
  let base = Math.min(...there.map((n, k) => Math.ceil((n + 0.5) / ratio ** (k / (there.length - 1)))));
  while (base > 1 && geometricSizes(base, there.length, ratio).some((n, k) => n > (there[k] ?? 0))) base--;
  return base;
}

/** Which samples of a set are used: absent or null = all of them. */
export interface Choice {
  /** Samples of each class, or of the largest class where there is an imbalance. */
  perClass: number | null;
  /** Size of the smallest class over that of the largest, geometric in between. */
  imbalance?: number;
}

/**
 * Samples of each class that a choice asks for, given how many there are [K]: n_k = perClass without an imbalance r; with one,
 * n_k = round(n₀ · r^(k/(K−1))), at least 1, where n₀ is perClass or, where that is null, the largest number that every class can
 * follow. It may ask for more than there is.
 */
export function chosenSizes(there: readonly number[], { perClass, imbalance }: Choice): number[] {
  if (imbalance !== undefined) return geometricSizes(perClass ?? largestBase(there, imbalance), there.length, imbalance);
  return perClass === null ? [...there] : there.map(() => perClass);
}
