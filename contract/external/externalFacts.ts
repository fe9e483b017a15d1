import type { ExternalSource } from "./externalConfig.ts";
import type { ExternalClient } from "./externalRequests.ts";

/** What is known of an external run beside its config, as it is stored. */
export interface StoredExternal {
  source: ExternalSource;
  client: ExternalClient;
  /** The id that its maker gave it. */
  runKey: string;
  /** Whether its number of steps was said; else it is what was reported until now. */
  isTotalKnown: boolean;
  /** Absent where nobody named them. */
  classNames?: string[];
  /** Of its last measurement of the training set: classes, samples of each, numbers of the last layer's features. */
  classes?: number;
  trainCounts?: number[];
  dim?: number;
  /** Passes over the data of its last measurement; absent where it sent no class sums. */
  passes?: 1 | 2;
  /** Whether its last measurement had the classifier. */
  hasHead?: boolean;
}

/** What a page shows of it. */
export interface ExternalFacts extends Pick<StoredExternal, "source" | "client" | "classNames" | "passes"> {
  /** When it was last heard of (ISO 8601); of a run under way, a program that has gone says nothing more. */
  heardAt: string | null;
  /** False: how many steps it is to train was not said, and totalSteps is what it has reported until now. */
  isTotalKnown: boolean;
  /** What was not said or not measured, in words for people: "the data's hash", "the classifier". */
  unknown: string[];
}
