import { Failure } from "../../contract/failure.ts";
import { stoppedWithWorker, type WorkerStop } from "../../contract/wire/runEvents.ts";

interface Excuse {
  excused: true;
  stop?: WorkerStop;
}

/** Ends that are nobody's fault, and why the worker stops too, if it does. */
const excuses = new WeakMap<Failure, Excuse>();

/** A run that is not to blame for its end: the attempt does not count. */
export function excuse(reason: Failure, stop?: WorkerStop): Failure {
  excuses.set(reason, { excused: true, ...(stop && { stop }) });
  return reason;
}

/** The reason of a run that stops with its worker, or because it was paused. */
export const stoppedByWorker = (stop?: WorkerStop): Failure =>
  excuse(new Failure(stoppedWithWorker.code, stoppedWithWorker.message), stop);

/** What its last event says of that; undefined where the end counts. */
export const excuseOf = (reason: Failure): Excuse | undefined => excuses.get(reason);
