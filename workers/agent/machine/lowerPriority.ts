import { writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Weighs about a third of what other processes do, where there is not enough for all; alone it has the whole machine. */
const niceness = 5;

/** Gives a machine's other processes priority over this one, where the system allows it. */
export function lowerPriority(pid: number): void {
  try {
    setPriority(pid, niceness);
    // Linux on desktops weighs sessions against each other, and processes within one only.
    if (process.platform === "linux") writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
  } catch {
    // It runs as it is.
  }
}
