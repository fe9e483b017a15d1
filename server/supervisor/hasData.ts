import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { DatasetConfig } from "../../contract/data/datasetConfig.ts";
import { findOwnSet, ownNameOf } from "../../contract/data/ownSet.ts";
import type { ConnectedWorker } from "./connectedWorkers.ts";

type Holder = Pick<ConnectedWorker, "datasets" | "ownSets" | "connectedAt">;

/** A worker's list of its own sets comes soon after its hello. */
export const listsWithinMs = 5_000;

/** The sets a run reads: the one it trains on, the one it is probed on after, and the second one that it is measured on. */
const setsOf = ({ dataset, afterTraining, other }: RunConfig): DatasetConfig[] =>
  [dataset, afterTraining?.transfer?.dataset, other?.dataset].filter((set) => set !== undefined);

/** Whether a worker has a set: true, false, or null while it has not said. */
function hasSet({ datasets, ownSets }: Holder, set: DatasetConfig): boolean | null {
  if (ownNameOf(set) === null) return datasets.find(({ id }) => id === set.id)?.available ?? null;
  if (ownSets === null) return null;
  const found = findOwnSet(ownSets, set);
  return found !== null && found.problem === null;
}

/** Whether a worker has all that a run reads, or has not said that it lacks it. */
export const mayHaveData = (worker: Holder, config: RunConfig): boolean =>
  setsOf(config).every((set) => hasSet(worker, set) !== false);

/**
 * The workers that a run may be given to by the data it reads: those that have all of it. While none has, a run is kept back for as long
 * as one that has just come may still say so (null); then any may try, as a set may be downloaded, and a failure says what is missing.
 */
export function workersWithData<T extends Holder>(workers: readonly T[], config: RunConfig, now: number): T[] | null {
  const sets = setsOf(config);
  const having = workers.filter((worker) => sets.every((set) => hasSet(worker, set) === true));
  if (having.length > 0) return having;
  const silent = workers.filter((worker) => mayHaveData(worker, config));
  const ownWanted = sets.some((set) => ownNameOf(set) !== null);
  if (ownWanted && silent.some(({ ownSets, connectedAt }) => ownSets === null && now - connectedAt < listsWithinMs)) return null;
  return silent.length > 0 ? silent : [...workers];
}
