/**
 * A search that pauses after each iteration, so that its caller can do something else in between, or give up: it may take
 * seconds, and this program has one thread a process.
 */
export type Search<Found> = Generator<undefined, Found, undefined>;

/** Runs a search to its end without a pause. @throws whatever the search throws */
export function finish<Found>(search: Search<Found>): Found {
  for (;;) {
    const { done, value } = search.next();
    if (done) return value;
  }
}
