import { realpathSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { dirname, resolve } from "node:path";
import { Failure } from "../contract/failure.ts";

/** What the environment says to a worker; the command's flags go before it. */
export interface WorkerEnvironment {
  /** Holds worker/ (spool, checkpoints) and datasets/ (downloads). */
  dataDir: string;
  /** The user's own data sets, looked through first; null if none is set. */
  datasetsDir: string | null;
  /** Kept out of the command line, where every user of the machine could read it. */
  token: string | null;
  /** File that holds it. */
  tokenFile: string | null;
  /** The data folder, if one is set; else null. */
  givenDataDir: string | null;
  /** The system's temporary folder. */
  scratchDir: string;
  /** Number or name of this user. */
  user: string;
  /** What an ephemeral worker is called: by its host, and its batch job or else its process. */
  ephemeralName: { host: string; id: string };
  slots: string | null;
  /** Cores that the batch system gave this worker, where it says so; null: all that this process may use. */
  givenCores: number | null;
  packRuns: string | null;
  keepCheckpoints: string | null;
  stallMs: string | null;
  /** Seconds between two checkpoints that are sent, megabytes per second for them, and seconds for which one is asked for. */
  uploadCheckpointsS: string | null;
  uploadMbS: string | null;
  fetchS: string | null;
  /** The GPUs that this worker may use, in CUDA's words, and those that its container was given. */
  gpus: { cuda: string | null; container: string | null };
  /** Where Vulkan's layers are looked for, and whether a person has chosen the GPU that Vulkan lists first. */
  vulkan: { folders: string[]; isChosen: boolean };
  /** Holds /sys and /proc: another one for tests. */
  systemRoot: string;
  /** Milliseconds that nvidia-smi is given, and between two readings of the GPUs' use. */
  nvidiaSmiMs: string | null;
  gpuReadingMs: string | null;
  /** File in which the worker notes what it sent and what was acknowledged, for tests of faults. */
  ledger: string | null;
}

const projectRoot = resolve(import.meta.dirname, "..");

export function workerEnvironment(): WorkerEnvironment {
  const { COLLAPSAR_DATA_DIR, COLLAPSAR_DATASETS_DIR, COLLAPSAR_WORKER_TOKEN, COLLAPSAR_SLOTS } = process.env;
  const { COLLAPSAR_WORKER_TOKEN_FILE, SLURM_JOB_ID, SLURM_PROCID } = process.env;
  const { SLURM_CPUS_PER_TASK, SLURM_CPUS_ON_NODE } = process.env;
  const { COLLAPSAR_PACK, COLLAPSAR_KEEP_CHECKPOINTS, COLLAPSAR_LEDGER, COLLAPSAR_STALL_MS } = process.env;
  const { COLLAPSAR_UPLOAD_CHECKPOINTS_S, COLLAPSAR_UPLOAD_MB_S, COLLAPSAR_FETCH_S } = process.env;
  return {
    dataDir: resolve(COLLAPSAR_DATA_DIR || resolve(projectRoot, ".collapsar")),
    datasetsDir: COLLAPSAR_DATASETS_DIR ? resolve(COLLAPSAR_DATASETS_DIR) : null,
    token: COLLAPSAR_WORKER_TOKEN || null,
    tokenFile: COLLAPSAR_WORKER_TOKEN_FILE || null,
    givenDataDir: COLLAPSAR_DATA_DIR ? resolve(COLLAPSAR_DATA_DIR) : null,
    scratchDir: tmpdir(),
    user: String(process.getuid?.() ?? userInfo().username),
    ephemeralName: ephemeralName(hostname(), SLURM_JOB_ID, SLURM_PROCID),
    slots: COLLAPSAR_SLOTS || null,
    givenCores: givenCores(SLURM_CPUS_PER_TASK, SLURM_CPUS_ON_NODE),
    packRuns: COLLAPSAR_PACK || null,
    keepCheckpoints: COLLAPSAR_KEEP_CHECKPOINTS || null,
    stallMs: COLLAPSAR_STALL_MS || null,
    uploadCheckpointsS: COLLAPSAR_UPLOAD_CHECKPOINTS_S || null,
    uploadMbS: COLLAPSAR_UPLOAD_MB_S || null,
    fetchS: COLLAPSAR_FETCH_S || null,
    gpus: {
      cuda: process.env.CUDA_VISIBLE_DEVICES ?? null,
      container: process.env.NVIDIA_VISIBLE_DEVICES ?? null,
    },
    vulkan: {
      folders: vulkanFolders(),
      isChosen: Boolean(process.env.MESA_VK_DEVICE_SELECT || process.env.DRI_PRIME),
    },
    systemRoot: process.env.COLLAPSAR_SYSTEM_ROOT || "/",
    nvidiaSmiMs: process.env.COLLAPSAR_NVIDIA_SMI_MS || null,
    gpuReadingMs: process.env.COLLAPSAR_GPU_READING_MS || null,
    ledger: COLLAPSAR_LEDGER ? resolve(COLLAPSAR_LEDGER) : null,
  };
}

/** Where Vulkan's loader looks for layers, as it says in its documentation. */
function vulkanFolders(): string[] {
  const { XDG_DATA_HOME, XDG_DATA_DIRS, XDG_CONFIG_HOME, XDG_CONFIG_DIRS, HOME } = process.env;
  const lists = [XDG_CONFIG_HOME || (HOME && `${HOME}/.config`), XDG_CONFIG_DIRS || "/etc/xdg", "/etc"];
  const data = [XDG_DATA_HOME || (HOME && `${HOME}/.local/share`), XDG_DATA_DIRS || "/usr/local/share:/usr/share"];
  return [...lists, ...data].flatMap((list) => (list ?? "").split(":")).filter((folder) => folder !== "");
}

/** A task of a batch job that is requeued has the same name again, and takes up what it left. */
export function ephemeralName(host: string, job?: string, task?: string): { host: string; id: string } {
  const inJob = [job, ...(task && task !== "0" ? [task] : [])].join(".");
  const id = job ? `job${inJob.replace(/[^\d.]/g, "_")}` : String(process.pid);
  return { host: host.replace(/[^\w.-]/g, "_"), id };
}

/**
 * Without affinity a job of Slurm's sees all cores of its node: what it may use is in its environment alone. A task's cores go before
 * those of the whole job on the node.
 */
export function givenCores(ofTask?: string, ofNode?: string): number | null {
  const stated = [ofTask, ofNode].find((text) => text !== undefined && /^[1-9]\d{0,5}$/.test(text));
  return stated === undefined ? null : Number(stated);
}

/**
 * The environment of a run's process: the worker's own, without its token. Several runs share a GPU: none may take all its memory. CUDA's
 * libraries would round the factors of products to TF32, and Node has no other way to tell them not to.
 */
export function runEnvironment(): NodeJS.ProcessEnv {
  const { COLLAPSAR_WORKER_TOKEN: _token, GLIBC_TUNABLES, ...rest } = process.env;
  return { TF_FORCE_GPU_ALLOW_GROWTH: "true", NVIDIA_TF32_OVERRIDE: "0", ...rest, GLIBC_TUNABLES: withHugePages(GLIBC_TUNABLES) };
}

/**
 * Tunables of glibc by which malloc asks Linux for huge pages where that gives them on request: a step walks through tens of
 * megabytes, and page tables of 4 kB cost it up to 8 %. Other systems do not read them; what is set already stays.
 */
export function withHugePages(tunables = ""): string {
  const asked = tunables.split(":").filter((tunable) => tunable !== "");
  const isSet = asked.some((tunable) => tunable.startsWith("glibc.malloc.hugetlb="));
  return [...asked, ...(isSet ? [] : ["glibc.malloc.hugetlb=1"])].join(":");
}

/** Puts this process on a GPU, before anything has looked for one; see slotEnvironment.ts. */
export function setEnvironment(environment: Record<string, string>): void {
  Object.assign(process.env, environment);
}

/** Name of the GPU that this process was put on; null where it is on none in particular. */
export const gpuName = (): string | null => process.env.COLLAPSAR_GPU || null;

/** Training time between two checkpoints, ms. @throws Failure INVALID */
export function checkpointEveryMs(): number {
  const text = process.env.COLLAPSAR_CHECKPOINT_MS || "10000";
  if (!/^\d{2,8}$/.test(text))
    throw new Failure("INVALID", `COLLAPSAR_CHECKPOINT_MS is "${text}": it must be a whole number of milliseconds from 10`);
  return Number(text);
}

/** The C++ compiler that node-gyp takes. */
export const compilerName = (): string => process.env.CXX || "g++";

/** The environment of a compiler, with more in it. */
export const buildEnvironment = (more: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ...more });

/** The environment in which git is asked about the sources: about them alone, not about a repository around them, and without locks. */
export function gitEnvironment(root: string): NodeJS.ProcessEnv {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...rest } = process.env;
  return { ...rest, GIT_CEILING_DIRECTORIES: dirname(realpathSync(root)), GIT_OPTIONAL_LOCKS: "0" };
}
