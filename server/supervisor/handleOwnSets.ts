import { maxOwnSets, type OwnSet, type OwnSetsPart, ownSetsPart } from "../../contract/data/ownSet.ts";
import { recordOwnSets } from "../../db/queries/workers.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import type { ConnectedWorker } from "./connectedWorkers.ts";

/** Puts the parts of a worker's list together. @returns takes the next part, and gives the list with its last one */
export function ownSetsAssembly(): (part: OwnSetsPart) => OwnSet[] | null {
  let sets: OwnSet[] = [];
  let next = 0;
  return ({ part, of, sets: more }) => {
    if (part === 0) [sets, next] = [[], 0];
    if (part !== next || sets.length + more.length > maxOwnSets) return null;
    sets.push(...more);
    next++;
    return next === of ? sets : null;
  };
}

/** Keeps what a worker says of the sets in its data-set folder, and tells the pages. */
export async function handleOwnSets(
  context: ServiceContext,
  worker: ConnectedWorker,
  assemble: ReturnType<typeof ownSetsAssembly>,
  message: unknown,
): Promise<void> {
  const parsed = ownSetsPart.safeParse(message);
  const sets = parsed.success ? assemble(parsed.data) : null;
  if (sets === null) return;
  worker.ownSets = sets;
  await recordOwnSets(context.database.orm, worker.id, sets);
  context.changes.listChanged("workers");
}
