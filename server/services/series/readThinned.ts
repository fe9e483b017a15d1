import { Failure } from "../../../contract/failure.ts";
import type { SeriesView } from "../../../contract/wire/views.ts";
import type { Executor } from "../../../db/database.ts";
import { countStoredPoints, readSeries, type SeriesWindow } from "../../../db/queries/series.ts";
import { pointBytes } from "../../context/answerAllowance.ts";
import { thinSeries } from "./thinSeries.ts";

/** Stored points that are looked through for one call. */
const maxStored = 20_000_000;
/** Stored points that are held in memory at once, about. */
const portion = 500_000;
/** Points in the answer to one call. */
const maxAnswered = 400_000;
/** Of a series that is thinned. */
const minPoints = 3;

/**
 * Series of runs, each thinned to `maxPoints`, and further where all of them together would not fit: `total` tells how many points
 * are stored. They are read run by run, so that memory holds what is answered and little more.
 * @throws Failure INVALID if too many points are stored of what is asked for
 */
export async function readThinned(
  db: Executor,
  query: { runIds: string[]; keys: string[] | null; window?: SeriesWindow; maxPoints: number },
  leftBytes: number,
): Promise<SeriesView[]> {
  const { runIds, keys, window } = query;
  const counts = await countStoredPoints(db, runIds, keys);
  const stored = counts.reduce((sum, { points }) => sum + points, 0);
  if (stored > maxStored)
    throw new Failure(
      "INVALID",
      `The requested series hold ${stored.toLocaleString("en")} points; at most ${maxStored.toLocaleString("en")} are read for one response. Request fewer runs or series.`,
    );
  const most = Math.min(maxAnswered, Math.max(minPoints, Math.floor(leftBytes / pointBytes)));
  const each = fittingPoints(
    counts.map(({ points }) => Math.min(points, query.maxPoints)),
    most,
  );
  const ofRun = new Map<string, number>();
  for (const { runId, points } of counts) ofRun.set(runId, (ofRun.get(runId) ?? 0) + points);
  const views: SeriesView[] = [];
  for (const together of portions(ofRun))
    for (const series of await readSeries(db, together, keys, window)) {
      const { runId, key, steps } = series;
      views.push({ runId, key, ...thinSeries(series, Math.min(query.maxPoints, each)), total: steps.length });
    }
  return views;
}

/**
 * The largest number n such that series cut to n points each have at most `most` together; 3 at least. Where all fit there is no bound: a
 * series that has grown since it was counted is not cut to what it was.
 */
export function fittingPoints(lengths: number[], most: number): number {
  const rising = lengths.toSorted((a, b) => a - b);
  let left = most;
  for (const [index, length] of rising.entries()) {
    const each = Math.floor(left / (rising.length - index));
    if (length > each) return Math.max(minPoints, each);
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}

/** Runs in groups of about `portion` points. */
function* portions(ofRun: Map<string, number>): Generator<string[]> {
  let together: string[] = [];
  let points = 0;
  for (const [runId, count] of ofRun) {
    if (together.length > 0 && points + count > portion) {
      yield together;
      together = [];
      points = 0;
    }
    together.push(runId);
    points += count;
  }
  if (together.length > 0) yield together;
}
