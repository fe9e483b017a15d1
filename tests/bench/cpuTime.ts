import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Of Linux: a hundredth of a second. */
const msPerTick = 10;

interface Stat {
  parent: number;
  ms: number;
  /** Of its processes that have ended. */
  endedMs: number;
}

function statOf(pid: number | string): Stat | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const ticks = (at: number) => Number(fields[at]) + Number(fields[at + 1]);
    return { parent: Number(fields[1]), ms: msPerTick * ticks(11), endedMs: msPerTick * ticks(13) };
  } catch {
    return null; // it has ended
  }
}

/** Processor time of a process and those that it has started, ms. */
export function cpuTime(pid: number): number {
  const all = new Map<number, Stat>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(name) : null;
    if (stat) all.set(Number(name), stat);
  }
  const isBelow = (id: number): boolean => id === pid || (all.has(id) && all.get(id)!.parent > 1 && isBelow(all.get(id)!.parent));
  return [...all].reduce((sum, [id, { ms, endedMs }]) => sum + (isBelow(id) ? ms + endedMs : 0), 0);
}

/** Memory of a process: now, and at its height since it was last forgotten, bytes. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string) => 1_024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
  return { now: of("VmRSS"), peak: of("VmHWM") };
}

/** Its height counts from here; needs the rights of the process' user. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}
