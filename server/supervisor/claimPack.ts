import { randomUUID } from "node:crypto";
import { halfOf, shareOf } from "../../contract/pack/packShare.ts";
import type { AssignedPack } from "../../contract/wire/packs.ts";
import type { Executor } from "../../db/database.ts";
import type { Claimer } from "../../db/queries/leases.ts";
import { type Companion, countWaiting, type Lead, listCompanions, lockLead, lockQueued } from "../../db/queries/packs.ts";
import { affinityMs } from "./checkpointAffinity.ts";
import { type ClaimedRun, claimWithCheckpoints } from "./claimWithCheckpoints.ts";

/** What a claim asks for beside the run that is to be given out. */
export interface PackClaim {
  worker: Claimer;
  /** Runs that the worker takes in one slot, at least 1. */
  most: number;
  /** Of all workers that could take the run, the one it goes to among them, at least 1. */
  freeSlots: number;
  leaseMs: number;
  leaseOf: (runId: string) => string;
  /** Other workers that may still come for the runs they had. */
  elsewhere: string[];
  /** Whether a run may go to the worker along with the lead. */
  mayJoin: (runId: string) => boolean;
  /** Of those that go along, in the transaction of the claim. */
  dropDeliveries: (tx: Executor, memberId: string | null, runs: Companion[]) => Promise<void>;
}

/** More waiting runs than this are not counted: there is enough for every slot. */
const maxCounted = 10_000;
/** Rows that are looked at beyond those wanted, as some may not join. */
const spare = 64;

/**
 * Claims a queued run for one slot, and others of its key with it: no more than its share of the free slots leaves to it, none that may
 * not share a pack of that size. In one transaction, so that of several servers each gives out what the others do not.
 * @returns an empty list if the run is no longer queued, or the worker is elsewhere
 */
export async function claimPack(
  tx: Executor,
  runId: string,
  claim: PackClaim,
): Promise<{ runs: ClaimedRun[]; pack: AssignedPack | null }> {
  const lead = await lockLead(tx, runId);
  if (lead === null) return { runs: [], pack: null };
  const companions = await chooseCompanions(tx, runId, lead, claim);
  const ids = inOrder({ ...lead, id: runId }, companions).map(({ id }) => id);
  const pack = ids.length === 1 ? null : { id: randomUUID() as string, runs: ids.length };
  const given = ids.map((id) => ({ id, lease: claim.leaseOf(id) }));
  const runs = await claimWithCheckpoints(tx, given, claim.worker, pack?.id ?? null, claim.leaseMs);
  if (runs.length > 0) await claim.dropDeliveries(tx, lead.memberId, companions);
  return { runs, pack };
}

/** As the queue has them: what is of the lead's study by number, then the others. */
function inOrder(lead: Companion, companions: readonly Companion[]): Companion[] {
  const place = ({ experimentId, ordinal }: Companion) =>
    experimentId === lead.experimentId ? ordinal : Number.POSITIVE_INFINITY;
  const before = companions.findIndex((other) => place(other) > lead.ordinal);
  return companions.toSpliced(before < 0 ? companions.length : before, 0, lead);
}

async function chooseCompanions(tx: Executor, runId: string, lead: Lead, claim: PackClaim): Promise<Companion[]> {
  const most = Math.min(claim.most, largestPack(lead));
  if (lead.packKey === null || most < 2) return [];
  const waiting = await countWaiting(tx, lead, { ofKey: most * claim.freeSlots, all: maxCounted });
  const size = Math.min(most, shareOf(waiting, claim.freeSlots));
  if (size < 2) return [];
  const { worker, elsewhere } = claim;
  const found = await listCompanions(tx, runId, lead, {
    ...{ workerId: worker.id, elsewhere, waitMs: affinityMs, limit: size - 1 + spare },
  });
  const joining = found.filter(({ id }) => claim.mayJoin(id));
  const locked = await lockQueued(
    tx,
    joining.map(({ id }) => id),
  );
  return fillPack(
    joining.filter(({ id }) => locked.has(id)),
    size,
  );
}

/**
 * How many runs may share a run's next pack, itself included: half as many as when its pack crashed or was lost without having got on,
 * and then none, so that the others get rid of the run that brings them down.
 */
export function largestPack({ failedAttempts, packRuns, packLimit }: Omit<Companion, "id" | "experimentId" | "ordinal">): number {
  const lost = failedAttempts === 0 ? Number.POSITIVE_INFINITY : failedAttempts === 1 ? halfOf(packRuns) : 1;
  return Math.min(lost, packLimit ?? Number.POSITIVE_INFINITY);
}

/** As many as there is room for beside the lead, in their order, each in a pack no larger than it may be in. */
function fillPack(candidates: readonly Companion[], size: number): Companion[] {
  let bound = size;
  const chosen: Companion[] = [];
  for (const candidate of candidates) {
    const both = Math.min(bound, largestPack(candidate));
    if (chosen.length + 2 > both) continue;
    bound = both;
    chosen.push(candidate);
  }
  return chosen;
}
