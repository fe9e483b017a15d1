import type { FailureCode } from "../../../contract/failure.ts";

/**
 * Whose fault an attempt's end was. "worker": it is not in order, whatever the run; "missing": it lacks what the run needs; "lost": it
 * went away; "unknown": the run's or the worker's, another worker will show; "own": the run's, anywhere; null: it ended as it should.
 */
export type Fault = "worker" | "missing" | "lost" | "unknown" | "own" | null;

export function faultOf(code: FailureCode | "FINISHED"): Fault {
  switch (code) {
    case "FINISHED":
    case "DIVERGED":
      return null;
    case "DISK_FULL":
    case "WORKER_FAULT":
      return "worker";
    case "DATASET_UNAVAILABLE":
    case "DATASET_CORRUPT":
    case "DEVICE_UNAVAILABLE":
      return "missing";
    case "WORKER_LOST":
      return "lost";
    case "CRASHED":
      return "unknown";
    default:
      return "own";
  }
}
