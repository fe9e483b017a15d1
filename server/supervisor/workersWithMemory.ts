import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { CountOwnSet } from "../../contract/data/datasetSizes.ts";
import { countsThere, findOwnSet } from "../../contract/data/ownSet.ts";
import { holds } from "../../contract/launch/memoryFindings.ts";
import { runMemory } from "../../contract/launch/runMemory.ts";
import { bytesText, slotBytes } from "../../contract/launch/workerPlace.ts";
import { packLimit } from "../../contract/pack/packLimit.ts";
import type { ConnectedWorker } from "./connectedWorkers.ts";

type Holder = Pick<ConnectedWorker, "place" | "ownSets">;

/** The workers of which a slot holds a run. */
export const workersWithMemory = <T extends Holder>(workers: readonly T[], config: RunConfig): T[] =>
  workers.filter((worker) => holds(worker.place, config, neededBytes(worker, config)));

/** Why a run waits that none of these workers holds: what it needs, what there is, and the way out. */
export function waitsForMemory(workers: readonly Holder[], config: RunConfig): string {
  const needed = Math.min(...workers.map((worker) => neededBytes(worker, config)));
  const largest = Math.max(...workers.map(({ place }) => slotBytes(place)));
  return `It needs about ${bytesText(needed)} of memory, and the largest slot of the connected workers has ${bytesText(largest)}: connect a worker with more memory or fewer slots, or cancel it and choose a smaller batch, depth or width.`;
}

/** How many runs of this config's key a worker takes in one slot. */
export const runsPerSlot = (worker: Holder & Pick<ConnectedWorker, "packs">, config: RunConfig): number =>
  packLimit(config, { place: worker.place, packs: worker.packs, countOwn: countsAt(worker) });

const neededBytes = (worker: Holder, config: RunConfig): number => runMemory(config, countsAt(worker)).total;

/** The sizes of people's own sets as this worker counted them. */
const countsAt =
  ({ ownSets }: Holder): CountOwnSet =>
  (dataset) => {
    const set = findOwnSet(ownSets ?? [], dataset);
    return set && countsThere(set, dataset);
  };
