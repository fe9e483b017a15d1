import { z } from "zod";

/** Most ranges that are named; `missing` counts all. */
export const namedRanges = 12;

/** What is not stored of a finished run's measurements. */
export const measurementGaps = z.strictObject({
  /** Measurements that are missing, of how many of its schedule. */
  missing: z.int().min(1),
  expected: z.int().min(1),
  /** First and last missing step of each hole, the first holes only. */
  ranges: z.array(z.tuple([z.int().min(0), z.int().min(0)])).max(namedRanges),
});
export type MeasurementGaps = z.infer<typeof measurementGaps>;

/** @param expected steps of the schedule, rising @returns null if all of them are stored */
export function findGaps(expected: readonly number[], stored: ReadonlySet<number>): MeasurementGaps | null {
  const ranges: [number, number][] = [];
  let missing = 0;
  let open = false;
  for (const step of expected) {
    if (stored.has(step)) open = false;
    else {
      missing++;
      if (open) ranges.at(-1)![1] = step;
      else ranges.push([step, step]);
      open = true;
    }
  }
  return missing === 0 ? null : { missing, expected: expected.length, ranges: ranges.slice(0, namedRanges) };
}

/** E.g. "12 of 110 measurements are missing: steps 10 to 50, 70". */
export function describeGaps({ missing, expected, ranges }: MeasurementGaps): string {
  const named = ranges.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(", ");
  const more = ranges.length === namedRanges ? " …" : "";
  const isAre = missing === 1 ? "is" : "are";
  return `${missing} of ${expected} measurements ${isAre} missing: ${missing === 1 ? "step" : "steps"} ${named}${more}`;
}
