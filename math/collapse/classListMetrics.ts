import type { Matrix } from "../linear/matrix.ts";
import { MathError } from "../MathError.ts";
import { accuracyOfClasses, nc1OfClasses, normsOfMeans, normsOfRows } from "./classLists.ts";
import type { ClassStatistics } from "./classStatistics.ts";

/** The lists of a layer: each id is either in `values`, with null for a class that has none, or, with its reason, in `undefined`. */
export interface ClassLists {
  values: Record<string, (number | null)[]>;
  undefined: Record<string, string>;
}

interface ClassListInput {
  statistics: ClassStatistics;
  /** Samples of each class that are classified correctly [K]. */
  rights?: Float64Array;
  /** Classifier rows [K, d]. */
  weights?: Matrix;
  wanted: (id: string) => boolean;
}

/** What of a layer there is one number for each class of; where its parts are not given, with the reason. */
export function classListMetrics({ statistics, rights, weights, wanted }: ClassListInput): ClassLists {
  const functions: Record<string, () => Float64Array> = {
    "nc1.class": () => nc1OfClasses(statistics),
    "accuracy.class": () => accuracyOfClasses(statistics.counts, needed(rights, "the count of each class's right answers")),
    "norms.means.class": () => normsOfMeans(statistics),
    "norms.weights.class": () => normsOfRows(statistics, needed(weights, "the classifier")),
  };
  const lists: ClassLists = { values: {}, undefined: {} };
  for (const [id, compute] of Object.entries(functions)) {
    if (!wanted(id)) continue;
    try {
      const numbers = compute();
      const odd = numbers.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
      if (odd >= 0) throw new MathError(`${id} of class ${odd} came out as ${numbers[odd]}`);
      lists.values[id] = Array.from(numbers, (value) => (Number.isNaN(value) ? null : value));
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      lists.undefined[id] = error.message;
    }
  }
  return lists;
}

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new MathError(`needs ${name}`);
  return value;
}
