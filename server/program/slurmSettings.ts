import { resolve } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { exampleJob, type SlurmJob, slotsOfJob, slurmJob } from "../../contract/slurm/slurmJob.ts";
import { type LauncherBounds, launcherBounds } from "./launcherBounds.ts";
import { isOnOrOff, wholeNumber } from "./settingValues.ts";

/** How this server orders workers from Slurm. */
export interface SlurmSettings {
  job: SlurmJob;
  /** Folder that the server and the nodes have in common: the workers' token, and what jobs print. */
  folder: string;
  /** Address of the server as the nodes reach it; null: its public one. */
  server: string | null;
  bounds: LauncherBounds;
  /** How often Slurm is asked, ms. */
  lookMs: number;
}

/** The variable that each part of a job is set by. */
const variables: Record<keyof SlurmJob, string> = {
  partition: "COLLAPSAR_SLURM_PARTITION",
  account: "COLLAPSAR_SLURM_ACCOUNT",
  minutes: "COLLAPSAR_SLURM_MINUTES",
  device: "COLLAPSAR_SLURM_DEVICE",
  gpuType: "COLLAPSAR_SLURM_GPU",
  cpus: "COLLAPSAR_SLURM_CPUS",
  memoryGb: "COLLAPSAR_SLURM_MEMORY_GB",
  folder: "COLLAPSAR_SLURM_PROGRAM",
  tokenFile: "COLLAPSAR_SLURM_FOLDER",
  scratch: "COLLAPSAR_SLURM_SCRATCH",
  datasets: "COLLAPSAR_SLURM_DATASETS",
  idleMinutes: "COLLAPSAR_SLURM_IDLE_S",
  extra: "COLLAPSAR_SLURM_EXTRA",
};

/**
 * @param program folder of this program
 * @param dataDir of the server
 * @returns null where COLLAPSAR_SLURM is not on
 * @throws Failure INVALID naming the variable, its value and what it may be
 */
export function slurmSettings(env: NodeJS.ProcessEnv, program: string, dataDir: string): SlurmSettings | null {
  if (!isOnOrOff("COLLAPSAR_SLURM", env.COLLAPSAR_SLURM || "off")) return null;
  const folder = resolve(env.COLLAPSAR_SLURM_FOLDER || `${dataDir}/slurm`);
  const idleS = wholeNumber("COLLAPSAR_SLURM_IDLE_S", env.COLLAPSAR_SLURM_IDLE_S || "300", [1, 86_400]);
  const job = readJob(env, {
    partition: env.COLLAPSAR_SLURM_PARTITION || "",
    account: env.COLLAPSAR_SLURM_ACCOUNT || "",
    minutes: Number(env.COLLAPSAR_SLURM_MINUTES || exampleJob.minutes),
    device: env.COLLAPSAR_SLURM_DEVICE || exampleJob.device,
    gpuType: env.COLLAPSAR_SLURM_GPU || "",
    cpus: Number(env.COLLAPSAR_SLURM_CPUS || exampleJob.cpus),
    memoryGb: Number(env.COLLAPSAR_SLURM_MEMORY_GB || exampleJob.memoryGb),
    folder: env.COLLAPSAR_SLURM_PROGRAM || program,
    tokenFile: `${folder}/worker-token`,
    scratch: env.COLLAPSAR_SLURM_SCRATCH || "",
    datasets: env.COLLAPSAR_SLURM_DATASETS || "",
    // The server cancels an idle worker; it ends by itself where the server cannot.
    idleMinutes: Math.max(1, Math.ceil(idleS / 60)),
    extra: env.COLLAPSAR_SLURM_EXTRA || "",
  });
  const server = env.COLLAPSAR_SLURM_URL || null;
  if (server !== null && !/^https?:\/\/[\w.[\]:-]+\/?$/.test(server))
    throw new Failure(
      "INVALID",
      `COLLAPSAR_SLURM_URL is "${server}": it must be an address that begins with http:// or https://`,
    );
  return { job, folder, server, ...launcherBounds(env, "COLLAPSAR_SLURM", slotsOfJob(job)) };
}

function readJob(env: NodeJS.ProcessEnv, given: Record<keyof SlurmJob, unknown>): SlurmJob {
  const parsed = slurmJob.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path[0] as keyof SlurmJob;
  throw new Failure("INVALID", `${variables[field]} is "${env[variables[field]] ?? String(given[field])}": ${issue?.message}`);
}
