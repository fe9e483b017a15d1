import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DeviceChoice, RunConfig } from "../../../contract/config/runConfig.ts";
import { isOnCpu } from "../../../contract/launch/memoryFindings.ts";
import { slotBytes, type WorkerPlace } from "../../../contract/launch/workerPlace.ts";
import { packKey } from "../../../contract/pack/packKey.ts";
import { heldRuns } from "../../../contract/pack/packLimit.ts";
import type { Assignment } from "../../../contract/wire/workerProtocol.ts";
import { log, messageOf } from "../../log.ts";
import type { AssignedRun, PackAdvice } from "../../run/messages.ts";
import { DamagedSpool } from "../../spool/spool.ts";
import type { ArtefactSender } from "../wire/artefactSender.ts";
import type { CheckpointSender, Sending } from "../wire/checkpointSender.ts";
import type { Attempt } from "./attempt.ts";
import type { HeldAttempts } from "./heldAttempts.ts";
import type { PackBook } from "./packBook.ts";
import { closeRecovered } from "./recoverAttempts.ts";
import { findResumePoint, type ResumePoint } from "./resumePoint.ts";
import type { RunProcess, SharedOrders } from "./runProcess.ts";
import type { RunExit } from "./runSeat.ts";
import type { SpareProcess } from "./spareProcess.ts";

const diskRetryMs = 2_000;
/** The end of an attempt waits so long for its last checkpoint to be stored. */
const lastCheckpointMs = 10_000;
const stopLookMs = 100;
/** How long others wait for the first step of the run that has the prepared process. */
const leadMs = 1_500;

/** An attempt that begins. */
export interface Beginning {
  attempt: Attempt;
  assignment: Assignment;
}

interface RunnerParts {
  artefacts: ArtefactSender;
  checkpoints: CheckpointSender;
  packs: PackBook;
}

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
  /** What the worker offers; null until that is known. */
  place: WorkerPlace | null = null;
  private readonly options: RunnerOptions;
  private readonly held: HeldAttempts;
  private readonly spare: SpareProcess;
  private readonly artefacts: ArtefactSender;
  private readonly checkpoints: CheckpointSender;
  private readonly packs: PackBook;

  constructor(options: RunnerOptions, held: HeldAttempts, spare: SpareProcess, { artefacts, checkpoints, packs }: RunnerParts) {
    this.options = options;
    this.held = held;
    this.spare = spare;
    this.artefacts = artefacts;
    this.checkpoints = checkpoints;
    this.packs = packs;
  }

  /**
   * Gives runs one process.
   * @param earlier resolve when nothing writes any more of earlier attempts of these runs
   */
  begin(beginnings: Beginning[], earlier: Promise<void>[]): void {
    const process = this.spare.take();
    const [{ assignment }] = beginnings;
    const key = packKey(assignment.config);
    process.expect(this.ordersOf(assignment, key), {
      timed: (best) => this.packs.timed(key, best),
      tooMany: (runs) => this.packs.tooMany(key, runs),
    });
    for (const { attempt } of beginnings) attempt.run = process.seat(attempt.spool.lease.runId);
    const started = this.start(
      process,
      beginnings.map(({ attempt }) => attempt),
      earlier,
    );
    for (const each of beginnings) each.attempt.done = this.train(each, started);
  }

  private async start(process: RunProcess, attempts: Attempt[], earlier: Promise<void>[]): Promise<void> {
    await Promise.all(earlier);
    if (!process.isStarted) await this.waitForFirstStep(attempts);
    process.start();
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

  private async train({ attempt, assignment }: Beginning, started: Promise<void>): Promise<void> {
    const { config } = assignment;
    log(
      `Run ${attempt.label} of "${assignment.experimentName}": ${config.architecture} depth ${config.depth} seed ${config.seed}`,
    );
    const run = attempt.run!;
    await started;
    let given: () => AssignedRun;
    try {
      const point = await this.findResumePoint(attempt, assignment);
      this.checkpoints.watch(this.sendingOf(attempt), point.fetchedStep);
      given = () => this.makeAssignedRun(attempt, assignment, point);
    } catch (error) {
      // As if its process had said so.
      given = () => {
        throw error;
      };
    }
    const exit = await attempt.train(run, given, () => this.spare.prepare());
    await this.sendLast(attempt);
    await this.seal(attempt, () => this.writeEnd(attempt, exit, assignment));
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

  private makeAssignedRun(attempt: Attempt, assignment: Assignment, { folder, parent, notes }: ResumePoint): AssignedRun {
    const { datasets, datasetCache } = this.options;
    return {
      assignment,
      paths: {
        spool: attempt.spool.path,
        checkpoints: folder,
        ...(parent !== undefined && { parent }),
        artefacts: this.artefacts.place(assignment.runId, assignment.attempt),
        datasets,
        datasetCache,
      },
      notes,
    };
  }

  /** Runs of one key are for one device. */
  private ordersOf({ config }: Assignment, key: string): SharedOrders {
    const { device, keepCheckpoints } = this.options;
    return {
      device: config.device === "auto" ? device : config.device,
      threads: this.threads,
      keepCheckpoints,
      pack: this.withinMemory(config, this.packs.adviceFor(key)),
    };
  }

  /** What larger packs take of a GPU's memory shows when they are tried; a machine's would be taken from its other runs. */
  private withinMemory(config: RunConfig, advice: PackAdvice): PackAdvice {
    if (!this.place || !isOnCpu(config, this.place)) return advice;
    return { ...advice, most: heldRuns(config, advice.most, slotBytes(this.place)) };
  }

  /**
   * A process that must load everything first takes seconds of a processor: it starts when the run that got the prepared process
   * has made its first step, so that the first numbers of a study come as soon as they can.
   */
  private async waitForFirstStep(own: Attempt[]): Promise<void> {
    const leads = (other: Attempt) => !own.includes(other) && other.isStarting && other.run?.isReady;
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

  private writeEnd(attempt: Attempt, exit: RunExit, { config }: Assignment): void {
    let { end } = attempt.spool.inspect();
    if (!end) {
      end = attempt.endEvent(exit);
      const isBad = end.kind === "ended" && (end.code === "CRASHED" || end.code === "WORKER_FAULT" || exit.stalledMs !== null);
      if (isBad && exit.together > 1) this.packs.tooMany(packKey(config), exit.together);
      attempt.spool.appendOrHold(end);
    }
    log(
      `Run ${attempt.label} ${end.kind === "finished" ? `finished after ${end.step} steps` : `ended ${end.code}: ${end.message}`}`,
    );
  }
}
