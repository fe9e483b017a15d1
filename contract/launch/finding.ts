import type { DatasetConfig } from "../data/datasetConfig.ts";
import type { CountOwnSet } from "../data/datasetSizes.ts";
import type { WorkerPlace } from "./workerPlace.ts";

/** What is to be said of a value before a launch. */
export interface Finding {
  /** Place in the config, such as ["datasets", 0, "trainPerClass"]. */
  path: (string | number)[];
  /** A sentence that names the value, the bound and the way out. */
  message: string;
}

/** What of a config would end its runs (`problems`: refused), and what a person should know before (`warnings`). */
export interface LaunchFindings {
  problems: Finding[];
  warnings: Finding[];
}

/** What is known outside of the config. */
export interface LaunchKnowledge {
  countOwn: CountOwnSet;
  /** Why no connected worker can use a person's own set; null if one can, for other sets, and where that is not known. */
  ownProblem: (config: DatasetConfig) => string | null;
  /** That connected workers have different sets of a person's own under one name; null where that is not known. */
  ownDifference: (config: DatasetConfig) => string | null;
  /** The connected workers: with none, nothing is said about them. */
  workers: readonly WorkerPlace[];
}

export const nothingKnown: LaunchKnowledge = {
  countOwn: () => null,
  ownProblem: () => null,
  ownDifference: () => null,
  workers: [],
};
