import type { Lease } from "../../contract/workerProtocol.ts";
import type { ArtefactSender } from "./artefactSender.ts";
import type { Attempt } from "./attempt.ts";
import { dropUnstoredCheckpoints, removeCheckpoints } from "./checkpoints.ts";
import { messageOf, say } from "./log.ts";
import { isAlive } from "./processIdentity.ts";
import { type SendBatch, SpoolSender } from "./spoolSender.ts";

/** A process that has told its end should be gone by then. */
const lingerMs = 2_000;

/** The attempts that this worker trains or still has unsent events of; each leaves when the server has all of it, or refuses it. */
export class AttemptDesk {
  private readonly attempts = new Map<string, Attempt>();
  private readonly checkpoints: string;
  private readonly keepSpool: boolean;
  private readonly artefacts: ArtefactSender;
  private readonly send: SendBatch;

  constructor(checkpoints: string, keepSpool: boolean, artefacts: ArtefactSender, send: SendBatch) {
    this.checkpoints = checkpoints;
    this.keepSpool = keepSpool;
    this.artefacts = artefacts;
    this.send = send;
  }

  get all(): Attempt[] {
    return [...this.attempts.values()];
  }

  /** Those whose leases this worker claims. */
  get held(): Attempt[] {
    return this.all.filter((attempt) => attempt.stopping !== "refused");
  }

  get working(): number {
    return this.all.filter((attempt) => attempt.isWorking).length;
  }

  get unsent(): number {
    return this.all.reduce((sum, attempt) => sum + attempt.spool.unsent, 0);
  }

  find(runId: string, attempt: number): Attempt | undefined {
    return this.attempts.get(`${runId}.${attempt}`);
  }

  add(attempt: Attempt): void {
    const { runId, attempt: number } = attempt.spool.lease;
    this.attempts.set(`${runId}.${number}`, attempt);
    attempt.sender = new SpoolSender(attempt.spool, this.send, {
      acknowledged: () => this.settle(attempt),
      refused: (code, message) => this.drop(attempt, `${message} (${code})`),
    });
  }

  /** There is a connection: whatever waits goes out. */
  wake(): void {
    for (const attempt of this.all) attempt.sender.wake();
  }

  /** Its process is gone and its last event is in the spool, or nothing of it is wanted. */
  seal(attempt: Attempt): void {
    attempt.isSealed = true;
    if (attempt.stopping === "refused") this.setAside(attempt);
    else {
      attempt.sender.wake();
      this.settle(attempt);
    }
  }

  /** Stops an attempt that is not this worker's any more, at once: its process must not touch the run's checkpoints again. */
  drop(attempt: Attempt, why: string): void {
    if (attempt.stopping === "refused") return;
    say(`Run ${attempt.label} is no longer this worker's: ${why}`);
    attempt.stopping = "refused";
    attempt.sender.stop();
    attempt.run?.kill();
    const old = attempt.spool.process;
    if (!attempt.run && old && isAlive(old)) process.kill(Number.parseInt(old, 10), "SIGKILL");
    if (attempt.isSealed) this.setAside(attempt);
  }

  dropLost(lost: Lease[]): void {
    for (const lease of lost) {
      const attempt = this.find(lease.runId, lease.attempt);
      if (attempt?.spool.lease.lease !== lease.lease) continue;
      // The server may have stored the attempt's end, and its word on that crossed this one: sending it again tells.
      if (attempt.spool.endSeq !== null) attempt.sender.wake();
      else this.drop(attempt, "its lease was lost");
    }
  }

  private settle(attempt: Attempt): void {
    const { spool } = attempt;
    if (spool.endSeq === null || spool.acked < spool.endSeq) spool.saveSoon();
    else if (attempt.isSealed) this.complete(attempt);
    else attempt.run?.killAfter(lingerMs);
  }

  private complete(attempt: Attempt): void {
    const { spool } = attempt;
    const { end } = spool.inspect();
    const { runId, attempt: number } = spool.lease;
    const isOver = end?.kind === "finished" || end?.code === "DIVERGED";
    if (isOver) removeCheckpoints(this.checkpoints, runId);
    this.leave(attempt);
    spool.remove(this.keepSpool);
    if (isOver) this.artefacts.add(runId, number);
    else this.artefacts.drop(runId, number);
  }

  private setAside(attempt: Attempt): void {
    const { spool } = attempt;
    this.leave(attempt);
    this.artefacts.drop(spool.lease.runId, spool.lease.attempt);
    try {
      dropUnstoredCheckpoints(this.checkpoints, spool.lease.runId, spool.inspect(), spool.acked);
    } catch (error) {
      say(`The spool of run ${attempt.label} is damaged (${messageOf(error)}): its checkpoints are not used`);
      removeCheckpoints(this.checkpoints, spool.lease.runId);
    }
    spool.setAside();
  }

  private leave(attempt: Attempt): void {
    const { runId, attempt: number } = attempt.spool.lease;
    this.attempts.delete(`${runId}.${number}`);
    attempt.sender.stop();
  }
}
