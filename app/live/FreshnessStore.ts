/** How current the page is. Times but `lagMs` are of `performance.now()`: nobody sets that clock. */
export interface Freshness {
  link: "connecting" | "joined" | "lost" | "refused";
  /** From the measurement to this page, of the last point; null before the first one. */
  lagMs: number | null;
  /** When anything was last heard: an answer or a batch. */
  heardAt: number | null;
  /** When a run last showed activity: a point, a further step, a change of state, a log line. */
  movedAt: number | null;
  /** Something between here and the server blocks lasting connections. */
  polling: boolean;
  /** What the server said, if it refused. */
  message: string | null;
}

export const notYetJoined: Freshness = {
  link: "connecting",
  lagMs: null,
  heardAt: null,
  movedAt: null,
  polling: false,
  message: null,
};

/** Kept outside React, so that a change re-renders only the badge, not the page. */
export class FreshnessStore {
  private now = notYetJoined;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): Freshness => this.now;

  set(freshness: Freshness): void {
    this.now = freshness;
    for (const listener of this.listeners) listener();
  }

  change(part: Partial<Freshness>): void {
    this.set({ ...this.now, ...part });
  }
}
