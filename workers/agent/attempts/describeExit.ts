import type { RunExit } from "./runSeat.ts";

/** How a process ended that did not report it itself, as text for people. */
export function describeExit({ code, signal, errorTail, stalledMs }: RunExit): string {
  if (stalledMs !== null) return `it showed no sign of life for ${Math.round(stalledMs / 1_000)} s and was stopped`;
  if (/heap out of memory|bad_alloc/.test(errorTail)) return `it ran out of memory (${signal ?? `exit code ${code}`})`;
  if (signal === "SIGKILL") return "killed by SIGKILL: was the machine out of memory?";
  if (signal) return `killed by ${signal}`;
  if (code === null) return "it could not be started";
  return code === 0 ? "it exited without reporting an end" : `exit code ${code}`;
}
