import type { FailureCode } from "../../contract/failure.ts";

/** What the program ends with; .readme/researcher/command-line.md lists them. */
export const exitCodes = {
  done: 0,
  /** Anything that is not below. */
  failure: 1,
  /** The command line itself. */
  usage: 2,
  /** A file or a config that is refused. */
  refused: 3,
  notFound: 4,
  /** No server answers, or it is not ready. */
  noServer: 5,
  /** The server answers, and does not allow it. */
  notAllowed: 6,
  /** The study ended, and runs of it failed or diverged. */
  runsFailed: 7,
  /** The study ended, none of its runs failed, and some were cancelled. */
  runsCancelled: 8,
  /** doctor found something that keeps the program from working. */
  faults: 9,
  /** 128 + the signal's number; what was followed keeps running. */
  interrupted: 130,
  terminated: 143,
} as const;

const ofFailures: Partial<Record<FailureCode, number>> = {
  INVALID: exitCodes.refused,
  GRID_TOO_LARGE: exitCodes.refused,
  DATASET_UNAVAILABLE: exitCodes.refused,
  DATASET_CORRUPT: exitCodes.refused,
  NOT_FOUND: exitCodes.notFound,
  UNAVAILABLE: exitCodes.noServer,
  NOT_ALLOWED: exitCodes.notAllowed,
};

export const exitCodeOf = (code: FailureCode): number => ofFailures[code] ?? exitCodes.failure;
