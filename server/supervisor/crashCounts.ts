/** Runs that are remembered as crashing anywhere. */
const maxRuns = 10_000;

/**
 * Tells a worker where runs crash from runs that crash anywhere: counts the different runs that crashed at a worker in a row, less those
 * that crashed at another one too.
 */
export class CrashCounts {
  /** Worker → runs that crashed there since one went well. */
  private readonly byWorker = new Map<string, Set<string>>();
  /** Runs that crashed at two workers. */
  private readonly crashing = new Set<string>();

  /**
   * @returns how many different runs have crashed at this worker in a row, 0 where this crash says nothing new of it; and the workers
   *   that this crash clears
   */
  add(workerId: string, runId: string): { inARow: number; cleared: string[] } {
    if (this.crashing.has(runId)) return { inARow: 0, cleared: [] };
    const others = [...this.byWorker].filter(([id, runs]) => id !== workerId && runs.has(runId));
    if (others.length > 0) {
      this.crashing.add(runId);
      if (this.crashing.size > maxRuns) this.crashing.delete(this.crashing.values().next().value!);
      const all = [...this.byWorker].filter(([, runs]) => runs.delete(runId));
      return { inARow: 0, cleared: all.filter(([, runs]) => runs.size < 2).map(([id]) => id) };
    }
    const runs = this.byWorker.get(workerId) ?? new Set<string>();
    if (runs.has(runId)) return { inARow: 0, cleared: [] };
    this.byWorker.set(workerId, runs.add(runId));
    return { inARow: runs.size, cleared: [] };
  }

  /** A run went well there. */
  clear(workerId: string): void {
    this.byWorker.delete(workerId);
  }
}
