import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import { executeRun } from "./executeRun.ts";

/** The events of a run alone on one core, without a process of its own. */
export async function eventsAlone(config: RunConfig): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  await executeRun({
    config,
    places: { folder: null, cache: "" },
    device: "cpu",
    threads: 1,
    emit: (event) => events.push(event),
    progress: () => {},
    resumeFrom: null,
    saveCheckpoint: () => {},
    interruption: () => null,
  });
  return events;
}
