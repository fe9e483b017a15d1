import type { WatchItem } from "../../contract/wire/watchProtocol.ts";

/** Longest pause between two updates on a machine that draws slowly. */
const maxPauseMs = 150;

/**
 * Passes live items on in one update per drawing; the next update waits as long as the last took to draw, so that
 * the page stays usable however fast points arrive.
 */
export class BatchQueue {
  private pending: WatchItem[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private freeAt = 0;
  private readonly take: (items: WatchItem[]) => void;

  constructor(take: (items: WatchItem[]) => void) {
    this.take = take;
  }

  readonly push = (items: readonly WatchItem[]): void => {
    for (const item of items) this.pending.push(item);
    this.timer ??= setTimeout(this.flush, Math.max(0, this.freeAt - performance.now()));
  };

  /** Drops what is waiting: the room was rejoined, and the next reading includes it all. */
  readonly drop = (): void => {
    this.pending = [];
  };

  readonly close = (): void => {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.pending = [];
  };

  private readonly flush = (): void => {
    this.timer = null;
    const items = this.pending;
    this.pending = [];
    const began = performance.now();
    this.take(items);
    // Listeners of an external store draw at once, so this is the time of the drawing.
    const now = performance.now();
    this.freeAt = now + Math.min(now - began, maxPauseMs);
  };
}
