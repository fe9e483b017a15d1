import { median } from "../../math/statistics/quantile.ts";

const recentSteps = 50;

/** Wall times of steps, ms. */
export class StepTimes {
  private sinceLast: number[] = [];
  private recent: number[] = [];

  /** One step's time, or the mean of several made in one call. */
  add(ms: number, steps = 1): void {
    for (let i = 0; i < steps; i++) {
      this.sinceLast.push(ms);
      this.recent.push(ms);
    }
    if (this.recent.length > 2 * recentSteps) this.recent = this.recent.slice(-recentSteps);
  }

  /** Median since the last call; null without a step. */
  takeMedian(): number | null {
    const taken = this.sinceLast;
    this.sinceLast = [];
    return taken.length === 0 ? null : median(taken);
  }

  /** Median of the last steps; 0 before the first. */
  recentMedian(): number {
    return this.recent.length === 0 ? 0 : median(this.recent.slice(-recentSteps));
  }
}
