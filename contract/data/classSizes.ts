/** How many samples the classes have beside the largest one. */
export interface SizeProfile {
  /** Size of the smallest class over that of the largest. */
  ratio: number;
  /** t: the first t classes are as large as the largest, all others have `ratio` of it; absent = geometric from the first to the last. */
  large?: number;
}

/** The share of the largest class's size that class k has [K]. */
const shareOf = (k: number, classes: number, { ratio, large }: SizeProfile): number => {
  if (large === undefined) return ratio ** (k / (classes - 1));
  return k < large ? 1 : ratio;
};

/** Class sizes n_k = round(n · share_k), each at least 1 [K]: falling geometrically to ratio · n, or of two levels. */
export const profileSizes = (n: number, classes: number, profile: SizeProfile): number[] =>
  Array.from({ length: classes }, (_, k) => Math.max(1, Math.round(n * shareOf(k, classes, profile))));

/** The largest n₀ for which no class is asked for more than it has. */
function largestBase(there: readonly number[], profile: SizeProfile): number {
  let base = Math.min(...there.map((n, k) => Math.ceil((n + 0.5) / shareOf(k, there.length, profile))));
  while (base > 1 && profileSizes(base, there.length, profile).some((n, k) => n > (there[k] ?? 0))) base--;
  return base;
}

/** Which samples of a set are used: absent or null = all of them. */
export interface Choice {
  /** Samples of each class, or of the largest class where there is an imbalance. */
  perClass: number | null;
  /** Size of the smallest class over that of the largest. */
  imbalance?: number;
  /** t of a two-level profile; absent = geometric. */
  largeClasses?: number;
}

/**
 * Samples of each class that a choice asks for, given how many there are [K]: n_k = perClass without an imbalance r; with one,
 * n_k = round(n₀ · r^(k/(K−1))), or, with t large classes, n₀ of the first t and round(n₀ · r) of the others, at least 1, where n₀ is
 * perClass or, where that is null, the largest number that every class can follow. It may ask for more than there is.
 */
export function chosenSizes(there: readonly number[], { perClass, imbalance, largeClasses }: Choice): number[] {
  if (imbalance === undefined) return perClass === null ? [...there] : there.map(() => perClass);
  const profile = { ratio: imbalance, large: largeClasses };
  return profileSizes(perClass ?? largestBase(there, profile), there.length, profile);
}

/** Why a two-level profile does not fit K classes; null if it does. */
export function profileProblem(large: number | undefined, classes: number): string | null {
  if (large === undefined || large < classes) return null;
  return `${large} large classes leave no small one among ${classes}: choose at most ${classes - 1}, or none for a geometric profile.`;
}
