import type { DeviceChoice } from "../../contract/config/runConfig.ts";
import type { FailureCode } from "../../contract/failure.ts";
import type { WorkerStop } from "../../contract/wire/runEvents.ts";
import type { Assignment } from "../../contract/wire/workerProtocol.ts";

/** A line of the run's log. */
export interface RunNote {
  level: "info" | "warning";
  text: string;
}

/** What the agent sends to a run's process, by IPC. One process takes one assignment in its life. */
export type ToRun =
  | {
      type: "assign";
      assignment: Assignment;
      paths: {
        /** This attempt's spool file (see spool.ts). */
        spool: string;
        /** The run's own folder of checkpoints, `<data>/worker/checkpoints/<runId>`. */
        checkpoints: string;
        /** Folder for what this attempt leaves to the server (see keepResults.ts); absent: it leaves nothing. */
        artefacts?: string;
        /** Folder of the user's own data sets, looked through first; null if none is set. */
        datasets: string | null;
        /** Downloaded data sets, `<data>/datasets`. */
        datasetCache: string;
      };
      device: DeviceChoice;
      threads: number;
      /** Checkpoints that an ended run keeps; 1 by default. */
      keepCheckpoints?: number;
      /** What the agent has to say in the run's log. */
      notes?: RunNote[];
    }
  /** The same, later. */
  | { type: "note"; note: RunNote }
  /** The server knows of this checkpoint: it is kept besides the newest ones. */
  | { type: "keep"; checkpointStep: number }
  /** Stop, measure no more, end CANCELLED. */
  | { type: "cancel" }
  /** Checkpoint now, end WORKER_LOST, excused, exit; `stop`: the worker stops too, for this reason. */
  | { type: "suspend"; stop?: WorkerStop };

/** What a run's process sends to the agent. */
export type FromRun =
  /** Everything is imported: it can be given a run. */
  | { type: "ready" }
  /** A hint that the spool has grown to this number. */
  | { type: "spooled"; seq: number }
  /** At most 4 a second; the step time is the median of the last steps, ms. */
  | { type: "progress"; step: number; stepMs: number }
  /** Once a second while it is not within a call of a library. */
  | { type: "alive" }
  /** How it ended, where the disk took no event of that. */
  | { type: "unwritten"; code: FailureCode; message: string };
