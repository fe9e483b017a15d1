import { holds } from "../../contract/launch/memoryFindings.ts";
import { runMemory } from "../../contract/launch/runMemory.ts";
import { countsThere, findOwnSet } from "../../contract/ownSet.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import type { ConnectedWorker } from "./roster.ts";

type Holder = Pick<ConnectedWorker, "place" | "ownSets">;

/** The workers of which a slot holds a run; all of them where none does, for what a run needs is an estimate. */
export function workersWithMemory<T extends Holder>(workers: readonly T[], config: RunConfig): T[] {
  const holding = workers.filter(({ place, ownSets }) => {
    const { total } = runMemory(config, (dataset) => {
      const set = findOwnSet(ownSets ?? [], dataset);
      return set && countsThere(set, dataset);
    });
    return holds(place, config, total);
  });
  return holding.length > 0 ? holding : [...workers];
}
