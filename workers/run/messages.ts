import type { DeviceChoice } from "../../contract/config/runConfig.ts";
import type { FailureCode } from "../../contract/failure.ts";
import type { WorkerStop } from "../../contract/wire/runEvents.ts";
import type { Assignment } from "../../contract/wire/workerProtocol.ts";

/** A line of the run's log. */
export interface RunNote {
  level: "info" | "warning";
  text: string;
}

/** One of the runs that a process is given. */
export interface AssignedRun {
  assignment: Assignment;
  paths: {
    /** This attempt's spool file (see spool.ts). */
    spool: string;
    /** The run's own folder of checkpoints, `<data>/worker/checkpoints/<runId>`. */
    checkpoints: string;
    /** Folder for what this attempt leaves to the server (see keepResults.ts); absent: it leaves nothing. */
    artefacts?: string;
    /** The last checkpoint of the run that it grows from; absent: it grows from none. */
    parent?: string;
    /** Folder of the user's own data sets, looked through first; null if none is set. */
    datasets: string | null;
    /** Downloaded data sets, `<data>/datasets`. */
    datasetCache: string;
  };
  /** What the agent has to say in the run's log. */
  notes?: RunNote[];
}

/** What the worker knows of packs of this key (see packBook.ts). */
export interface PackAdvice {
  /** Best number of runs in one compiled step, and on what that was measured; null where nothing has been measured. */
  best: { runs: number; provider: string } | null;
  /** No more runs are put into one step. */
  most: number;
}

/** What the agent sends to a process that trains runs, by IPC. One process takes one assignment of runs in its life. */
export type ToRun =
  /** Before runs are assigned: puts the process on a GPU (see slotEnvironment.ts). */
  | { type: "environment"; set: Record<string, string> }
  | {
      type: "assign";
      /** Runs of one pack key, or one run alone. */
      runs: AssignedRun[];
      device: DeviceChoice;
      threads: number;
      /** Checkpoints that an ended run keeps; 1 by default. */
      keepCheckpoints?: number;
      /** Absent: each of the runs trains alone, one after the other. */
      pack?: PackAdvice;
    }
  /** Another line of the run's log. */
  | { type: "note"; runId: string; note: RunNote }
  /** The server knows of this checkpoint: it is kept besides the newest ones. */
  | { type: "keep"; runId: string; checkpointStep: number }
  /** Stop, measure no more, end CANCELLED. Without a run, here and below: all of them. */
  | { type: "cancel"; runId?: string }
  /** Checkpoint now, end WORKER_LOST, excused; `stop`: the worker stops too, for this reason. */
  | { type: "suspend"; runId?: string; stop?: WorkerStop }
  /** It is another worker's now: nothing more of it is written. */
  | { type: "drop"; runId: string };

/** What such a process sends to the agent. It exits when the last of its runs has ended. */
export type FromRun =
  /** Everything is imported: it can be given runs. */
  | { type: "ready" }
  /** A hint that the run's spool has grown to this number. */
  | { type: "spooled"; runId: string; seq: number }
  /** At most 4 a second and run; the step time is the median of the last steps, ms, of all that train together. */
  | { type: "progress"; runId: string; step: number; stepMs: number }
  /** Once a second while it is not within a call of a library. */
  | { type: "alive" }
  /** How the run ended, where the disk took no event of that. */
  | { type: "unwritten"; runId: string; code: FailureCode; message: string }
  /** The run has ended, while others train on: its spool and checkpoints are the agent's. */
  | { type: "left"; runId: string }
  /** These now train in one step of so many runs: what ends this process may be that. */
  | { type: "together"; runIds: string[]; runs: number }
  /** Timed: the best number of runs in one step. */
  | { type: "timed"; best: { runs: number; provider: string } }
  /** The device had no room for so many runs in one step, or lost them: fewer are tried next time. */
  | { type: "tooMany"; runs: number };
