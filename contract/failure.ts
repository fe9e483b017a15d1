/** Every way a request or a run can fail that a person may read about. */
export const failureCodes = [
  "INVALID", // a value is out of its bounds; the message names the value, the bound and the way out
  "NOT_FOUND",
  "NOT_ALLOWED",
  "CONFLICT", // the thing is in a state in which this is not possible
  "GRID_TOO_LARGE",
  "LEASE_LOST", // an attempt was superseded: its writes are refused
  "SEQUENCE_GAP", // an event arrived before its predecessors
  "PROTOCOL_MISMATCH",
  "DATASET_UNAVAILABLE",
  "DATASET_CORRUPT",
  "DATASET_CHANGED", // a run was to resume on other data than it was trained on; the message has both hashes
  "DEVICE_UNAVAILABLE",
  "DIVERGED", // a non-finite loss, with its step
  "CRASHED", // the run's process ended without a word
  "WORKER_LOST", // the worker stopped answering
  "WORKER_FAULT", // the worker's disk, memory or libraries, whatever the run: it goes elsewhere
  "DISK_FULL",
  "UNAVAILABLE", // what is needed does not answer now: the same request may succeed later
  "CANCELLED",
  "PAUSED", // a person paused the run: this attempt ended, and another one resumes from its checkpoint
  "INTERNAL",
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** An error whose message is meant for people: safe to show, and it says the way out. */
export class Failure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.name = "Failure";
    this.code = code;
  }
}

/** Whether a file could not be written for want of room: the disk is full, or a quota. */
export const isDiskFull = (error: unknown): boolean =>
  ["ENOSPC", "EDQUOT"].includes((error as { code?: string } | null)?.code ?? "");
