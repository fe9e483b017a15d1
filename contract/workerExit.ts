/**
 * How the worker's program ends: 0 is a stop as asked for. The server reads it of the worker that it starts for itself, a service
 * manager of any other.
 */
export const workerExit = {
  stopped: 0,
  failed: 1,
  /** The server refused the worker before it ever took it. */
  refused: 2,
  /** Another worker works in its folder. */
  folderTaken: 3,
} as const;
