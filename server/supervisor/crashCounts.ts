/** Runs that are remembered as crashing anywhere. */
const maxRuns = 10_000;

/**
 * Tells a worker where runs crash from runs that crash anywhere: counts the different runs that crashed at a worker in a row, less those
 * that crashed at another one too. Runs that crashed together, in one pack, count as one.
 */
export class CrashCounts {
  /** Worker → runs that crashed there since one went well, each with the first pack it crashed in. */
  private readonly byWorker = new Map<string, Map<string, string>>();
  /** Runs that crashed at two workers. */
  private readonly crashing = new Set<string>();

  /**
   * @param pack the runs that shared its process; its own id where it was alone
   * @returns how many different runs have crashed at this worker in a row, 0 where this crash says nothing new of it; and the workers
   *   that this crash clears
   */
  add(workerId: string, runId: string, pack = runId): { inARow: number; cleared: string[] } {
    if (this.crashing.has(runId)) return { inARow: 0, cleared: [] };
    const others = [...this.byWorker].filter(([id, runs]) => id !== workerId && runs.has(runId));
    if (others.length > 0) {
      this.crashing.add(runId);
      if (this.crashing.size > maxRuns) this.crashing.delete(this.crashing.values().next().value!);
      const all = [...this.byWorker].filter(([, runs]) => runs.delete(runId));
      return { inARow: 0, cleared: all.filter(([, runs]) => countPacks(runs) < 2).map(([id]) => id) };
    }
    const runs = this.byWorker.get(workerId) ?? new Map<string, string>();
    const isNew = !runs.has(runId) && ![...runs.values()].includes(pack);
    if (!runs.has(runId)) runs.set(runId, pack);
    this.byWorker.set(workerId, runs);
    return { inARow: isNew ? countPacks(runs) : 0, cleared: [] };
  }

  /** A run went well there. */
  clear(workerId: string): void {
    this.byWorker.delete(workerId);
  }
}

const countPacks = (runs: ReadonlyMap<string, string>): number => new Set(runs.values()).size;
