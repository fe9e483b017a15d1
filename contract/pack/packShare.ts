/**
 * Runs of a key that go into one slot: those that wait, divided by the free slots that are this key's by the part it is of all that waits.
 */
export function shareOf(waiting: { ofKey: number; all: number }, freeSlots: number): number {
  const slots = Math.max(1, Math.floor((freeSlots * waiting.ofKey) / Math.max(waiting.ofKey, waiting.all)));
  return Math.ceil(waiting.ofKey / slots);
}

/** Runs of the next pack after one of so many crashed, at least 1. */
export const halfOf = (runs: number): number => Math.max(1, Math.floor(runs / 2));
