import type { Checkpoint } from "../checkpoints/checkpointFile.ts";

/**
 * The parameters with the lowest J of those that were measured. J is that of the whole training set, at whatever batch size the run
 * trains: it is known at each measurement, and at no step between.
 */
export class BestState {
  private kept: { objective: number; step: number; parameters: Float32Array } | null = null;

  static of(checkpoint: Pick<Checkpoint, "best" | "state"> | null): BestState {
    const state = new BestState();
    if (checkpoint?.best && checkpoint.state.best) state.kept = { ...checkpoint.best, parameters: checkpoint.state.best };
    return state;
  }

  /** @returns whether none before had a lower J; then these are the best */
  async offer(objective: number, step: number, read: () => Promise<Float32Array>): Promise<boolean> {
    if (this.kept && this.kept.objective < objective) return false;
    this.kept = { objective, step, parameters: (await read()).slice() };
    return true;
  }

  get best(): { objective: number; step: number; parameters: Float32Array } | null {
    return this.kept;
  }

  /** What a checkpoint keeps of it. */
  get saved(): { best?: Checkpoint["best"]; state: { best?: Float32Array } } {
    if (!this.kept) return { state: {} };
    const { objective, step, parameters } = this.kept;
    return { best: { objective, step }, state: { best: parameters } };
  }
}
