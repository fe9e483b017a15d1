/** A worker with an end suspends its runs this long before it, or a fifth of its time: checkpoints are made and sent. */
const marginMs = 60_000;
/** Before that it takes no more runs for so long, or a tenth of its time. */
const leastRunMs = 60_000;

export type LifeStage = "works" | "takes no more" | "time is up" | "was idle";

/**
 * When a worker ends by itself: in time before its allotted time is over, or when it has had no run for long enough.
 * All times are ms since its start.
 */
export class Lifetime {
  /** When its runs are suspended; null: it has no end. */
  readonly suspendsAt: number | null;
  private readonly lastRunAt: number | null;
  private readonly allottedMs: number | null;
  private readonly untilIdleMs: number | null;
  private idleSince = 0;

  constructor({ allottedMs, untilIdleMs }: { allottedMs: number | null; untilIdleMs: number | null }) {
    this.allottedMs = allottedMs;
    this.untilIdleMs = untilIdleMs;
    this.suspendsAt = allottedMs === null ? null : allottedMs - Math.min(marginMs, allottedMs / 5);
    this.lastRunAt =
      allottedMs === null || this.suspendsAt === null ? null : this.suspendsAt - Math.min(leastRunMs, allottedMs / 10);
  }

  /** For how much longer its runs train, minutes; undefined: without an end. */
  minutesLeft(now: number): number | undefined {
    return this.suspendsAt === null ? undefined : Math.max(0, this.suspendsAt - now) / 60_000;
  }

  /** Until its allotted time is over, ms. */
  leftMs(now: number): number {
    return Math.max(0, (this.allottedMs ?? Number.POSITIVE_INFINITY) - now);
  }

  /** @param isIdle it has no run, and nothing to send */
  look(now: number, isIdle: boolean): LifeStage {
    if (!isIdle) this.idleSince = now;
    if (this.suspendsAt !== null && now >= this.suspendsAt) return "time is up";
    if (this.untilIdleMs !== null && now - this.idleSince >= this.untilIdleMs) return "was idle";
    if (this.lastRunAt === null || now < this.lastRunAt) return "works";
    // It may take no run any more, so it has nothing to wait for.
    return isIdle ? "time is up" : "takes no more";
  }
}
