import type { ServiceContext } from "../../context/serviceContext.ts";
import { log } from "../../log/log.ts";
import { refreshExperiment } from "./refreshExperiment.ts";

/** Changes within this time are counted together: runs that end at once do not queue for their experiment's row. */
const delayMs = 200;
/** An experiment that could not be counted is tried again. */
const retryMs = 2_000;

/** Brings experiments' rows up to date soon after their runs changed, one after the other. */
export class Refresher {
  private readonly waiting = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private working: Promise<void> = Promise.resolve();
  private context!: ServiceContext;
  private stopped = false;

  open(context: ServiceContext): void {
    this.context = context;
  }

  soon(experimentId: string, afterMs = delayMs): void {
    if (this.stopped) return;
    this.waiting.add(experimentId);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.working = this.working.then(() => this.work());
    }, afterMs);
  }

  /** Finishes what is waiting and accepts nothing more. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.working;
    await this.work();
  }

  private async work(): Promise<void> {
    for (const id of [...this.waiting]) {
      this.waiting.delete(id);
      try {
        await refreshExperiment(this.context, id, { touch: true, nc1History: true });
      } catch (error) {
        log.error("counting an experiment's runs", error);
        this.soon(id, retryMs);
      }
    }
  }
}
