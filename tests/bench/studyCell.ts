/** One process of a study: trains the runs it is sent, one after the other, and answers with their last measurement. */
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { RunEvent } from "../../contract/wire/runEvents.ts";
import { executeRun } from "../../workers/run/executeRun.ts";

export type CellResult = { values: Record<string, number>; elapsedMs: number; measuringMs: number } | { failure: string };

process.on("message", async (config: RunConfig) => {
  let last: Extract<RunEvent, { kind: "measurement" }> | null = null;
  let answer: CellResult = { failure: "no measurement" };
  try {
    let elapsedMs = 0;
    const { measuringMs } = await executeRun({
      config,
      places: { folder: process.argv[2] || null, cache: process.argv[3] },
      device: config.device,
      threads: 1,
      emit(event) {
        if (event.kind === "measurement") last = event;
        if (event.kind === "finished") elapsedMs = event.elapsedMs;
      },
      progress: () => {},
      resumeFrom: null,
      saveCheckpoint: () => {},
      interruption: () => null,
    });
    answer = { values: last!.values, elapsedMs, measuringMs };
  } catch (error) {
    answer = { failure: (error as Error).message };
  }
  process.send?.(answer);
});
process.on("disconnect", () => process.exit(0));
