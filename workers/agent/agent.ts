import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WorkerStop } from "../../contract/wire/runEvents.ts";
import {
  type AssignAnswer,
  type Assignment,
  assignment as assignmentSchema,
  type CancelRequest,
  type Greeting,
  type Heartbeat,
  type Hello,
} from "../../contract/wire/workerProtocol.ts";
import { newestCheckpoints } from "../checkpoints/checkpointFolder.ts";
import { removeOldCheckpoints } from "../checkpoints/keptCheckpoints.ts";
import { count, log, messageOf } from "../log.ts";
import { AttemptSpool } from "../spool/attemptSpool.ts";
import { Attempt } from "./attempts/attempt.ts";
import { AttemptRunner, type Beginning } from "./attempts/attemptRunner.ts";
import { HeldAttempts } from "./attempts/heldAttempts.ts";
import { PackBook } from "./attempts/packBook.ts";
import { recoverAttempts } from "./attempts/recoverAttempts.ts";
import { RunProcess } from "./attempts/runProcess.ts";
import { SpareProcess } from "./attempts/spareProcess.ts";
import { describeMachine } from "./machine/describeMachine.ts";
import { gpuUse } from "./machine/gpus/gpuReport.ts";
import { GpuSlots } from "./machine/gpus/gpuSlots.ts";
import { systemMeter } from "./machine/systemUse.ts";
import { makeHello, type Offer } from "./makeHello.ts";
import type { AgentOptions } from "./options.ts";
import { OwnSetsWatch } from "./ownSetsWatch.ts";
import { ArtefactSender } from "./wire/artefactSender.ts";
import { CheckpointSender } from "./wire/checkpointSender.ts";
import { ConnectionLog } from "./wire/connectionLog.ts";
import { keepLedger } from "./wire/ledger.ts";
import { RateLimit } from "./wire/rateLimit.ts";
import { ServerLink } from "./wire/serverLink.ts";
import type { SendBatch } from "./wire/spoolSender.ts";
import { WorkerToken } from "./wire/workerToken.ts";
import type { WorkerFolder } from "./workerFolder.ts";

/** A stopping worker ends within 10 s: it makes checkpoints in the first two thirds, then sends what it still can, events last. */
const stopMs = 9_000;
const suspendShare = 2 / 3;
const eventsShare = 1 / 6;
/** A pause can wait: the checkpoint of a large network takes time. */
const pauseMs = 60_000;

interface AgentSetup {
  options: AgentOptions;
  folder: WorkerFolder;
  /** What the machine offers: asked before each hello. */
  offer: () => Promise<Offer>;
  /** Program of a run's process. */
  runProgram: string;
  /** The server refused this worker before it ever took it. */
  onUnwanted: () => void;
}

/** Takes runs from a server, gives each its own process, and makes sure that every event reaches the server. */
export class Agent {
  private readonly setup: AgentSetup;
  private readonly held: HeldAttempts;
  private readonly runner: AttemptRunner;
  private readonly link: ServerLink;
  private readonly spare: SpareProcess;
  private readonly artefacts: ArtefactSender;
  private readonly checkpoints: CheckpointSender;
  private readonly packs: PackBook;
  private readonly connectionLog = new ConnectionLog();
  private readonly readSystem = systemMeter();
  private ownSets: OwnSetsWatch | null = null;
  private slots = 1;
  private gpus = new GpuSlots([], null);
  private isStopping = false;
  private takesMore = true;
  /** It had runs when it began to take no more. */
  isUnfinished = false;

  constructor(setup: AgentSetup) {
    this.setup = setup;
    const { options, folder } = setup;
    this.spare = new SpareProcess(
      () => new RunProcess(setup.runProgram, options.local, options.stallMs, (device) => this.gpus.take(device)),
      () => !this.held.all.some((attempt) => attempt.isStarting),
    );
    const token = new WorkerToken(options.token, options.tokenFile);
    const server = {
      url: options.server,
      get token() {
        return token.current;
      },
    };
    const rate = new RateLimit(options.uploadBytesPerSecond);
    this.artefacts = new ArtefactSender(folder.artefacts, server, rate);
    this.checkpoints = new CheckpointSender(folder.uploads, server, options.uploadEveryMs, rate);
    const send: SendBatch = (batch) => this.link.sendEvents(batch);
    const sendNoted = options.ledger === null ? send : keepLedger(options.ledger, send);
    this.held = new HeldAttempts(folder, options.keepSpool, {
      artefacts: this.artefacts,
      checkpoints: this.checkpoints,
      send: sendNoted,
      sealAgain: (attempt) => this.runner.sealAgain(attempt),
    });
    this.packs = new PackBook(join(folder.path, "packs.json"), options.packRuns);
    const { checkpoints, datasetCache } = folder;
    const { datasetsDir: datasets, device, keepCheckpoints, fetchMs } = options;
    this.runner = new AttemptRunner(
      { checkpoints, datasetCache, datasets, device, keepCheckpoints, server, fetchMs },
      this.held,
      this.spare,
      { artefacts: this.artefacts, checkpoints: this.checkpoints, packs: this.packs },
    );
    this.link = new ServerLink(options.server, token, {
      makeHello: () => this.makeHello(),
      makeHeartbeat: () => this.makeHeartbeat(),
      assign: (messages) => this.assign(messages),
      cancel: (request) => this.cancel(request),
      suspend: (request) => this.suspend(request),
      heartbeatAnswered: ({ lost, cancel, suspend = [] }) => {
        this.held.dropLost(lost);
        for (const request of cancel) this.cancel(request);
        for (const request of suspend) this.suspend(request);
      },
      copied: (message) => this.takeNewIdentity(message),
      up: ({ lost, sendAgain = [], greeting, note }) => {
        if (greeting) this.keepGreeting(greeting);
        this.held.dropLost(lost);
        this.held.resend(sendAgain, folder.spool);
        this.connectionLog.up(options.server, this.held.unsent);
        if (!this.takesMore) this.link.announceLeaving();
        if (note) log(note);
        this.held.wake();
        if (this.ownSets?.parts) this.link.sendOwnSets(this.ownSets.parts);
        this.artefacts.wake();
        this.checkpoints.wake();
      },
      down: (reason) => {
        if (!this.isStopping) this.connectionLog.down(reason, this.held.working, this.held.unsent);
      },
      polling: () =>
        log("Something on the way to the server does not let WebSocket through: this worker continues over plain HTTP"),
      refused: (code, message) => this.refused(code, message),
    });
  }

  start(): void {
    const { folder } = this.setup;
    const old = removeOldCheckpoints(folder.checkpoints);
    if (old > 0) log(`Old checkpoints of ${count(old, "run")} were removed`);
    const earlier = recoverAttempts(folder.spool);
    if (earlier.length > 0) log(`The spool holds events of ${count(earlier.length, "earlier attempt")}`);
    for (const attempt of earlier) {
      this.held.add(attempt);
      this.runner.recover(attempt);
    }
    this.artefacts.recover((runId, attempt) => this.held.find(runId, attempt) !== undefined);
    this.checkpoints.start();
    this.spare.prepare();
    this.link.open();
    const places = { folder: this.setup.options.datasetsDir, cache: folder.datasetCache };
    this.ownSets = new OwnSetsWatch(places, (parts) => this.link.sendOwnSets(parts));
  }

  /** No more runs are wanted; those it has go on. */
  takeNoMore(): void {
    if (!this.takesMore) return;
    this.takesMore = false;
    this.isUnfinished = this.held.all.length > 0;
    this.link.announceLeaving();
  }

  /**
   * Lets runs make checkpoints and sends what can be sent.
   * @param why what the server is told of it
   * @param withinMs how long all of it may take: 9 s by default
   */
  async stop(why: WorkerStop, withinMs = stopMs): Promise<void> {
    const deadline = performance.now() + withinMs;
    this.isStopping = true;
    this.takeNoMore();
    this.spare.close();
    for (const attempt of this.held.all) {
      if (!attempt.run) continue;
      attempt.stopping ??= "suspended";
      attempt.stop ??= why;
      attempt.run.suspend(withinMs * suspendShare, why);
    }
    const filesUntil = deadline - withinMs * eventsShare;
    this.checkpoints.hurry(filesUntil);
    const all = Promise.all(this.held.all.map((attempt) => attempt.done));
    await Promise.race([all, sleep(filesUntil - performance.now())]);
    await this.checkpoints.flush(filesUntil);
    await this.flush(deadline);
    if (this.held.unsent > 0) log(`${count(this.held.unsent, "event")} remain in the spool until the next start`);
    this.close();
  }

  /**
   * Sends what can be sent until then. What stays on the disk is sent by the worker's next life; an ephemeral worker may have none, so it
   * also waits for a connection, and for files.
   * @param deadline ms of this process' clock
   */
  private async flush(deadline: number): Promise<void> {
    const isLast = this.setup.options.scratch !== null;
    const mustWait = () => (isLast ? !this.isIdle : this.held.all.length > 0 && this.link.isUp);
    while (mustWait() && performance.now() < deadline) await sleep(20);
  }

  /** Whether it has no run, and the server has all that there is to send. */
  get isIdle(): boolean {
    return this.held.all.length === 0 && this.artefacts.isEmpty && this.checkpoints.isEmpty;
  }

  /** Whether nothing in its folder is of use to anyone: everything is sent, and no run could only resume from a checkpoint there. */
  get isDone(): boolean {
    const { checkpoints } = this.setup.folder;
    const isStored = (runId: string) =>
      newestCheckpoints(join(checkpoints, runId)).every(({ step }) => step <= this.checkpoints.storedStep(runId));
    return this.isIdle && readdirSync(checkpoints).every(isStored);
  }

  /** Whether a server has ever taken it. */
  get wasConnected(): boolean {
    return !this.connectionLog.isNeverConnected;
  }

  /** Kills all at once; the spool keeps what it has. */
  killAll(): void {
    this.isStopping = true;
    for (const attempt of this.held.all) attempt.run?.kill();
    this.close();
  }

  /** A server started this worker for itself and has gone for good. */
  get isOrphaned(): boolean {
    return this.setup.options.local && this.connectionLog.isAwayTooLong(this.held.working);
  }

  private close(): void {
    this.ownSets?.close();
    this.spare.close();
    this.artefacts.stop();
    this.checkpoints.stop();
    this.link.close();
    this.setup.folder.unlock();
  }

  /** Runs for one slot. @returns for each whether it is taken */
  private assign(messages: Assignment[]): AssignAnswer[] {
    const taken: Beginning[] = [];
    const superseded: Attempt[] = [];
    const answers = messages.map((message) => this.take(message, taken, superseded));
    if (taken.length > 0)
      this.runner.begin(
        taken,
        superseded.map((old) => old.done),
      );
    return answers;
  }

  private take(message: Assignment, taken: Beginning[], superseded: Attempt[]): AssignAnswer {
    const parsed = assignmentSchema.safeParse(message);
    if (!parsed.success) return { accepted: false, reason: "the worker does not understand it: is it older than the server?" };
    const { runId, attempt: number, lease } = parsed.data;
    const same = this.held.find(runId, number)?.spool;
    if (same && same.lease.lease !== lease)
      return { accepted: false, reason: "it has not finished with another attempt of this number" };
    if (same) return { accepted: true };
    if (this.isStopping) return { accepted: false, reason: "the worker is stopping" };
    if (!this.takesMore) return { accepted: false, reason: "the worker's time is nearly up" };
    const before = this.held.all.filter((attempt) => attempt.spool.lease.runId === runId && !attempt.isSealed);
    if (this.held.busySlots([...superseded, ...before]) >= this.slots)
      return { accepted: false, reason: `${this.slots === 1 ? "its slot is" : `its ${this.slots} slots are`} in use` };
    try {
      const attempt = new Attempt(new AttemptSpool(this.setup.folder.spool, { runId, attempt: number, lease }));
      attempt.spool.begin();
      this.held.add(attempt);
      for (const old of before) this.held.supersede(old);
      superseded.push(...before);
      taken.push({ attempt, assignment: parsed.data });
      return { accepted: true };
    } catch (error) {
      return { accepted: false, reason: `it cannot write to its disk: ${messageOf(error)}`.slice(0, 500), fault: true };
    }
  }

  private cancel({ runId, attempt: number }: CancelRequest): void {
    const attempt = this.held.find(runId, number);
    if (!attempt?.isWorking || attempt.stopping === "cancelled" || attempt.stopping === "refused") return;
    log(`Run ${attempt.label} is cancelled`);
    attempt.stopping = "cancelled";
    attempt.run?.cancel();
  }

  /** The run was paused: this attempt ends with a checkpoint. */
  private suspend({ runId, attempt: number }: CancelRequest): void {
    const attempt = this.held.find(runId, number);
    if (!attempt?.isWorking || attempt.stopping) return;
    log(`Run ${attempt.label} is paused`);
    attempt.stopping = "suspended";
    attempt.run?.suspend(pauseMs);
  }

  private async makeHello(): Promise<Hello> {
    const { options, folder } = this.setup;
    const offer = await this.setup.offer();
    this.slots = offer.slots;
    this.gpus = offer.gpus;
    this.runner.threads = offer.threads;
    this.runner.place = { name: options.name, slots: offer.slots, devices: offer.devices, ...describeMachine() };
    return makeHello({
      identity: folder.identity,
      name: options.name,
      offer,
      holding: this.held.claimed,
      kept: this.held.sent.list(),
      packs: this.packs.tell(),
    });
  }

  /** Another worker uses the folder that this one was copied from: nothing that came with the copy is this worker's. */
  private takeNewIdentity(message: string): void {
    log(message);
    for (const attempt of this.held.all) this.held.drop(attempt, "it came with the copy");
    try {
      this.held.sent.clear();
      this.setup.folder.identity.renew();
    } catch (error) {
      log(`Its new identity cannot be written: ${messageOf(error)}; trying again`);
    }
  }

  private keepGreeting(greeting: Greeting): void {
    try {
      this.setup.folder.identity.keepGreeting(greeting);
    } catch (error) {
      log(`The server's greeting cannot be kept: ${messageOf(error)}`);
    }
  }

  private makeHeartbeat(): Heartbeat {
    const runs = this.held.claimed.slice(0, 4_096).map((attempt) => ({ ...attempt.spool.lease, ...attempt.takeProgress() }));
    const packs = this.packs.hasNews ? { packs: this.packs.tell() } : {};
    return { nonce: this.setup.folder.identity.nonce, runs, system: { ...this.readSystem(), ...gpuUse(this.gpus) }, ...packs };
  }

  private refused(code: string, message: string): void {
    log(`The server refuses this worker: ${message} (${code})`);
    if (this.connectionLog.isNeverConnected) this.setup.onUnwanted();
    else log(`Asking again every 15 s; ${count(this.held.unsent, "event")} in the spool are kept`);
  }
}
