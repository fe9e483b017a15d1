import { log } from "../../log.ts";
import { describeExit } from "./describeExit.ts";
import type { RunProcess } from "./runProcess.ts";

/**
 * Keeps one run process ready with everything imported, so that an assignment starts at once. A new one is prepared only
 * while no run is starting (`mayPrepare`): it would take the processor from that run's first steps.
 */
export class SpareProcess {
  private spare: RunProcess | null = null;
  private retry: NodeJS.Timeout | null = null;
  private failures = 0;
  private closed = false;
  private readonly makeProcess: () => RunProcess;
  private readonly mayPrepare: () => boolean;

  constructor(makeProcess: () => RunProcess, mayPrepare: () => boolean) {
    this.makeProcess = makeProcess;
    this.mayPrepare = mayPrepare;
  }

  /** The process for a run: the one that was prepared, or else a new one that is yet to be started. */
  take(): RunProcess {
    const { spare } = this;
    this.spare = null;
    if (spare?.isAlive && spare.stalledMs === null) return spare;
    spare?.kill();
    return this.makeProcess();
  }

  prepare(): void {
    if (this.closed || this.spare || this.retry || !this.mayPrepare()) return;
    const spare = this.makeProcess();
    spare.start();
    this.spare = spare;
    spare.ready.then((isReady) => {
      if (isReady) this.failures = 0;
    });
    spare.exited.then((exit) => {
      if (this.spare !== spare || this.closed) return;
      this.spare = null;
      this.failures++;
      const delayMs = Math.min(60_000, 500 * 2 ** this.failures);
      log(`The prepared run process ended (${describeExit(exit)}); next try in ${delayMs / 1000} s\n${exit.errorTail}`.trim());
      this.retry = setTimeout(() => {
        this.retry = null;
        this.prepare();
      }, delayMs);
    });
  }

  close(): void {
    this.closed = true;
    if (this.retry) clearTimeout(this.retry);
    this.spare?.kill();
  }
}
