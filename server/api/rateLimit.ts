/** Requests of one credential by a bucket of tokens: a minute's worth may come at once. Each server counts what comes to it. */
export class RateLimit {
  private readonly perMinute: number;
  private readonly now: () => number;
  private readonly buckets = new Map<string, { left: number; at: number }>();
  private tidiedAt = 0;

  /** @param now of a clock that never steps back, ms */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.perMinute = perMinute;
    this.now = now;
  }

  /** Counts a request. @returns 0 if it may pass, else the seconds until the next one may */
  take(key: string): number {
    const at = this.now();
    this.tidy(at);
    const bucket = this.buckets.get(key) ?? { left: this.perMinute, at };
    const left = Math.min(this.perMinute, bucket.left + ((at - bucket.at) * this.perMinute) / 60_000);
    const passes = left >= 1;
    this.buckets.set(key, { left: passes ? left - 1 : left, at });
    return passes ? 0 : Math.max(1, Math.ceil(((1 - left) * 60) / this.perMinute));
  }

  /** A bucket that nobody took from for a minute is full again. */
  private tidy(at: number): void {
    if (at - this.tidiedAt < 60_000) return;
    this.tidiedAt = at;
    for (const [key, bucket] of this.buckets) if (at - bucket.at > 60_000) this.buckets.delete(key);
  }
}
