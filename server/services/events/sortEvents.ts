import { type Evaluation, isExcused, type SpooledEvent, type StartedEvent } from "../../../contract/wire/runEvents.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import type { insertCheckpoints, insertGeometry, insertLogLines } from "../../../db/queries/attempts.ts";
import type { StoredMeasurement } from "../../../db/queries/series.ts";
import { storedLists } from "../../../db/seriesLists.ts";
import type { AttemptEnd } from "../attempts/settleAttempt.ts";

export interface SortedEvents {
  started: StartedEvent | null;
  measurements: StoredMeasurement[];
  /** Of all measurements together: the latest values, the greatest step, what does not exist. */
  last: Record<string, number>;
  lastStep: number;
  /** Furthest step of a measurement or a checkpoint; null without any. */
  reach: number | null;
  /** From the last measurement that reported it. */
  measureMs: number | null;
  missing: Record<string, string>;
  logLines: Parameters<typeof insertLogLines>[1];
  geometry: Parameters<typeof insertGeometry>[1];
  checkpoints: Parameters<typeof insertCheckpoints>[1];
  evaluation: Evaluation | null;
  end: AttemptEnd | null;
  /** What is sent to the pages, in the order of the events. */
  items: WatchItem[];
}

/** Sorts a batch of one attempt's events by the tables they go to; what follows the end of the attempt is dropped. */
export function sortEvents(runId: string, attempt: number, events: SpooledEvent[]): SortedEvents {
  const sorted: SortedEvents = {
    ...{ started: null, measurements: [], last: {}, lastStep: 0, reach: null, measureMs: null, missing: {} },
    ...{ logLines: [], geometry: [], checkpoints: [], evaluation: null, end: null, items: [] },
  };
  const now = new Date();
  for (const { seq, at, event } of events) {
    if (sorted.end) break;
    switch (event.kind) {
      case "started":
        sorted.started = event;
        sorted.items.push({
          ...{ kind: "attempt", runId, attempt, resumedFromStep: event.resumedFromStep },
          device: event.device.device,
        });
        break;
      case "measurement":
        sorted.measurements.push({ seq, step: event.step, values: event.values, ...storedLists(event.lists) });
        Object.assign(sorted.last, event.values);
        Object.assign(sorted.missing, event.missing);
        sorted.measureMs = event.measureMs ?? sorted.measureMs;
        sorted.lastStep = Math.max(sorted.lastStep, event.step);
        sorted.reach = Math.max(sorted.reach ?? 0, event.step);
        sorted.items.push({ kind: "points", runId, attempt, step: event.step, measuredAt: at, values: event.values });
        break;
      case "geometry":
        sorted.geometry.push({ runId, attempt, seq, step: event.snapshot.step, snapshot: event.snapshot });
        sorted.items.push({ kind: "geometry", runId, attempt, snapshot: event.snapshot });
        break;
      case "log": {
        const { text } = event;
        sorted.logLines.push({ runId, attempt, seq, at: now, level: event.level, text });
        sorted.items.push({ kind: "log", runId, line: { attempt, seq, at: now.toISOString(), level: event.level, text } });
        break;
      }
      case "checkpoint":
        sorted.reach = Math.max(sorted.reach ?? 0, event.step);
        sorted.checkpoints.push({ runId, attempt, seq, step: event.step, hash: event.hash, bytes: event.bytes, at: now });
        break;
      case "evaluation":
        sorted.evaluation = event.evaluation;
        break;
      case "finished":
        sorted.end = { code: "FINISHED", message: "", step: event.step, excused: true, times: event.times };
        break;
      case "ended":
        sorted.end = { code: event.code, message: event.message, step: event.step, excused: isExcused(event), stop: event.stop };
        break;
    }
  }
  return sorted;
}
