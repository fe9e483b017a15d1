import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DeviceChoice } from "../../../contract/config/runConfig.ts";
import type { Assignment } from "../../../contract/wire/workerProtocol.ts";
import { log, messageOf } from "../../log.ts";
import { DamagedSpool } from "../../spool/spool.ts";
import type { ArtefactSender } from "../wire/artefactSender.ts";
import type { CheckpointSender, Sending } from "../wire/checkpointSender.ts";
import type { AssignMessage, Attempt } from "./attempt.ts";
import type { HeldAttempts } from "./heldAttempts.ts";
import { closeRecovered } from "./recoverAttempts.ts";
import { findResumePoint, type ResumePoint } from "./resumePoint.ts";
import type { RunExit } from "./runProcess.ts";
import type { SpareProcess } from "./spareProcess.ts";

const diskRetryMs = 2_000;
/** The end of an attempt waits so long for its last checkpoint to be stored. */
const lastCheckpointMs = 10_000;
const stopLookMs = 100;
/** How long others wait for the first step of the run that has the prepared process. */
const leadMs = 1_500;

interface RunnerOptions {
  /** Folder of all runs' checkpoints, and of downloaded data sets. */
  checkpoints: string;
  datasetCache: string;
  datasets: string | null;
  /** What "auto" stands for. */
  device: DeviceChoice;
  keepCheckpoints: number;
  /** The server to fetch checkpoints from, and how long that is tried without a byte coming. */
  server: { url: string; token: string };
  fetchMs: number;
}

/** Takes an attempt through its life on this worker: a process, training, and a spool that says how it ended. */
export class AttemptRunner {
  /** Threads of one run. */
  threads = 1;
  private readonly options: RunnerOptions;
  private readonly held: HeldAttempts;
  private readonly spare: SpareProcess;
  private readonly artefacts: ArtefactSender;
  private readonly checkpoints: CheckpointSender;

  constructor(
    options: RunnerOptions,
    held: HeldAttempts,
    spare: SpareProcess,
    { artefacts, checkpoints }: { artefacts: ArtefactSender; checkpoints: CheckpointSender },
  ) {
    this.options = options;
    this.held = held;
    this.spare = spare;
    this.artefacts = artefacts;
    this.checkpoints = checkpoints;
  }

  /** @param earlier resolve when nothing writes any more of earlier attempts of the run */
  begin(attempt: Attempt, assignment: Assignment, earlier: Promise<void>[]): void {
    attempt.done = this.train(attempt, assignment, earlier);
  }

  /** Completes an attempt of an earlier life of this worker. */
  recover(attempt: Attempt): void {
    attempt.done = this.seal(attempt, async () => {
      await closeRecovered(attempt);
      await this.sendLast(attempt);
    });
  }

  /** Completes the spool of an attempt that was sealed before. */
  sealAgain(attempt: Attempt): void {
    attempt.done = this.seal(attempt, () => {});
  }

  private async train(attempt: Attempt, assignment: Assignment, earlier: Promise<void>[]): Promise<void> {
    const { config } = assignment;
    log(
      `Run ${attempt.label} of "${assignment.experimentName}": ${config.architecture} depth ${config.depth} seed ${config.seed}`,
    );
    const run = this.spare.take();
    attempt.run = run;
    await Promise.all(earlier);
    if (!run.isStarted) await this.waitForFirstStep(attempt);
    run.start();
    let message: () => AssignMessage;
    try {
      const point = await this.findResumePoint(attempt, assignment);
      this.checkpoints.watch(this.sendingOf(attempt), point.fetchedStep);
      message = () => this.makeAssignMessage(attempt, assignment, point);
    } catch (error) {
      // As if its process had said so.
      message = () => {
        throw error;
      };
    }
    const exit = await attempt.train(run, message, () => this.spare.prepare());
    await this.sendLast(attempt);
    await this.seal(attempt, () => this.writeEnd(attempt, exit));
    this.spare.prepare();
  }

  private async findResumePoint(attempt: Attempt, assignment: Assignment): Promise<ResumePoint> {
    const { checkpoints, server, fetchMs } = this.options;
    const cut = new AbortController();
    const watching = setInterval(() => {
      if (attempt.stopping) cut.abort();
    }, stopLookMs);
    try {
      return await findResumePoint(checkpoints, assignment, { ...server, retryMs: fetchMs, signal: cut.signal });
    } finally {
      clearInterval(watching);
    }
  }

  private sendingOf(attempt: Attempt): Sending {
    const { lease } = attempt.spool;
    return {
      lease,
      folder: join(this.options.checkpoints, lease.runId),
      knownStep: () => attempt.spool.storedCheckpoint,
      note: (note) => attempt.run?.note(note),
    };
  }

  /** Before the server hears of the end, and gives the run to another worker. */
  private async sendLast(attempt: Attempt): Promise<void> {
    const isOver = () => {
      try {
        const { end } = attempt.spool.inspect();
        return end?.kind === "finished" || end?.code === "DIVERGED" || end?.code === "CANCELLED";
      } catch {
        return false; // a damaged spool: another attempt follows
      }
    };
    if (attempt.stopping !== "cancelled" && attempt.stopping !== "refused" && !isOver())
      await this.checkpoints.sendLast(this.sendingOf(attempt), lastCheckpointMs);
  }

  private makeAssignMessage(attempt: Attempt, assignment: Assignment, { folder, notes }: ResumePoint): AssignMessage {
    const { datasets, datasetCache, device, keepCheckpoints } = this.options;
    return {
      type: "assign",
      assignment,
      paths: {
        spool: attempt.spool.path,
        checkpoints: folder,
        artefacts: this.artefacts.place(assignment.runId, assignment.attempt),
        datasets,
        datasetCache,
      },
      device: assignment.config.device === "auto" ? device : assignment.config.device,
      threads: this.threads,
      keepCheckpoints,
      notes,
    };
  }

  /**
   * A process that must load everything first takes seconds of a processor: it starts when the run that got the prepared process
   * has made its first step, so that the first numbers of a study come as soon as they can.
   */
  private async waitForFirstStep(attempt: Attempt): Promise<void> {
    const leads = (other: Attempt) => other !== attempt && other.isStarting && other.run?.isReady;
    for (const deadline = performance.now() + leadMs; this.held.all.some(leads) && performance.now() < deadline; )
      await sleep(20);
  }

  /** Completes the spool of an attempt without a process, however long a full disk makes that take. */
  private async seal(attempt: Attempt, complete: () => void | Promise<void>): Promise<void> {
    while (attempt.stopping !== "refused") {
      try {
        if (attempt.damage === null) await complete();
        this.held.restart(attempt);
        break;
      } catch (error) {
        if (error instanceof DamagedSpool && attempt.damage === null) {
          this.held.repair(attempt, error.message);
          continue;
        }
        log(`The end of run ${attempt.label} cannot be written: ${messageOf(error)}; trying again`);
        await sleep(diskRetryMs);
      }
    }
    this.held.seal(attempt);
  }

  private writeEnd(attempt: Attempt, exit: RunExit): void {
    let { end } = attempt.spool.inspect();
    if (!end) {
      end = attempt.endEvent(exit);
      attempt.spool.appendOrHold(end);
    }
    log(
      `Run ${attempt.label} ${end.kind === "finished" ? `finished after ${end.step} steps` : `ended ${end.code}: ${end.message}`}`,
    );
  }
}
