/** How long a run waits for the worker that has its checkpoint. */
export const affinityMs = 20_000;

/** Runs that wait for one worker, until they are delivered to anyone. Lost with the process: then they just go to anyone. */
export class CheckpointAffinity {
  private readonly byRun = new Map<string, { workerId: string; until: number }>();

  add(runId: string, workerId: string): void {
    this.byRun.set(runId, { workerId, until: performance.now() + affinityMs });
  }

  /** Takes out a run that waits for this worker. */
  take(workerId: string): string | null {
    const now = performance.now();
    for (const [runId, preference] of this.byRun) {
      if (preference.until < now) this.byRun.delete(runId);
      else if (preference.workerId === workerId) {
        this.byRun.delete(runId);
        return runId;
      }
    }
    return null;
  }
}
