import { z } from "zod";

/** Runs in one pack at most, whatever a worker says. */
export const maxPackRuns = 256;

/** A pack's key, see packKey.ts. */
const key = z.string().regex(/^[0-9a-f]{32}$/);

/** How many runs of equal keys a worker trains as one pack in a slot. */
export const packsOffered = z.strictObject({
  /** Of any key. */
  most: z.int().min(1).max(maxPackRuns),
  /** What it has measured: so many runs at once took the least time a run. */
  known: z.array(z.strictObject({ key, runs: z.int().min(1).max(maxPackRuns) })).max(1_000),
});
export type PacksOffered = z.infer<typeof packsOffered>;

/** Runs that were given to a slot together. */
export const assignedPack = z.strictObject({ id: z.uuid(), runs: z.int().min(2).max(maxPackRuns) });
export type AssignedPack = z.infer<typeof assignedPack>;
