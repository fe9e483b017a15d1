/** A step of more runs must take so much less time a run to be taken. */
const margin = 0.05;
/** Timing goes on through so many sizes that gain nothing. */
const patience = 2;

/**
 * How many runs in one step take the least time a run: 1, 2, 4, … are timed until more gain nothing, or there is no time left.
 * @param timeStep time of a step of so many runs, ms; null where the device has no room for them
 * @param hasTime whether to try the next size
 * @returns the smallest size within 5 % of the best; null where not even one run could be timed
 */
export async function findPackSize(
  most: number,
  timeStep: (runs: number) => Promise<number | null>,
  hasTime: (runs: number, stepMs: number) => boolean,
): Promise<number | null> {
  const timed: { runs: number; perRun: number }[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let runs = 1, useless = 0; runs <= most && useless < patience; runs *= 2) {
    const ms = await timeStep(runs);
    if (ms === null) break;
    const perRun = ms / runs;
    timed.push({ runs, perRun });
    useless = perRun < best * (1 - margin) ? 0 : useless + 1;
    best = Math.min(best, perRun);
    if (!hasTime(runs, ms)) break;
  }
  return timed.find(({ perRun }) => perRun <= best * (1 + margin))?.runs ?? null;
}
