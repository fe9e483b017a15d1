import { readFileSync } from "node:fs";

/**
 * Tells one process from a later one of the same number: `pid` or, where /proc says when it started, `pid:start`.
 * @returns null if there is no such process, or only its remains (a zombie)
 */
export function processIdentity(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return null;
  }
  try {
    // The name in parentheses may hold anything; the state is the first field after it, the start time the twentieth.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : `${pid}:${fields[19]}`;
  } catch {
    return process.platform === "linux" ? null : `${pid}`;
  }
}

export function isAlive(identity: string): boolean {
  return processIdentity(Number.parseInt(identity, 10)) === identity;
}
