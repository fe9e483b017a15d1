import type { DeviceChoice } from "../engine/engine.ts";

/** A call is waited for before a cancellation is heard: 100 ms would be noticed. */
const longestCallMs = 50;
/** Of inputs that wait for their turn in one call. */
const mostInputBytes = 64 * 2 ** 20;
/** On a CPU a call costs about 0.05 ms, and opening the loop up to 0.2 s: it pays where steps are short and many are left. */
const pays = { belowMs: 1, updates: 3_000 };

/**
 * How many updates the next call makes (Step.runMany). On CUDA as many as fit into 50 ms, for each call copies the state; on a CPU
 * one, but for long runs of very short steps. It grows by doubling, so that a slow machine is noticed.
 */
export class UpdatesPerCall {
  private readonly device: "cuda" | "cpu" | "other";
  private readonly most: number;
  private updates = 1;
  private stepMs: number | null = null;

  constructor({ device, engine }: DeviceChoice, inputBytes: number) {
    this.device = engine === "compiled" && device !== "webgpu" ? device : "other";
    this.most = Math.max(1, Math.floor(mostInputBytes / Math.max(1, inputBytes)));
  }

  /** At least 1; `left` are the updates to the end of the run. */
  next(left: number): number {
    const { stepMs, device, updates } = this;
    if (stepMs === null || device === "other") return 1;
    if (device === "cpu" && updates === 1 && (stepMs > pays.belowMs || left < pays.updates)) return 1;
    return Math.max(1, Math.min(2 * updates, Math.floor(longestCallMs / stepMs), this.most, left));
  }

  /** The last call made so many updates in so many ms. */
  took(updates: number, ms: number): void {
    this.updates = updates;
    this.stepMs = ms / updates;
  }
}
