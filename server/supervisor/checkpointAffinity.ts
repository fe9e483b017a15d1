/** How long a run waits for the worker that has its checkpoint. */
export const affinityMs = 20_000;

/** Runs that wait for one worker, until they are delivered to anyone. Lost with the process: then they just go to anyone. */
export class CheckpointAffinity {
  private readonly byRun = new Map<string, { workerId: string; until: number }>();

  add(runId: string, workerId: string): void {
    this.byRun.set(runId, { workerId, until: performance.now() + affinityMs });
  }

  /** The runs that wait for this worker. */
  waitingFor(workerId: string): string[] {
    const now = performance.now();
    for (const [runId, { until }] of this.byRun) if (until < now) this.byRun.delete(runId);
    return [...this.byRun].filter(([, preference]) => preference.workerId === workerId).map(([runId]) => runId);
  }

  /** Whether it waits for another worker than this one. */
  isElsewhere(runId: string, workerId: string): boolean {
    const preference = this.byRun.get(runId);
    return preference !== undefined && preference.workerId !== workerId && preference.until >= performance.now();
  }

  /** It waits no more. */
  remove(runId: string): void {
    this.byRun.delete(runId);
  }
}
