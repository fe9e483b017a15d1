import type { RunConfig } from "../../contract/config/runConfig.ts";
import { expectedTimes } from "../services/times/expectedTimes.ts";

/** How many times slower than expected a worker may be. */
const caution = 3;
/** Steps that make a checkpoint worth the start. */
const steps = 10;

/** How long a run needs on a worker until it has got on: its start, its first measurement and some steps, with room for a slow machine, ms. */
export function startingMs(config: RunConfig): number {
  const { startMs, measureMs, stepMs } = expectedTimes(config);
  return caution * (startMs + measureMs + steps * stepMs);
}

/** Whether a worker still trains for so long. @param now ms of this process' clock, as `endsAt` */
export const hasTime = ({ endsAt }: { endsAt: number | null }, ms: number, now: number): boolean =>
  endsAt === null || endsAt - now >= ms;

/** Why a run waits though workers are free, and the way out. */
export const waitsForTime = (ms: number): string =>
  `It needs about ${durationText(ms)} on a worker to get beyond its start, and the workers that could take it end before that: it waits for one with more time.`;

const durationText = (ms: number): string => (ms < 90_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`);
