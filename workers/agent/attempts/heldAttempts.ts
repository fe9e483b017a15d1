import { join } from "node:path";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import { removeCheckpoints } from "../../checkpoints/checkpointFolder.ts";
import { dropUnstoredCheckpoints } from "../../checkpoints/keptCheckpoints.ts";
import { log, messageOf } from "../../log.ts";
import { SentSpools } from "../../spool/sentSpools.ts";
import { isAlive } from "../machine/processIdentity.ts";
import type { ArtefactSender } from "../wire/artefactSender.ts";
import type { CheckpointSender } from "../wire/checkpointSender.ts";
import { type SendBatch, SpoolSender } from "../wire/spoolSender.ts";
import { Attempt } from "./attempt.ts";

/** A process that has reported its end should be gone by then. */
const lingerMs = 2_000;

interface HeldParts {
  artefacts: ArtefactSender;
  checkpoints: CheckpointSender;
  send: SendBatch;
  /** Completes the spool of an attempt that was sealed before. */
  sealAgain: (attempt: Attempt) => void;
}

/** The attempts that this worker trains or still has unsent events of; each leaves when the server has all of it, or refuses it. */
export class HeldAttempts {
  private readonly attempts = new Map<string, Attempt>();
  private readonly checkpoints: string;
  readonly sent: SentSpools;
  private readonly keepSpool: boolean;
  private readonly artefacts: ArtefactSender;
  private readonly checkpointSender: CheckpointSender;
  private readonly send: SendBatch;
  /** Completes the spool of an attempt that was sealed before. */
  private readonly sealAgain: (attempt: Attempt) => void;

  constructor(
    { checkpoints, sent }: { checkpoints: string; sent: string },
    keepSpool: boolean,
    { artefacts, checkpoints: sender, send, sealAgain }: HeldParts,
  ) {
    this.checkpoints = checkpoints;
    this.sent = new SentSpools(sent);
    this.keepSpool = keepSpool;
    this.artefacts = artefacts;
    this.checkpointSender = sender;
    this.send = send;
    this.sealAgain = sealAgain;
  }

  get all(): Attempt[] {
    return [...this.attempts.values()];
  }

  /** Those whose leases this worker claims. */
  get claimed(): Attempt[] {
    return this.all.filter((attempt) => attempt.stopping !== "refused");
  }

  get working(): number {
    return this.all.filter((attempt) => attempt.isWorking).length;
  }

  /** Slots in use: runs that train together take one. @param but attempts that are about to go */
  busySlots(but: readonly Attempt[]): number {
    return new Set(this.all.filter((each) => each.isWorking && !but.includes(each)).map(({ run }) => run!.process)).size;
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
    this.attachSender(attempt);
  }

  private attachSender(attempt: Attempt): void {
    attempt.sender = new SpoolSender(attempt.spool, this.send, {
      holdsEnd: () => !attempt.isSealed,
      endHeld: () => attempt.run?.killAfter(lingerMs),
      acknowledged: () => {
        if (attempt.spool.storedCheckpoint !== null) attempt.run?.keep(attempt.spool.storedCheckpoint);
        this.settle(attempt);
      },
      damaged: (why) => this.repair(attempt, why),
      refused: (code, message) => this.drop(attempt, `${message} (${code})`),
    });
  }

  /** Attempts that the server has lost the end of, as it was restored from a backup: they are sent again. */
  resend(leases: readonly Lease[], spoolFolder: string): void {
    for (const lease of leases) {
      const spool = this.find(lease.runId, lease.attempt) ? null : this.sent.takeBack(lease, spoolFolder);
      if (spool === null) continue;
      const attempt = new Attempt(spool);
      attempt.isSealed = true;
      log(`Run ${attempt.label} is sent again: the server's database has lost its end`);
      spool.resendAll();
      this.add(attempt);
    }
  }

  /** There is a connection: sends whatever is waiting. */
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

  /** Stops an attempt that is no longer this worker's, at once: its process must not touch the run's checkpoints again. */
  drop(attempt: Attempt, why: string): void {
    if (attempt.stopping === "refused") return;
    log(`Run ${attempt.label} is no longer this worker's: ${why}`);
    attempt.stopping = "refused";
    this.stop(attempt);
    if (attempt.isSealed) this.setAside(attempt);
  }

  /**
   * A later attempt of its run came to this worker. One that had reported its end was not refused, even if the server's answer to that is
   * still on its way: only its process has to go.
   */
  supersede(attempt: Attempt): void {
    if (attempt.spool.endSeq === null) this.drop(attempt, "a later attempt was assigned");
    else {
      this.killProcess(attempt);
      attempt.sender.wake();
    }
  }

  /** Ends an attempt whose spool cannot be sent as it is; once its process is gone, `restart` follows. */
  repair(attempt: Attempt, why: string): void {
    const { runId, attempt: number } = attempt.spool.lease;
    if (this.find(runId, number) !== attempt || attempt.stopping === "refused" || attempt.damage !== null) return;
    log(`The spool of run ${attempt.label} is damaged: ${why}. It is set aside, and the attempt ends where it can be read`);
    attempt.damage = why;
    this.stop(attempt);
    if (attempt.isSealed) {
      attempt.isSealed = false;
      this.sealAgain(attempt);
    }
  }

  /** @throws if the disk cannot be written */
  restart(attempt: Attempt): void {
    if (attempt.damage === null) return;
    attempt.spool.restart(attempt.damage);
    attempt.damage = null;
    this.attachSender(attempt);
  }

  private stop(attempt: Attempt): void {
    attempt.sender.stop();
    this.killProcess(attempt);
  }

  /** Also where it is one of the worker's life before. */
  private killProcess(attempt: Attempt): void {
    attempt.run?.kill();
    const old = attempt.spool.process;
    if (!attempt.run && old && isAlive(old)) process.kill(Number.parseInt(old, 10), "SIGKILL");
  }

  dropLost(lost: Lease[]): void {
    for (const lease of lost) {
      const attempt = this.find(lease.runId, lease.attempt);
      if (attempt?.spool.lease.lease !== lease.lease) continue;
      // The server may have stored the attempt's end, and its answer crossed this message: sending it again settles that.
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
    const { end } = spool;
    const { runId, attempt: number } = spool.lease;
    const isOver = end?.kind === "finished" || end?.code === "DIVERGED";
    if (isOver) {
      removeCheckpoints(join(this.checkpoints, runId));
      this.checkpointSender.drop(spool.lease);
    }
    this.forget(attempt);
    this.sent.keep(spool);
    spool.remove(this.keepSpool);
    if (isOver) this.artefacts.add(runId, number);
    else this.artefacts.drop(runId, number);
  }

  private setAside(attempt: Attempt): void {
    const { spool } = attempt;
    this.forget(attempt);
    this.artefacts.drop(spool.lease.runId, spool.lease.attempt);
    this.checkpointSender.drop(spool.lease);
    try {
      dropUnstoredCheckpoints(this.checkpoints, spool.lease.runId, spool.inspect(), spool.acked);
    } catch (error) {
      // What the next attempt resumes from follows from what the server has.
      log(`The spool of run ${attempt.label} is damaged: ${messageOf(error)}`);
    }
    spool.setAside();
  }

  private forget(attempt: Attempt): void {
    const { runId, attempt: number } = attempt.spool.lease;
    this.attempts.delete(`${runId}.${number}`);
    attempt.sender.stop();
  }
}
