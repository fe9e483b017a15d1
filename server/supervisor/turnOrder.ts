/** Somebody who has runs to be given out. */
export interface Share {
  queue: string;
  /** Their runs that take a slot. */
  underWay: number;
  /** Number of the last turn they had; 0 before the first. */
  lastTurn: number;
  /** Their last run found no place just now: others go first. */
  yields: boolean;
}

/**
 * Whose turn is next for each of `count` free slots, if all have enough to give: who has the fewest runs under way, and of equals who
 * had their last turn longest ago.
 * @returns the queues in turn, and where everybody stands then
 */
export function turnOrder(shares: readonly Share[], count: number): { order: string[]; after: Share[] } {
  const after = shares.map((share) => ({ ...share }));
  let turn = Math.max(0, ...after.map(({ lastTurn }) => lastTurn));
  const order: string[] = [];
  while (order.length < count && after.length > 0) {
    const next = after.reduce((first, other) => (goesBefore(other, first) ? other : first));
    next.underWay++;
    next.lastTurn = ++turn;
    order.push(next.queue);
  }
  return { order, after };
}

function goesBefore(a: Share, b: Share): boolean {
  if (a.yields !== b.yields) return b.yields;
  if (a.underWay !== b.underWay) return a.underWay < b.underWay;
  if (a.lastTurn !== b.lastTurn) return a.lastTurn < b.lastTurn;
  return a.queue < b.queue;
}
