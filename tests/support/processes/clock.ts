import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const dayMs = 86_400_000;
const shift = new URL("../../chaos/shiftClock.ts", import.meta.url).pathname;

/** A clock of a program that can be set while it runs. */
export class Clock {
  readonly file = join(mkdtempSync(join(tmpdir(), "collapsar-clock-")), "clock");

  constructor(aheadMs = 0) {
    this.set(aheadMs);
  }

  /** What the program's environment is to have. */
  get env(): Record<string, string> {
    return { CHAOS_CLOCK: this.file, NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${shift}` };
  }

  /** Followed within a fifth of a second. */
  set(aheadMs: number): void {
    writeFileSync(this.file, String(aheadMs));
  }
}
