import { numbersOf, type SpooledEvent } from "../../../contract/wire/runEvents.ts";

export interface JoinedCurve {
  /** Values by step, in order of steps. */
  points: Map<number, Record<string, number>>;
  /** Steps that were measured twice without one of the two being void. */
  doubled: number[];
}

/**
 * The curve of a run from the events of its attempts in order: an attempt voids what earlier ones measured after the step it
 * goes on from, and all of it if it starts over.
 */
export function joinAttempts(attempts: SpooledEvent[][]): JoinedCurve {
  const points = new Map<number, Record<string, number>>();
  const doubled: number[] = [];
  for (const events of attempts)
    for (const { event } of events) {
      if (event.kind === "started")
        for (const step of [...points.keys()])
          if (step > event.resumedFromStep || event.resumedFromStep === 0) points.delete(step);
      if (event.kind !== "measurement") continue;
      if (points.has(event.step)) doubled.push(event.step);
      points.set(event.step, numbersOf(event));
    }
  return { points: new Map([...points].sort(([a], [b]) => a - b)), doubled };
}

/** What must be equal in two runs of one config: all but the clock. */
export function withoutTimes(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !/\/(stepMs|elapsedMs)$/.test(key)));
}
