import type { RunConfig } from "../../contract/config/runConfig.ts";
import { placeOf } from "../../contract/launch/workerPlace.ts";
import { type LaunchedJob, type LauncherDevice, type LauncherKind, workerNameOf } from "../../contract/launcher.ts";
import { listPlaces, listWaiting, type Place, readLastLaunched } from "../../db/queries/launchers.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { workersWithData } from "../supervisor/hasData.ts";
import { hasDevice } from "../supervisor/hasDevice.ts";
import { isResting } from "../supervisor/isResting.ts";
import { workersWithMemory } from "../supervisor/workersWithMemory.ts";
import type { Demand } from "./autoscale.ts";

type StoredPlace = Omit<Place, "launcher" | "busy">;

/** What waits for the workers of a launcher, what else there is for it, and how busy its jobs are. */
export async function readDemand(
  context: ServiceContext,
  launcher: { kind: LauncherKind; device: LauncherDevice },
  jobs: readonly LaunchedJob[],
): Promise<Demand> {
  const { orm } = context.database;
  const places = await listPlaces(orm, context.leaseTimes.leaseMs);
  const [own, others] = [places.filter(isOf(launcher.kind)), places.filter((place) => !isOf(launcher.kind)(place))];
  const last = await readLastLaunched(orm, launcher.kind);
  const elsewhere = new Set<Place>();
  let waiting = 0;
  for (const { config, held, count } of await listWaiting(orm)) {
    if (!suits(launcher.device, config)) continue;
    const readers = workersWithData([...others, ...(last ? [last] : [])].map(holderOf), config, performance.now()) ?? [];
    const able = readers.filter((holder) => hasDevice(holder, config));
    // What no connected worker has the memory for may still fit one that is ordered.
    const fits =
      last === null ||
      workersWithMemory(
        able.filter(({ of }) => of === last),
        config,
      ).length > 0;
    if (!fits) continue;
    waiting += count;
    if (!held) for (const { of } of able) if (of !== last) elsewhere.add(of as Place);
  }
  const busyOf = new Map(own.map(({ name, busy }) => [name, busy]));
  return {
    waiting,
    freeElsewhere: [...elsewhere].reduce((sum, place) => sum + freeSlots(place), 0),
    jobs: jobs.flatMap(({ id, slots, state }) =>
      state === "ended" ? [] : [{ id, slots, state, busy: busyOf.get(workerNameOf(launcher.kind, id)) ?? null }],
    ),
  };
}

const isOf =
  (kind: LauncherKind) =>
  ({ launcher }: Place): boolean =>
    launcher === kind;

/** A card is not ordered for what is to be computed on the processor, nor the other way round. */
const suits = (device: LauncherDevice, config: RunConfig): boolean =>
  config.device === "auto" || (config.device === "cpu") === (device === "cpu");

/** What is known of a worker, as the rules of who may take a run ask for it. */
const holderOf = (of: StoredPlace) => ({
  of,
  datasets: of.datasets,
  ownSets: of.ownSets,
  connectedAt: Number.NEGATIVE_INFINITY,
  place: placeOf(of),
});

const freeSlots = ({ slots, busy, drained, trouble }: Place): number =>
  drained || isResting(trouble) ? 0 : Math.max(0, slots - busy);
