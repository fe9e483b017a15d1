import { classLabel } from "../../../contract/data/classNames.ts";
import { type Choice, chosenSizes, profileProblem } from "../../../contract/data/classSizes.ts";
import { Failure } from "../../../contract/failure.ts";
import { countClasses } from "../dataset.ts";

/**
 * The first n_k samples of each class k, in file order; n_k as chosenSizes says.
 * @param what the set's name, for the error @param names of the classes, for the error
 * @returns indices of the samples in file order, and a sentence about the choice ("" if there was none to make)
 * @throws Failure INVALID if a class has fewer samples than asked for, or all classes are to be large
 */
export function chooseSamples(
  labels: ArrayLike<number>,
  classes: number,
  choice: Choice,
  what: string,
  names?: readonly string[],
): { rows: Uint32Array; said: string } {
  const there = countClasses(labels, classes);
  const empty = there.indexOf(0);
  if (empty >= 0) throw new Failure("INVALID", `${what} has no sample of class ${classLabel(names, empty)}.`);
  const { perClass, imbalance, largeClasses } = choice;
  const problem = profileProblem(largeClasses, classes);
  if (problem !== null) throw new Failure("INVALID", problem);
  if (perClass === null && imbalance === undefined) return { rows: Uint32Array.from(labels, (_, i) => i), said: "" };
  const wanted = chosenSizes(there, choice);
  const short = wanted.findIndex((n, k) => n > there[k]);
  if (short >= 0)
    throw new Failure(
      "INVALID",
      `${what} has ${there[short]} samples of class ${classLabel(names, short)}; ${wanted[short]} were requested. Choose fewer samples per class.`,
    );
  const rows = new Uint32Array(wanted.reduce((sum, n) => sum + n, 0));
  const taken = new Array<number>(classes).fill(0);
  for (let i = 0, at = 0; i < labels.length; i++) if (taken[labels[i]]++ < wanted[labels[i]]) rows[at++] = i;
  return { rows, said: `Of ${what}, the first ${sizesText(wanted, choice)} in file order.` };
}

function sizesText(wanted: readonly number[], { imbalance, largeClasses: large }: Choice): string {
  const [most, least] = [Math.max(...wanted), Math.min(...wanted)];
  if (imbalance === undefined) return `${most} samples of each class`;
  if (large === undefined) return `${most} to ${least} (geometric) samples of each class`;
  const [first, others] = large === 1 ? ["class 0", "the other classes"] : [`the first ${large} classes`, "the others"];
  return `${most} samples of ${first} and ${least} of ${others}`;
}
