import type { LaunchedJob, LauncherKind, LauncherOrder } from "../../contract/launcher.ts";

/** Supplies workers. It moves no run: the workers that it starts are ordinary ones, which connect and are given runs. */
export interface Launcher {
  readonly kind: LauncherKind;
  /**
   * Asks the cluster for jobs with that much room together.
   * @returns their names, as `list` gives them
   * @throws Failure UNAVAILABLE where the cluster does not answer or refuses, in its words, in short
   */
  order(order: LauncherOrder): Promise<string[]>;
  /**
   * The jobs that were ordered for this server, by whatever process of it: those that wait and run, and for as long as the cluster
   * tells of them those that are over.
   * @throws Failure UNAVAILABLE
   */
  list(): Promise<LaunchedJob[]>;
  /** Ends jobs: those that wait go, workers that run hand back what they have and stop. @throws Failure UNAVAILABLE */
  cancel(ids: readonly string[]): Promise<void>;
}
