import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../contract/failure.ts";
import type { WorkerStop } from "../../contract/wire/runEvents.ts";
import type { DatasetAvailability } from "../../contract/wire/workerProtocol.ts";
import { workerExit } from "../../contract/workerExit.ts";
import { listAvailability } from "../data/resolve/listAvailability.ts";
import { workerEnvironment } from "../env.ts";
import { log, messageOf, surviveClosedOutput } from "../log.ts";
import { Agent } from "./agent.ts";
import { openEphemeralFolder } from "./ephemeralFolder.ts";
import { Lifetime } from "./lifetime.ts";
import { findCapacity } from "./machine/findCapacity.ts";
import { type AgentOptions, parseOptions, usage } from "./options.ts";
import { StopSignals } from "./stopSignals.ts";
import { openWorkerFolder, type WorkerFolder } from "./workerFolder.ts";

const forsakenCheckMs = 10_000;
const lifetimeCheckMs = 250;
/** Of the time that is left at the end of the allotted one, for checkpoints and sending; the rest is to end in. */
const flushedShare = 0.9;
/** A second SIGTERM this soon after the first is its echo. */
const graceMs = 15_000;
/** A stopping worker has ended by then, whatever hangs. */
const stopMs = 9_800;
/** A folder on a dead network drive never answers. */
const listMs = 5_000;

/** The worker's program: reads its flags, takes its folder, and serves until it is asked to stop. */
export function startWorker(args: string[], runProgram: string, signals = new StopSignals()): void {
  surviveClosedOutput();
  if (args.includes("--help")) {
    console.log(usage);
    process.exit(workerExit.stopped);
  }
  if (signals.early !== null) {
    log(`${signals.early}: stopped before it began`);
    process.exit(workerExit.stopped);
  }
  const options = readOptions(args);
  const folder = takeFolder(options);
  log(`Worker "${options.name}", data in ${folder.path}`);
  const lifetime = new Lifetime(options);
  const capacity = findCapacity(options);
  let listed: DatasetAvailability[] = [];
  const listSets = async () => {
    listed = await listAvailability({ folder: options.datasetsDir, cache: folder.datasetCache });
  };
  const agent = new Agent({
    options,
    folder,
    offer: async () => {
      const isListed = await Promise.race([listSets().then(() => true), sleep(listMs, false, { ref: false })]);
      if (!isListed) log(`The data-set folders did not answer within ${listMs / 1_000} s`);
      const minutesLeft = lifetime.minutesLeft(performance.now());
      return { ...(await capacity), datasets: listed, ephemeral: options.scratch !== null, minutesLeft };
    },
    runProgram,
    onUnwanted: () => {
      agent.killAll();
      process.exit(workerExit.refused);
    },
  });
  let isReady = false;
  void capacity.finally(() => {
    isReady = true;
  });
  const isIdle = () => isReady && agent.isIdle;
  stopWhenAsked({ agent, isIdle, lifetime, signals, folder, options });
  agent.start();
}

interface StopTerms {
  /** How long it may take, ms; 10 s by default. */
  withinMs?: number;
  code?: number;
}

interface Stoppable {
  agent: Agent;
  /** It is not while it still finds out what the machine offers. */
  isIdle: () => boolean;
  lifetime: Lifetime;
  signals: StopSignals;
  folder: WorkerFolder;
  options: AgentOptions;
}

function stopWhenAsked({ agent, isIdle, lifetime, signals, folder, options }: Stoppable): void {
  /** When it was first asked to stop, ms of this process' clock. */
  let askedAt: number | null = null;
  const stop = async (text: string, why: WorkerStop, { withinMs, code = workerExit.stopped }: StopTerms = {}) => {
    if (askedAt !== null) return;
    askedAt = performance.now();
    log(text);
    const lastMs = withinMs === undefined ? stopMs : withinMs - 200;
    const end = () =>
      process.exit(why === "time" && agent.isUnfinished && code === workerExit.stopped ? (options.unfinishedCode ?? code) : code);
    setTimeout(end, Math.max(0, lastMs)).unref();
    await agent.stop(why, withinMs === undefined ? undefined : withinMs * flushedShare);
    if (options.scratch !== null) leaveFolder(agent, folder);
    log("Stopped");
    end();
  };
  signals.listen((signal, why) => {
    if (askedAt === null) return void stop(`${signal}: making checkpoints. Press Ctrl+C again to stop now`, why);
    // A service manager signals the whole group, and npm forwards its own signal: that is one request, not two.
    if (signal !== "SIGINT" && performance.now() - askedAt < graceMs) return;
    agent.killAll();
    process.exit(workerExit.failed);
  });
  setInterval(() => {
    if (agent.isOrphaned) void stop("The server that started this worker is gone", "asked");
  }, forsakenCheckMs);
  setInterval(() => {
    const now = performance.now();
    const stage = lifetime.look(now, isIdle());
    if (stage === "takes no more") agent.takeNoMore();
    const code = agent.wasConnected ? workerExit.stopped : workerExit.failed;
    if (stage === "was idle") void stop("It has had no run for the time set by --until-idle", "time", { code });
    if (stage === "time is up")
      void stop("Its time (--minutes) is nearly up: making checkpoints", "time", { withinMs: lifetime.leftMs(now), code });
  }, lifetimeCheckMs);
}

function leaveFolder(agent: Agent, folder: WorkerFolder): void {
  if (agent.isDone) folder.remove();
  else log(`${folder.path} stays: the next ephemeral worker of this host sends what is in it, and resumes from its checkpoints`);
}

function readOptions(args: string[]): AgentOptions {
  try {
    return parseOptions(args, workerEnvironment());
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    process.exit(workerExit.failed);
  }
}

function takeFolder({ dataDir, scratch }: AgentOptions): WorkerFolder {
  try {
    if (scratch) return openEphemeralFolder(scratch);
    return openWorkerFolder(join(dataDir, "worker"), join(dataDir, "datasets"));
  } catch (error) {
    console.error(messageOf(error));
    process.exit(error instanceof Failure && error.code === "CONFLICT" ? workerExit.folderTaken : workerExit.failed);
  }
}
