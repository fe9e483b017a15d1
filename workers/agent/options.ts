import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type DeviceChoice, deviceChoices } from "../../contract/config/runConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { maxPackRuns } from "../../contract/wire/packs.ts";
import { isVisible, storableText } from "../../contract/wireText.ts";
import type { WorkerEnvironment } from "../env.ts";
import { duration, minutes, seconds, wholeNumber } from "./flagValues.ts";
import type { GpuSettings } from "./machine/findCapacity.ts";
import { readTokenFile } from "./wire/tokenFile.ts";

/** Where an ephemeral worker makes its folder. */
export interface Scratch {
  folder: string;
  /** Downloaded data sets, shared with other workers. */
  datasets: string;
  host: string;
  /** Of its batch job or process, within the host. */
  id: string;
}

export interface AgentOptions {
  /** Origin of the server, e.g. http://127.0.0.1:4040 */
  server: string;
  token: string;
  /** Where the token was read, and is read again when the server refuses it, and how that was named; null: it was given itself. */
  tokenFile: { path: string; flag: string } | null;
  /** Runs at the same time, one process each; null: as the devices allow. */
  slots: number | null;
  /** Cores that it was given by a batch system; null: all that it sees. */
  cores: number | null;
  /** Runs in one step at most; 1: each trains alone. */
  packRuns: number;
  dataDir: string;
  /** Set for a worker that has an identity and a folder of its own for as long as it lives. */
  scratch: Scratch | null;
  /** It ends after so long without a run, ms; null: it waits for ever. */
  untilIdleMs: number | null;
  /** It ends so long after its start, ms; null: it has no such limit. */
  allottedMs: number | null;
  /** What it ends with where it lacked time, not work; null: with 0. */
  unfinishedCode: number | null;
  datasetsDir: string | null;
  device: DeviceChoice;
  gpus: GpuSettings;
  name: string;
  /** Started by a server on the same machine: goes away by itself when that server has gone for good. */
  local: boolean;
  /** Keeps the events of ended attempts as a ledger of what was sent, `<spool>.sent`. */
  keepSpool: boolean;
  /** Checkpoints of an ended run that are sent to the server, the newest first; 0: none. */
  keepCheckpoints: number;
  /** Training time between two checkpoints that are sent to the server, ms; null: none are. */
  uploadEveryMs: number | null;
  /** Bound for all that is sent to the server as files. */
  uploadBytesPerSecond: number;
  /** A checkpoint is asked of the server for so long without a byte coming, ms. */
  fetchMs: number;
  /** A run's process that does nothing at all for so long, ms, is stopped, and the run resumes from its checkpoint. */
  stallMs: number;
  /** See ledger.ts; null: none is kept. */
  ledger: string | null;
}

const defaultPackRuns = 64;

export const usage = `Usage: npm run worker -- --server URL --token-file FILE [--slots N] [--data DIR] [--device ${deviceChoices.join("|")}] [--name NAME]

  --server URL    where Collapsar runs, e.g. https://studies.example.org:4040
  --token-file FILE
                  file with the token from the "Workers" page, readable by you alone; or COLLAPSAR_WORKER_TOKEN_FILE
  --token TOKEN   the token itself; better in the environment as COLLAPSAR_WORKER_TOKEN, where other users cannot read it
  --slots N       runs, or packs of them, at the same time (default: one per processor core, or one per GPU)
  --pack N        runs of equal shape that one slot trains as one step, at most (default: ${defaultPackRuns}; 1: each alone); how many
                  are best is measured
  --data DIR      folder for the spool, the checkpoints and downloaded data sets (default: .collapsar)
  --device        what to compute on (default: auto, the best available)
  --name NAME     shown on the "Workers" page (default: the host's name)
  --keep-checkpoints N
                  newest checkpoints of an ended run that the server keeps (default: 1; 0: none)
  --keep-spool    keep the events of ended runs on disk

For machines that are lent for a while:
  --until-idle TIME
                  end after so long without a run, e.g. 90s, 5m, 2h
  --minutes N     end within N minutes: runs are suspended in time, and continue on the next worker
  --unfinished-code N
                  end with code N, rather than 0, where time ran out (SIGUSR1, --minutes) while it had runs: a batch job can
                  queue itself again then
  --ephemeral     a folder and an identity of its own, removed at the end
  --scratch DIR   with --ephemeral: where that folder is made (default: --data, or else the system's temporary folder);
                  workers that share it share downloaded data sets

SIGTERM and SIGUSR1 ask a worker to suspend its runs, hand them back and end within 10 s.`;

/** @throws Failure INVALID naming the flag, its value and what it may be */
export function parseOptions(args: string[], environment: WorkerEnvironment): AgentOptions {
  const flags = parseFlags(args);
  const slots = flags.slots ?? environment.slots;
  if (!flags.server)
    throw new Failure("INVALID", "--server is missing: the address of the Collapsar server, e.g. http://127.0.0.1:4040");
  return {
    server: serverOrigin(flags.server),
    ...tokenOf(flags, environment),
    slots: slots === null ? null : wholeNumber("--slots", slots, 1, 256),
    cores: environment.givenCores,
    packRuns: wholeNumber("--pack", flags.pack ?? environment.packRuns ?? String(defaultPackRuns), 1, maxPackRuns),
    dataDir: flags.data ? resolve(flags.data) : environment.dataDir,
    scratch: scratchOf(flags, environment),
    untilIdleMs: flags["until-idle"] === undefined ? null : duration("--until-idle", flags["until-idle"]),
    unfinishedCode:
      flags["unfinished-code"] === undefined ? null : wholeNumber("--unfinished-code", flags["unfinished-code"], 4, 125),
    allottedMs: flags.minutes === undefined ? null : minutes("--minutes", flags.minutes),
    datasetsDir: environment.datasetsDir,
    device: deviceChoice(flags.device ?? (namesNoGpu(environment.gpus.cuda) ? "cpu" : "auto")),
    gpus: {
      given: environment.gpus,
      vulkan: environment.vulkan,
      systemRoot: environment.systemRoot,
      patienceMs: wholeNumber("COLLAPSAR_NVIDIA_SMI_MS", environment.nvidiaSmiMs ?? "5000", 100, 60_000),
      everyMs: wholeNumber("COLLAPSAR_GPU_READING_MS", environment.gpuReadingMs ?? "5000", 100, 3_600_000),
    },
    name: nameOf(flags.name),
    local: flags.local ?? false,
    keepCheckpoints: wholeNumber("--keep-checkpoints", flags["keep-checkpoints"] ?? environment.keepCheckpoints ?? "1", 0, 20),
    keepSpool: flags["keep-spool"] ?? false,
    uploadEveryMs: seconds("COLLAPSAR_UPLOAD_CHECKPOINTS_S", environment.uploadCheckpointsS ?? "180", 86_400) || null,
    uploadBytesPerSecond: 1e6 * wholeNumber("COLLAPSAR_UPLOAD_MB_S", environment.uploadMbS ?? "20", 1, 100_000),
    fetchMs: 1_000 * wholeNumber("COLLAPSAR_FETCH_S", environment.fetchS ?? "120", 0, 86_400),
    stallMs: wholeNumber("COLLAPSAR_STALL_MS", environment.stallMs ?? "30000", 500, 86_400_000),
    ledger: environment.ledger,
  };
}

type Flags = ReturnType<typeof parseFlags>;

/** A flag goes before the environment, and each before its other kind. */
function tokenOf(flags: Flags, environment: WorkerEnvironment): Pick<AgentOptions, "token" | "tokenFile"> {
  const file = flags["token-file"];
  if (file !== undefined && flags.token !== undefined)
    throw new Failure("INVALID", "--token and --token-file are both given: leave one of them out");
  if (file !== undefined) return tokenIn("--token-file", file);
  const token = flags.token ?? environment.token;
  if (token) return { token, tokenFile: null };
  if (environment.tokenFile) return tokenIn("COLLAPSAR_WORKER_TOKEN_FILE", environment.tokenFile);
  throw new Failure(
    "INVALID",
    "--token is missing: create one on the Workers page, and give it by --token-file (or in the environment, as COLLAPSAR_WORKER_TOKEN or COLLAPSAR_WORKER_TOKEN_FILE)",
  );
}

function tokenIn(flag: string, file: string): Pick<AgentOptions, "token" | "tokenFile"> {
  const path = resolve(file);
  return { token: readTokenFile(flag, path), tokenFile: { path, flag } };
}

function scratchOf({ ephemeral, scratch, data }: Flags, environment: WorkerEnvironment): AgentOptions["scratch"] {
  if (!ephemeral && scratch !== undefined)
    throw new Failure("INVALID", `--scratch is "${scratch}", which is for a worker that is given --ephemeral too`);
  if (!ephemeral) return null;
  const kept = data ?? environment.givenDataDir;
  const folder = resolve(scratch || kept || environment.scratchDir);
  const datasets = kept ? resolve(kept, "datasets") : join(folder, `collapsar-datasets-${environment.user}`);
  return { folder, datasets, ...environment.ephemeralName };
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      strict: true,
      allowPositionals: false,
      options: {
        server: { type: "string" },
        token: { type: "string" },
        "token-file": { type: "string" },
        slots: { type: "string" },
        pack: { type: "string" },
        data: { type: "string" },
        device: { type: "string" },
        name: { type: "string" },
        local: { type: "boolean" },
        "until-idle": { type: "string" },
        minutes: { type: "string" },
        ephemeral: { type: "boolean" },
        scratch: { type: "string" },
        "unfinished-code": { type: "string" },
        "keep-checkpoints": { type: "string" },
        "keep-spool": { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new Failure("INVALID", (error as Error).message);
  }
}

const nameLength = 80;

function nameOf(given: string | undefined): string {
  const name = given?.trim() ?? "";
  if (name !== "" && !isVisible(name))
    throw new Failure("INVALID", "--name has no visible characters: give the worker a name with letters or digits");
  return storableText(name || hostname(), nameLength);
}

function serverOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new Failure("INVALID", `--server is "${text}": it must be an address that begins with http:// or https://`);
  return url.origin;
}

/** CUDA_VISIBLE_DEVICES is empty, or a word such as Slurm's "NoDevFiles": a GPU of another interface is not meant for this worker either. */
const namesNoGpu = (cuda: string | null): boolean => cuda !== null && !/^\s*(\d|GPU-|MIG-)/.test(cuda);

function deviceChoice(text: string): DeviceChoice {
  const choice = deviceChoices.find((known) => known === text);
  if (!choice) throw new Failure("INVALID", `--device is "${text}": it must be one of ${deviceChoices.join(", ")}`);
  return choice;
}
