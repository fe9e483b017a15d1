import type { RunRow } from "../../contract/wire/views.ts";
import type { Lease } from "../../contract/wire/workerProtocol.ts";
import type { TestServer } from "../support/processes/server.ts";

interface Attempt {
  from: number;
  sent: Map<number, number>;
  acked: Set<number>;
}

/** What simulated workers sent and had acknowledged, beside the database: step and loss of each attempt of each run. */
export class SentPoints {
  private readonly byRun = new Map<string, Map<number, Attempt>>();

  /** An attempt resumed from this step: what earlier ones sent after it is void. */
  begin({ runId, attempt }: Lease, from: number): void {
    const attempts = this.byRun.get(runId) ?? new Map<number, Attempt>();
    this.byRun.set(runId, attempts.set(attempt, { from, sent: new Map(), acked: new Set() }));
  }

  sent(lease: Lease, step: number, loss: number): void {
    this.of(lease).sent.set(step, loss);
  }

  acked(lease: Lease, step: number): void {
    this.of(lease).acked.add(step);
  }

  /** lost: acknowledged and not stored; doubled: stored twice; foreign: stored, and not what the attempt it stands for sent. */
  async compare(server: TestServer, runs: readonly RunRow[]) {
    const found = { lost: 0, doubled: 0, foreign: 0, points: 0 };
    for (const { id } of runs) {
      const [loss] = await server.call("runs.series", { id, keys: ["train/loss"] });
      const steps = loss?.steps ?? [];
      found.points += steps.length;
      found.doubled += steps.length - new Set(steps).size;
      const stored = new Map(steps.map((step, index) => [step, loss!.values[index]]));
      const { valid, acked } = this.valid(id);
      for (const step of acked) if (!stored.has(step)) found.lost++;
      for (const [step, value] of stored) if (!valid.get(step)?.includes(value)) found.foreign++;
    }
    return found;
  }

  /** Of each step the values that may be stored: those of the last attempt that began before it. */
  private valid(runId: string): { valid: Map<number, number[]>; acked: Set<number> } {
    const valid = new Map<number, number[]>();
    const acked = new Set<number>();
    for (const [, attempt] of [...(this.byRun.get(runId) ?? [])].sort(([a], [b]) => a - b)) {
      for (const step of valid.keys()) if (step > attempt.from) valid.delete(step);
      for (const step of acked) if (step > attempt.from) acked.delete(step);
      for (const [step, loss] of attempt.sent) valid.set(step, [loss]);
      for (const step of attempt.acked) acked.add(step);
    }
    return { valid, acked };
  }

  private of({ runId, attempt }: Lease): Attempt {
    return this.byRun.get(runId)!.get(attempt)!;
  }
}
