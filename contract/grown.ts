import type { RunStatus } from "./status.ts";

/** Whether a run is of a study of grown networks: with it is every run that it grows from, or that grows from it. */
export const isGrown = (config: { training?: { grown?: unknown } } | { kind: "external" }): boolean =>
  "training" in config && config.training?.grown !== undefined;

/** A run that others grow from, in words. */
export const runText = ({ depth, seed }: { depth: number; seed: number }): string => `the run of depth ${depth}, seed ${seed}`;

/** Why a queued run is not given to anyone yet. */
export function awaitedText(parent: { depth: number; seed: number; status: RunStatus }): string {
  if (parent.status === "finished")
    return `It grows from ${runText(parent)}, which has finished: it waits until that run's last checkpoint has reached the server.`;
  const paused = parent.status === "paused" || parent.status === "pausing" ? ", which is paused" : "";
  return `It waits for ${runText(parent)}${paused}: it grows from what that ends with.`;
}

/** What becomes of a run whose parent ended without a result. */
export const orphanedText = (parent: { depth: number; seed: number; status: RunStatus }): string =>
  `It was to grow from ${runText(parent)}, which ${parent.status === "cancelled" ? "was cancelled" : parent.status}. "Run again" runs both.`;
