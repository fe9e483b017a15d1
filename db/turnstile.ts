/** Ample for a turn; who waits longer is told that the database does not keep up. */
const usualWaitMs = 10_000;

interface Waiting {
  begin(): void;
  timer: NodeJS.Timeout;
}

/** Lets so many pieces of work run at the same time; the others wait their turn, those that go first before the rest. */
export class Turnstile {
  private readonly places: number;
  private readonly waitMs: number;
  private running = 0;
  private readonly ahead = new Set<Waiting>();
  private readonly behind = new Set<Waiting>();

  constructor(places: number, waitMs = usualWaitMs) {
    this.places = places;
    this.waitMs = waitMs;
  }

  /**
   * Work that has its turn must not wait for other work of the same turnstile.
   * @throws Error (see databaseTrouble) if its turn did not come in time; then it has not begun
   */
  async run<T>(work: () => Promise<T>, goesFirst = false): Promise<T> {
    if (this.running < this.places) this.running++;
    else await this.turn(goesFirst ? this.ahead : this.behind);
    try {
      return await work();
    } finally {
      this.next();
    }
  }

  private turn(row: Set<Waiting>): Promise<void> {
    return new Promise((begin, fail) => {
      const timer = setTimeout(() => {
        row.delete(waiting);
        fail(new Error("no turn at the database came in time"));
      }, this.waitMs);
      const waiting: Waiting = { begin, timer };
      row.add(waiting);
    });
  }

  /** Hands a place that has become free on. */
  private next(): void {
    const row = this.ahead.size > 0 ? this.ahead : this.behind;
    const [waiting] = row;
    if (waiting === undefined) {
      this.running--;
      return;
    }
    row.delete(waiting);
    clearTimeout(waiting.timer);
    waiting.begin();
  }
}
