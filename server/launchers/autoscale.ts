import type { JobState } from "../../contract/launcher.ts";

/** How much may be ordered, and how patiently. Slots are room for runs at a time. */
export interface Bounds {
  min: number;
  max: number;
  /** Slots of one job. */
  slotsEach: number;
  /** Runs have to wait for so long before jobs are ordered for them, ms. */
  waitMs: number;
  /** A job has to be of no use for so long before it is cancelled, ms. */
  idleMs: number;
}

/** A job that has not ended. */
export interface OrderedJob {
  id: string;
  slots: number;
  /** It waits at the cluster, runs, or was asked to end: then its room counts no more as room for runs, but still as ordered. */
  state: Exclude<JobState, "ended">;
  /** Its slots that runs take; null while its worker is not connected, which may be training all the same. */
  busy: number | null;
}

export interface Demand {
  /** Runs that are queued and that an ordered worker could take. */
  waiting: number;
  /** Free slots of other connected workers that these runs fit. */
  freeElsewhere: number;
  jobs: readonly OrderedJob[];
}

/** What is remembered between two looks, in ms of the caller's clock. */
export interface AutoscaleMemory {
  shortSince: number | null;
  /** Job → since when it is of no use. */
  uselessSince: ReadonlyMap<string, number>;
}

export interface AutoscaleStep {
  /** Slots to order now, in whole jobs; 0: none. */
  order: number;
  /** Jobs to cancel now. */
  cancel: string[];
  memory: AutoscaleMemory;
}

export const freshMemory: AutoscaleMemory = { shortSince: null, uselessSince: new Map() };

/**
 * How many slots to order, and which jobs to cancel. What is wanted is what waits and has no free slot to go to; all that is ordered
 * stays within the bounds. A job that has a run, or whose worker may have one, is never cancelled.
 */
export function autoscale(demand: Demand, bounds: Bounds, memory: AutoscaleMemory, now: number): AutoscaleStep {
  const { waiting, freeElsewhere, jobs } = demand;
  const ordered = sum(jobs, ({ slots }) => slots);
  const room = freeElsewhere + sum(jobs, roomOf);
  const wanted = Math.min(Math.max(ordered + Math.max(0, waiting - room), bounds.min), bounds.max);
  const jobsMissing = Math.ceil(Math.max(0, wanted - ordered) / bounds.slotsEach);
  const missing = bounds.slotsEach * Math.min(jobsMissing, Math.floor(Math.max(0, bounds.max - ordered) / bounds.slotsEach));
  const shortSince = missing === 0 ? null : (memory.shortSince ?? now);
  const isShort = shortSince !== null && now - shortSince >= bounds.waitMs;

  // Removing what is to spare leaves nothing short: neither what waits, nor the least that is to be there.
  const staying = ordered - sum(jobs, ({ state, slots }) => (state === "ending" ? slots : 0));
  let spare = Math.max(Math.min(room - waiting, staying - bounds.min), ordered - bounds.max);
  const uselessSince = new Map<string, number>();
  for (const { id, slots } of [...jobs.filter(isPending).reverse(), ...jobs.filter(isIdle).reverse()]) {
    if (slots > spare) continue;
    spare -= slots;
    uselessSince.set(id, memory.uselessSince.get(id) ?? now);
  }
  const cancel = [...uselessSince].filter(([, since]) => now - since >= bounds.idleMs).map(([id]) => id);
  for (const id of cancel) uselessSince.delete(id);
  return { order: isShort ? missing : 0, cancel, memory: { shortSince: isShort ? null : shortSince, uselessSince } };
}

const isPending = ({ state }: OrderedJob) => state === "pending";
const isIdle = ({ state, busy }: OrderedJob) => state === "running" && busy === 0;

/** What runs will find there: a job whose worker has yet to connect comes with all its slots free. */
const roomOf = ({ state, slots, busy }: OrderedJob): number =>
  state === "ending" ? 0 : state === "pending" ? slots : Math.max(0, slots - (busy ?? 0));

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
