import { externalLimits } from "../../../contract/external/externalLimits.ts";
import { loggedName } from "../../../contract/metrics/seriesKey.ts";
import type { StoredMeasurement } from "../../../db/queries/series.ts";
import { storedLists } from "../../../db/seriesLists.ts";
import type { PreparedEvent } from "./prepareEvents.ts";

/** What of events goes into series. */
export interface Kept {
  measurements: StoredMeasurement[];
  /** The latest values, what does not exist, and the greatest step; null without values. */
  last: Record<string, number>;
  missing: Record<string, string>;
  lastStep: number | null;
  /** Everything that was left out, each text once; and by the number of the event. */
  warnings: string[];
  warningsOf: Map<number, string[]>;
}

const maxNamed = 3;

/**
 * The values whose step is behind the last one of their series. Names that are new to a run are left out once it has as many as it may.
 * @param lastSteps of each series that has points
 * @param names keys of what was logged of the run until now; new ones are added
 */
export function keepRising(events: readonly PreparedEvent[], lastSteps: Map<string, number>, names: Set<string>): Kept {
  const kept: Kept = {
    ...{ measurements: [], last: {}, missing: {}, lastStep: null, warnings: [], warningsOf: new Map() },
  };
  const said = new Set<string>();
  for (const { seq, step, values, lists, missing, warnings } of events) {
    const own = [...warnings];
    const late: string[] = [];
    const given: [string, number][] = [];
    const over: string[] = [];
    for (const [key, value] of Object.entries(values)) {
      if (step === null) continue;
      if (step <= (lastSteps.get(key) ?? -1)) late.push(key);
      else if (loggedName(key) !== null && !names.has(key) && names.size >= externalLimits.scalarNames) over.push(key);
      else {
        lastSteps.set(key, step);
        if (loggedName(key) !== null) names.add(key);
        given.push([key, value]);
      }
    }
    if (late.length > 0) own.push(`${named(late)} of step ${step}: a step up to it is stored already, and steps must rise.`);
    if (over.length > 0) own.push(`${named(over)}: a run has at most ${externalLimits.scalarNames} names of its own. Left out.`);
    const ofClasses: Record<string, (number | null)[]> = {};
    for (const [key, numbers] of Object.entries(lists)) {
      if (step === null || step <= (lastSteps.get(key) ?? -1)) continue;
      lastSteps.set(key, step);
      ofClasses[key] = numbers;
    }
    const hasLists = Object.keys(ofClasses).length > 0;
    if ((given.length > 0 || hasLists) && step !== null) {
      kept.measurements.push({ seq, step, values: Object.fromEntries(given), ...(hasLists && storedLists(ofClasses)) });
      Object.assign(kept.last, Object.fromEntries(given));
      kept.lastStep = Math.max(kept.lastStep ?? 0, step);
    }
    Object.assign(kept.missing, missing);
    const fresh = own.filter((text) => !said.has(text));
    for (const text of fresh) said.add(text);
    if (fresh.length > 0) kept.warningsOf.set(seq, fresh);
    kept.warnings.push(...fresh);
  }
  return kept;
}

function named(keys: readonly string[]): string {
  const shown = keys.slice(0, maxNamed).join(", ");
  return keys.length > maxNamed ? `${shown} and ${keys.length - maxNamed} more` : shown;
}
