import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Avoidance } from "./avoidance.ts";
import type { ClusterWorkers, KnownWorker } from "./clusterWorkers.ts";
import type { ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";
import { workersWithData } from "./hasData.ts";
import { hasDevice } from "./hasDevice.ts";
import { hasTime, startingMs, waitsForTime } from "./hasTime.ts";
import { waitsForMemory, workersWithMemory } from "./workersWithMemory.ts";

export type Placement =
  /** `freeSlots`: of all workers that could take it just now, this one's among them. */
  | { kind: "give"; worker: ConnectedWorker; freeSlots: number }
  /** All that it may go to are busy, or another server's: it waits for this one. */
  | { kind: "awaits"; worker: KnownWorker }
  /** No connected worker may take it; the reason is for people. */
  | { kind: "held"; why: string }
  | { kind: "later"; delayMs: number };

/** A run whose data no worker has yet is looked at again after this time. */
const listedSoonMs = 1_000;

/**
 * Where a run goes: to the worker with the most free slots of those that have its data, its device, the memory and the time for it, and
 * where it has not failed before; if they are all busy, it waits for one of them. Of those, one that is connected here comes first.
 */
export function placeRun(
  here: ConnectedWorkers,
  cluster: ClusterWorkers,
  avoidance: Avoidance,
  runId: string,
  config: RunConfig,
): Placement {
  const workers = cluster.all();
  if (workers.length === 0) return { kind: "later", delayMs: 0 };
  const readers = workersWithData(workers, config, performance.now());
  if (readers === null) return { kind: "later", delayMs: listedSoonMs };
  const computing = orAll(readers, (worker) => hasDevice(worker, config));
  const able = orAll(computing, ({ id }) => avoidance.why(runId, id) !== "lacking");
  const holding = workersWithMemory(able, config);
  if (holding.length === 0) return { kind: "held", why: waitsForMemory(able, config) };
  const neededMs = startingMs(config);
  const lasting = holding.filter((worker) => hasTime(worker, neededMs, performance.now()));
  if (lasting.length === 0) return { kind: "held", why: waitsForTime(neededMs) };
  const among = orAll(lasting, (worker) => avoidance.why(runId, worker.id) === null && cluster.takesRuns(worker));
  const free = (worker: KnownWorker) => cluster.freeSlots(worker);
  const given = mostOf(
    among.flatMap(({ id }) => here.get(id) ?? []),
    free,
  );
  if (given) return { kind: "give", worker: given, freeSlots: among.reduce((sum, worker) => sum + free(worker), 0) };
  if (among.length === workers.length && here.totalFree() === 0) return { kind: "later", delayMs: 0 };
  const awaited = mostOf(among, free) ?? among[Math.floor(Math.random() * among.length)];
  return awaited ? { kind: "awaits", worker: awaited } : { kind: "later", delayMs: 0 };
}

/** The one of which there is most, if there is any. */
function mostOf<T>(items: T[], count: (item: T) => number): T | null {
  let best: T | null = null;
  for (const item of items) if (count(item) > (best === null ? 0 : count(best))) best = item;
  return best;
}

/** Those for which something holds; all where it holds for none. */
function orAll<T>(items: T[], holds: (item: T) => boolean): T[] {
  const those = items.filter(holds);
  return those.length > 0 ? those : items;
}
