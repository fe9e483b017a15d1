import type { FailureCode } from "../../contract/failure.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import type { Avoidance } from "./avoidance.ts";
import type { ConnectedWorkers } from "./connectedWorkers.ts";
import type { RosterNews } from "./rosterNews.ts";
import type { Troubles } from "./troubles.ts";

export type StopKind = "cancel" | "suspend";
export type StoppingRun = { id: string; attempt: number; workerId: string | null };
export type AttemptEnd = { code: FailureCode | "FINISHED"; message: string; packId?: string | null };

interface LocalParts {
  workers: ConnectedWorkers;
  avoidance: Avoidance;
  troubles: Troubles;
  news: RosterNews;
  wake: () => void;
}

/** What is done at this server alone, whether it was asked here or at another server. */
export class LocalDispatch {
  private readonly context: ServiceContext;
  private readonly parts: LocalParts;
  private cutToken: (tokenId: string) => void = () => {};

  constructor(context: ServiceContext, parts: LocalParts) {
    this.context = context;
    this.parts = parts;
  }

  stop(how: StopKind, runs: StoppingRun[]): void {
    for (const { id, attempt, workerId } of runs) this.parts.workers.get(workerId)?.connection[how]({ runId: id, attempt });
  }

  release(workerId: string | null, runId: string): void {
    this.parts.workers.release(workerId, runId);
  }

  avoid(runId: string, workerId: string, why: "crashed" | "lacking"): void {
    this.parts.avoidance.add(runId, workerId, why);
  }

  /** @returns whether there was anything to forget */
  forget(runId: string): boolean {
    return this.parts.avoidance.forget(runId);
  }

  attemptEnded(workerId: string, runId: string, end: AttemptEnd): void {
    this.parts.troubles
      .attemptEnded(this.context, workerId, runId, end)
      .catch((error) => log.error("updating a worker's state", error));
  }

  drain(workerId: string, drained: boolean): void {
    const worker = this.parts.workers.get(workerId);
    if (worker) worker.drained = drained;
    else this.parts.news.readSoon(null);
    this.parts.wake();
  }

  async resume(workerId: string): Promise<void> {
    await this.parts.troubles.clear(this.context, workerId);
    this.parts.wake();
  }

  dropToken(tokenId: string): void {
    this.cutToken(tokenId);
  }

  /** Sets how the connections of a revoked token are cut. */
  onTokenDropped(cut: (tokenId: string) => void): void {
    this.cutToken = cut;
  }
}
