import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../contract/failure.ts";
import type { DatasetAvailability } from "../../contract/wire/workerProtocol.ts";
import { workerExit } from "../../contract/workerExit.ts";
import { listAvailability } from "../data/resolve/listAvailability.ts";
import { workerEnvironment } from "../env.ts";
import { log, messageOf, surviveClosedOutput } from "../log.ts";
import { Agent } from "./agent.ts";
import { findCapacity } from "./machine/findCapacity.ts";
import { type AgentOptions, parseOptions, usage } from "./options.ts";
import { openWorkerFolder, type WorkerFolder } from "./workerFolder.ts";

const forsakenCheckMs = 10_000;
/** A second SIGTERM this soon after the first is its echo. */
const graceMs = 15_000;
/** A stopping worker has ended by then, whatever hangs. */
const stopMs = 9_800;
/** A folder on a dead network drive never answers. */
const listMs = 5_000;

/** The worker's program: reads its flags, takes its folder, and serves until it is asked to stop. */
export function startWorker(args: string[], runProgram: string): void {
  surviveClosedOutput();
  if (args.includes("--help")) {
    console.log(usage);
    process.exit(workerExit.stopped);
  }
  const options = readOptions(args);
  const folder = takeFolder(options);
  log(`Worker "${options.name}", data in ${folder.path}`);
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
      return { ...(await capacity), datasets: listed };
    },
    runProgram,
    onUnwanted: () => {
      agent.killAll();
      process.exit(workerExit.refused);
    },
  });
  stopOnSignals(agent);
  agent.start();
}

function stopOnSignals(agent: Agent): void {
  /** When it was first asked to stop, ms of this process' clock. */
  let askedAt: number | null = null;
  const stop = async (why: string) => {
    askedAt = performance.now();
    log(why);
    setTimeout(() => process.exit(workerExit.stopped), stopMs).unref();
    await agent.stop();
    log("Stopped");
    process.exit(workerExit.stopped);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      if (askedAt === null) return void stop(`${signal}: making checkpoints. Press Ctrl+C again to stop now`);
      // A service manager signals the whole group, and npm forwards its own signal: that is one request, not two.
      if (signal === "SIGTERM" && performance.now() - askedAt < graceMs) return;
      agent.killAll();
      process.exit(workerExit.failed);
    });
  setInterval(() => {
    if (agent.isOrphaned && askedAt === null) void stop("The server that started this worker is gone");
  }, forsakenCheckMs);
}

function readOptions(args: string[]): AgentOptions {
  try {
    return parseOptions(args, workerEnvironment());
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    process.exit(workerExit.failed);
  }
}

function takeFolder({ dataDir }: AgentOptions): WorkerFolder {
  try {
    return openWorkerFolder(dataDir);
  } catch (error) {
    console.error(messageOf(error));
    process.exit(error instanceof Failure && error.code === "CONFLICT" ? workerExit.folderTaken : workerExit.failed);
  }
}
