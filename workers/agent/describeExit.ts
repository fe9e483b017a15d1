import type { RunExit } from "./runProcess.ts";

/** How a process ended that did not say so itself, for people. */
export function describeExit({ code, signal }: RunExit): string {
  if (signal === "SIGKILL") return "killed by SIGKILL: was the machine out of memory?";
  if (signal) return `killed by ${signal}`;
  if (code === null) return "it could not be started";
  return code === 0 ? "it ended without a word" : `exit code ${code}`;
}
