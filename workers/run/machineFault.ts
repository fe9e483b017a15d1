import { Failure, isDiskFull } from "../../contract/failure.ts";
import { deviceTrouble, troubleText } from "./deviceTrouble.ts";

const missingLibrary = /cannot open shared object file|undefined symbol|Cannot find (module|package)|image not found/;
const noMemory = /bad_alloc|out of memory|failed to allocate|cannot allocate|allocation failed|invalid typed array length/i;

/** An error that the machine is to blame for, or has not enough memory for; null for any other. */
export function machineFault(error: unknown): Failure | null {
  if (!(error instanceof Error) || error instanceof Failure) return null;
  const { code, syscall } = error as NodeJS.ErrnoException;
  const { message } = error;
  if (isDiskFull(error)) return new Failure("DISK_FULL", `The worker's disk is full: ${message}`);
  if (code === "ERR_DLOPEN_FAILED" || missingLibrary.test(message))
    return new Failure("WORKER_FAULT", `A library is missing or damaged on the worker: ${message}`);
  const trouble = deviceFault(message);
  if (trouble) return trouble;
  if (code === "ENOMEM" || noMemory.test(message)) return new Failure("CRASHED", `It ran out of memory: ${message}`);
  if (typeof syscall === "string")
    return new Failure("WORKER_FAULT", `The worker's system refuses what the run needs: ${message}`);
  return null;
}

/**
 * What a GPU's trouble is to a run: a lost GPU is the worker's fault, and the attempt does not count; what it has no memory for may fit
 * elsewhere or later, and counts; what no GPU of its kind takes is for a person to change.
 * @param text of the error, or the last output of a process that ended
 */
export function deviceFault(text: string): Failure | null {
  const trouble = deviceTrouble(text);
  if (trouble === null) return null;
  const code = trouble === "lost" ? "WORKER_FAULT" : trouble === "memory" ? "CRASHED" : "DEVICE_UNAVAILABLE";
  return new Failure(code, `${troubleText(trouble, text)}: ${text}`);
}

/** Failures are for people; anything else is reported with its place in the program. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const fault = machineFault(error);
  if (fault) return fault;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return new Failure("INTERNAL", `${message}\n${(stack ?? "").split("\n").slice(1, 12).join("\n")}`);
}
