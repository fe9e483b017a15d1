import { readFileSync } from "node:fs";

/** Of a run's process: it is well, says nothing for longer than it should, or has said nothing for so long that it is given up. */
type LifeState = "well" | "stalled" | "lost";

/**
 * How long a run's process may give no sign of life, in multiples of the bound for one that does nothing at all (`stallMs`), or of its
 * step time, whichever is longer. One that computes may be within one long call of a library, and is given more time.
 */
const patience = {
  idle: { stalled: { ofBound: 1 / 6, ofStep: 5 }, lost: { ofBound: 1, ofStep: 20 } },
  computing: { stalled: { ofBound: 2, ofStep: 20 }, lost: { ofBound: 20, ofStep: 100 } },
} as const;

/** Judges a process by its messages and by the processor time that it takes. */
export class LifeSigns {
  /** The last reported step time, ms. */
  stepMs = 0;
  private readonly pid: number;
  private readonly stallMs: number;
  private readonly everyMs: number;
  private lastMessageAt = performance.now();
  private computedAt = performance.now();
  private checkedAt = performance.now();
  private cpu: number | null = null;

  /** @param everyMs time between two looks */
  constructor(pid: number, stallMs: number, everyMs: number) {
    this.pid = pid;
    this.stallMs = stallMs;
    this.everyMs = everyMs;
  }

  /** It said something. */
  noteMessage(): void {
    this.lastMessageAt = performance.now();
  }

  /** Time since its last message, ms. */
  get silentMs(): number {
    return performance.now() - this.lastMessageAt;
  }

  check(): LifeState {
    const now = performance.now();
    this.forgive(now - this.checkedAt - this.everyMs);
    this.checkedAt = now;
    const cpu = processorTime(this.pid);
    // Where the system does not say, it may be computing.
    if (cpu === null || cpu !== this.cpu) this.computedAt = now;
    this.cpu = cpu;
    const idleMs = now - Math.max(this.lastMessageAt, this.computedAt);
    const exceeds = (ms: number, { ofBound, ofStep }: { ofBound: number; ofStep: number }) =>
      ms > Math.max(ofBound * this.stallMs, ofStep * this.stepMs);
    const is = (state: "stalled" | "lost") =>
      exceeds(idleMs, patience.idle[state]) || exceeds(now - this.lastMessageAt, patience.computing[state]);
    return is("lost") ? "lost" : is("stalled") ? "stalled" : "well";
  }

  /** While this program itself was suspended it received nothing. */
  private forgive(lateMs: number): void {
    if (lateMs < 2 * this.everyMs) return;
    this.lastMessageAt += lateMs;
    this.computedAt += lateMs;
  }
}

/** Processor time that a process has taken, in the system's ticks; null where the system does not say. */
function processorTime(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return null;
  }
}
