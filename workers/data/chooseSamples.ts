import { classLabel } from "../../contract/classNames.ts";
import { Failure } from "../../contract/failure.ts";
import { countClasses } from "./dataset.ts";

/** Which samples of a set are used: absent or null = all of them. */
export interface Choice {
  /** Samples of each class, or of the largest class where there is an imbalance. */
  perClass: number | null;
  /** Size of the smallest class over that of the largest, geometric in between. */
  imbalance?: number;
}

/**
 * The first n_k samples of each class k, in file order. n_k = perClass without an imbalance r; with one,
 * n_k = round(n₀ · r^(k/(K−1))), at least 1, where n₀ is perClass or, where that is null, the largest number that every
 * class can follow.
 * @param what the set's name, for the error @param names of the classes, for the error
 * @returns indices of the samples in file order, and a sentence about the choice ("" if there was none to make)
 * @throws Failure INVALID if a class has fewer samples than asked for
 */
export function chooseSamples(
  labels: ArrayLike<number>,
  classes: number,
  { perClass, imbalance }: Choice,
  what: string,
  names?: readonly string[],
): { rows: Uint32Array; said: string } {
  const there = countClasses(labels, classes);
  const empty = there.indexOf(0);
  if (empty >= 0) throw new Failure("INVALID", `${what} has no sample of class ${classLabel(names, empty)}.`);
  if (perClass === null && imbalance === undefined) return { rows: Uint32Array.from(labels, (_, i) => i), said: "" };
  const wanted =
    imbalance === undefined
      ? there.map(() => perClass as number)
      : geometricSizes(perClass ?? largestBase(there, imbalance), classes, imbalance);
  const short = wanted.findIndex((n, k) => n > there[k]);
  if (short >= 0)
    throw new Failure(
      "INVALID",
      `${what} has ${there[short]} samples of class ${classLabel(names, short)}; ${wanted[short]} were asked for. Ask for fewer samples a class.`,
    );
  const rows = new Uint32Array(wanted.reduce((sum, n) => sum + n, 0));
  const taken = new Array<number>(classes).fill(0);
  for (let i = 0, at = 0; i < labels.length; i++) if (taken[labels[i]]++ < wanted[labels[i]]) rows[at++] = i;
  const sizes = imbalance === undefined ? `${perClass}` : `${Math.max(...wanted)} to ${Math.min(...wanted)} (geometric)`;
  return { rows, said: `Of ${what}, the first ${sizes} samples of each class in file order.` };
}

/** Class sizes that fall geometrically from n to ratio · n, each at least 1 [K]. */
export const geometricSizes = (n: number, classes: number, ratio: number): number[] =>
  Array.from({ length: classes }, (_, k) => Math.max(1, Math.round(n * ratio ** (k / (classes - 1)))));

/** The largest n₀ for which no class is asked for more than it has. */
function largestBase(there: number[], ratio: number): number {
  let base = Math.min(...there.map((n, k) => Math.ceil((n + 0.5) / ratio ** (k / (there.length - 1)))));
  while (base > 1 && geometricSizes(base, there.length, ratio).some((n, k) => n > there[k])) base--;
  return base;
}
