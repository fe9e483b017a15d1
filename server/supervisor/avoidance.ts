/** "crashed" there, or because of what is not in order there; "lacking": that worker has not what the run needs. */
export type AvoidedFor = "crashed" | "lacking";

/** Runs that are remembered; beyond them the oldest are forgotten. */
const maxRuns = 10_000;

/** Workers where a run is not to be tried again while there is elsewhere. Lost with the process: then it may be tried there once more. */
export class Avoidance {
  private readonly byRun = new Map<string, Map<string, AvoidedFor>>();

  add(runId: string, workerId: string, why: AvoidedFor): void {
    const workers = this.byRun.get(runId) ?? new Map<string, AvoidedFor>();
    workers.set(workerId, why);
    this.byRun.set(runId, workers);
    if (this.byRun.size > maxRuns) this.byRun.delete(this.byRun.keys().next().value!);
  }

  why(runId: string, workerId: string): AvoidedFor | null {
    return this.byRun.get(runId)?.get(workerId) ?? null;
  }

  /** Whether it has crashed at another worker than this one. */
  hasCrashedElsewhere(runId: string, workerId: string | null): boolean {
    return [...(this.byRun.get(runId) ?? [])].some(([id, why]) => why === "crashed" && id !== workerId);
  }

  /** @returns whether it was avoided anywhere */
  forget(runId: string): boolean {
    return this.byRun.delete(runId);
  }

  /** What a worker lacked it may have now. */
  forgetLacking(workerId: string): void {
    for (const workers of this.byRun.values()) if (workers.get(workerId) === "lacking") workers.delete(workerId);
  }
}
