import type { WorkerStop } from "../../contract/wire/runEvents.ts";

type StopSignal = "SIGTERM" | "SIGINT" | "SIGUSR1";

/** USR1 is how batch systems say that the time is nearly up. Without a listener Node would open its debugger for it. */
const signals: Record<StopSignal, WorkerStop> = { SIGTERM: "asked", SIGINT: "asked", SIGUSR1: "time" };

/** The signals that ask a worker to stop: heard from the first moment, also those that come while the program is still being loaded. */
export class StopSignals {
  private listener: ((signal: StopSignal, stop: WorkerStop) => void) | null = null;
  /** One that came before anybody listened. */
  early: StopSignal | null = null;

  constructor() {
    for (const signal of Object.keys(signals) as StopSignal[])
      process.on(signal, () => {
        if (this.listener) this.listener(signal, signals[signal]);
        else this.early ??= signal;
      });
  }

  /** Tells of each signal from now on. */
  listen(listener: (signal: StopSignal, stop: WorkerStop) => void): void {
    this.listener = listener;
  }
}
