import { Failure } from "../../contract/failure.ts";
import type { RunEvent } from "../../contract/wire/runEvents.ts";
import { newestCheckpoint, removeCheckpoints, writeCheckpoint } from "../checkpoints/checkpointFolder.ts";
import { checkpointEveryMs } from "../env.ts";
import { openSpool, type SpoolWriter } from "../spool/spool.ts";
import { excuseOf } from "./excuse.ts";
import { keepResults } from "./keepResults.ts";
import { asFailure } from "./machineFault.ts";
import type { AssignedRun, FromRun, RunNote, ToRun } from "./messages.ts";
import type { RunContext } from "./runContext.ts";

const progressEveryMs = 250;

type Assign = Extract<ToRun, { type: "assign" }>;
type Send = (message: FromRun) => void;

/** One of the runs of this process, as the agent knows it: its spool, its checkpoints, and whether it is to stop. */
export class Member {
  readonly runId: string;
  /** Nothing more of it is written. */
  isOver = false;
  /** A stop is asked for at its next step; else it can end at once. */
  isTraining = false;
  private readonly given: AssignedRun;
  private readonly assign: Assign;
  private readonly send: Send;
  private readonly left: (member: Member) => void;
  private interruption: { checkpoint: boolean; reason: Failure } | null = null;
  private step: number | null = null;
  /** Step of the newest checkpoint up to which the server is known to have everything. */
  private storedStep: number | null = null;
  private spool: SpoolWriter | null = null;
  /** Lines of the log from before the run has started; null once it has. */
  private early: RunEvent[] | null = [];

  /** @param left told once it is over */
  constructor(given: AssignedRun, assign: Assign, send: Send, left: (member: Member) => void) {
    this.runId = given.assignment.runId;
    this.given = given;
    this.assign = assign;
    this.send = send;
    this.left = left;
  }

  /** Opens its spool and finds what it resumes from. @throws when the disk refuses */
  open(): RunContext {
    const { device, threads, keepCheckpoints: keep = 1 } = this.assign;
    const { assignment, paths, notes = [] } = this.given;
    const { config } = assignment;
    this.spool = openSpool(paths.spool);
    for (const note of notes) this.note(note);
    const resumeFrom = newestCheckpoint(paths.checkpoints, JSON.stringify(config), (text) =>
      this.note({ level: "warning", text: text.slice(0, 4000) }),
    );
    this.step = resumeFrom?.step ?? null;
    this.storedStep ??= this.step;
    const { place } = this;
    let sentAt = 0;
    return {
      runId: this.runId,
      config,
      places: { folder: paths.datasets, cache: paths.datasetCache },
      device,
      threads,
      emit: (event) => this.emit(event),
      progress: (done, stepMs) => {
        this.step = done;
        const now = performance.now();
        if (now - sentAt < progressEveryMs) return;
        sentAt = now;
        this.send({ type: "progress", runId: this.runId, step: done, stepMs: stepMs() });
      },
      resumeFrom,
      trainedOn: assignment.trainedOn,
      ...(assignment.parent && paths.parent !== undefined && { parent: { ...assignment.parent, path: paths.parent } }),
      saveCheckpoint: (checkpoint) => {
        this.requireOpen().sync();
        const { storedStep } = this;
        const written = writeCheckpoint(paths.checkpoints, checkpoint, { keep, storedStep });
        this.emit({ kind: "checkpoint", step: checkpoint.step, ...written });
      },
      keepResults: place && ((trained) => keepResults(place, trained)),
      interruption: () => this.interruption,
      checkpointEveryMs: checkpointEveryMs(),
    };
  }

  /** Where it leaves what is kept of it; undefined: nowhere. */
  private get place() {
    const { assignment, paths } = this.given;
    const { keepCheckpoints: keep = 1 } = this.assign;
    if (paths.artefacts === undefined) return undefined;
    return { assignment, folder: paths.artefacts, checkpoints: paths.checkpoints, keep };
  }

  note(note: RunNote): void {
    if (this.spool) this.emit({ kind: "log", ...note });
  }

  keepStored(step: number): void {
    this.storedStep = step;
  }

  /** `started` is the first event of an attempt, and its end the last: earlier log lines wait for either. */
  private emit(event: RunEvent): void {
    this.requireOpen();
    const waiting = this.early;
    if (waiting && event.kind === "log") {
      waiting.push(event);
      return;
    }
    this.early = null;
    const events = event.kind === "ended" ? [...(waiting ?? []), event] : [event, ...(waiting ?? [])];
    for (const each of events) this.send({ type: "spooled", runId: this.runId, seq: this.requireOpen().append(each) });
  }

  private requireOpen(): SpoolWriter {
    if (!this.spool) throw this.interruption?.reason ?? new Error("no spool is open");
    return this.spool;
  }

  /** Asks it to stop: at once where nothing needs a checkpoint, or else at its next step. */
  stop(reason: Failure, checkpoint: boolean): void {
    if (this.isOver) return;
    this.interruption ??= { checkpoint, reason };
    // Nothing is trained yet, and a download should not be waited for; or others train in the same step.
    const isAlone = this.assign.runs.length === 1;
    if (this.early || (!isAlone && !(checkpoint && this.isTraining))) this.end(reason);
  }

  /** Not this worker's any more. */
  drop(): void {
    this.interruption ??= { checkpoint: false, reason: new Failure("CANCELLED", "dropped") };
    this.leave();
  }

  /** It has finished (null), or this ended it. */
  async settle(error: unknown): Promise<void> {
    if (this.isOver) return;
    if (error === null) {
      removeCheckpoints(this.given.paths.checkpoints);
      this.leave();
      return;
    }
    const reason = asFailure(error);
    if (reason.code === "DIVERGED") await this.keepLastCheckpoint();
    this.end(reason);
  }

  /** The weights from before it diverged; a run that may continue keeps its checkpoints where they are. */
  private async keepLastCheckpoint(): Promise<void> {
    const { place } = this;
    if (place) await keepResults(place, null).catch(() => null);
  }

  end(reason: Failure): void {
    if (this.isOver) return;
    const { code, message } = reason;
    const { runId, step } = this;
    try {
      if (this.spool) this.emit({ kind: "ended", code, message: message.slice(0, 8000), step, ...excuseOf(reason) });
    } catch {
      this.send({ type: "unwritten", runId, code, message: message.slice(0, 8000) });
    }
    this.leave();
  }

  private leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.spool?.close();
    this.spool = null;
    this.left(this);
  }
}
