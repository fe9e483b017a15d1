import type { DeviceChoice, RunConfig } from "../../contract/config/runConfig.ts";
import type { Failure } from "../../contract/failure.ts";
import type { RunEvent } from "../../contract/wire/runEvents.ts";
import type { Assignment } from "../../contract/wire/workerProtocol.ts";
import type { Checkpoint } from "../checkpoints/checkpointFile.ts";
import type { DatasetPlaces } from "../data/sources/places.ts";
import type { Trained } from "./writeFeatures.ts";

/** Everything a run needs from the process around it. */
export interface RunContext {
  /** Absent outside of a worker. */
  runId?: string;
  config: RunConfig;
  places: DatasetPlaces;
  device: DeviceChoice;
  threads: number;
  emit: (event: RunEvent) => void;
  /** Told after each step; the step time is worked out only if it is asked for. */
  progress: (step: number, stepMs: () => number) => void;
  /** What the run resumes from, if its data are the same still; null from the beginning. */
  resumeFrom: Checkpoint | null;
  /** The data of the last attempt that started. */
  trainedOn?: Assignment["trainedOn"];
  /** The run that it grows from, and the file of its last checkpoint; absent: it begins from random values. */
  parent?: { runId: string; config: RunConfig; path: string };
  saveCheckpoint: (checkpoint: Checkpoint) => void;
  /** Keeps what a reader of the finished run may want; absent: nothing is kept. @returns what was left out, for the log */
  keepResults?: (trained: Trained) => Promise<string | null>;
  /** Asked before each step: throws to stop the run; "checkpoint" asks for one first. */
  interruption: () => { checkpoint: boolean; reason: Failure } | null;
  /** Training time between two checkpoints, ms; ten seconds by default. */
  checkpointEveryMs?: number;
}

/** Stops a run that was asked to stop where nothing needs a checkpoint. @throws the reason */
export function stopIfAsked({ interruption }: Pick<RunContext, "interruption">): void {
  const asked = interruption();
  if (asked) throw asked.reason;
}
