import { workerNameOf } from "../launcher.ts";
import { type SlurmJob, slotsOfJob, slurmJob } from "./slurmJob.ts";

export interface SlurmScript {
  job: SlurmJob;
  /** Origin of the server, as the nodes reach it. */
  server: string;
  /** Tasks of the array, each a job with a worker. */
  tasks: number;
  /** By which the jobs of one server are found again. */
  jobName: string;
  /** Folder for what the jobs print; null: where sbatch is called. */
  logs: string | null;
}

/** What a worker ends with that lacked time, not work: none of its own codes (see workerExit.ts). */
const unfinishedCode = 4;

/** Slurm asks for checkpoints so long before the time limit, seconds. */
export const noticeSeconds = 120;

/** The worker stops by itself somewhat before Slurm asks it to. */
const workerMinutes = (minutes: number): number => minutes - Math.min(10, Math.max(3, Math.ceil(minutes / 20)));

/**
 * The batch script of an array of ephemeral workers. Slurm's notice is handed on to the worker, which suspends what it trains; the
 * job is then queued again if there is more to do.
 * @throws ZodError where a text could be more than it says it is
 */
export function slurmScript({ job, server, tasks, jobName, logs }: SlurmScript): string {
  const { partition, account, minutes, device, gpuType, cpus, memoryGb, folder, tokenFile, extra, ...rest } = slurmJob.parse(job);
  const gres = gpuType === "" ? "gpu:1" : `gpu:${gpuType}:1`;
  const options = [
    `--job-name=${checked(jobName, /^[\w-]+$/)}`,
    `--array=1-${checked(String(tasks), /^[1-9]\d{0,4}$/)}`,
    ...(partition === "" ? [] : [`--partition=${partition}`]),
    ...(account === "" ? [] : [`--account=${account}`]),
    `--time=${timeLimit(minutes)}`,
    ...["--nodes=1", "--ntasks=1", `--cpus-per-task=${cpus}`, `--mem=${memoryGb}G`],
    ...(device === "gpu" ? [`--gres=${gres}`] : []),
    ...["--requeue", `--signal=B:USR1@${noticeSeconds}`, "--open-mode=append"],
    `--output=${logs === null ? "" : `${checked(logs, /^\/[\w.@+,/-]*$/)}/`}${jobName}-%A_%a.log`,
    ...extra.split(/ +/).filter((option) => option !== ""),
  ];
  const worker = [
    `--server '${origin(server)}'`,
    `--token-file ${quotedPath(tokenFile)}`,
    '--name "$name"',
    `--device ${device === "gpu" ? "auto" : "cpu"} --slots ${slotsOfJob({ device, cpus })}`,
    `--ephemeral${rest.scratch === "" ? "" : ` --scratch ${quotedPath(rest.scratch)}`}`,
    `--until-idle ${rest.idleMinutes}m --minutes ${workerMinutes(minutes)} --unfinished-code ${unfinishedCode}`,
  ];
  return `#!/bin/bash
${options.map((option) => `#SBATCH ${option}`).join("\n")}

# Each task is one worker of Collapsar: it takes runs for as long as there are any, and ends by itself.
cd ${quotedPath(folder)} || exit 1
${rest.datasets === "" ? "" : `export COLLAPSAR_DATASETS_DIR=${quotedPath(rest.datasets)}\n`}name="${workerNameOf("slurm", "")}\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"

# Near the time limit Slurm sends USR1 to this shell: the worker makes checkpoints, hands its runs back and ends.
hand_on() { asked=$1; [ -z "$worker" ] || kill "-$1" "$worker" 2>/dev/null; }
asked= worker=
trap 'hand_on USR1' USR1
trap 'hand_on TERM' TERM

# CUDA_VISIBLE_DEVICES stays as Slurm has set it: the worker sees this task's GPU alone.
(
  exec node_modules/node/bin/node workers/main.ts \\
    ${worker.join(" \\\n    ")}
) &
worker=$!
[ -z "$asked" ] || hand_on "$asked"
while kill -0 "$worker" 2>/dev/null; do wait "$worker"; done
wait "$worker"
code=$?

# It ended for want of time, not of work: the job goes back to the queue, and continues from those checkpoints.
if [ "$code" -eq ${unfinishedCode} ]; then
  scontrol requeue "$SLURM_JOB_ID" && exit 0
fi
exit "$code"
`;
}

/** One line for a shell that writes a worker's token where the script looks for it, for its owner's eyes alone. */
export function tokenLine(token: string, tokenFile: string): string {
  const path = slurmJob.shape.tokenFile.parse(tokenFile);
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), 1));
  return `mkdir -p -m 700 ${quotedPath(folder)} && install -m 600 /dev/stdin ${quotedPath(path)} <<< '${checked(token, /^[\w-]+$/)}'`;
}

/** Within quotes a shell does not know what ~ is. */
const quotedPath = (path: string): string => (path === "~" || path.startsWith("~/") ? `"$HOME${path.slice(1)}"` : `"${path}"`);

/** What Slurm calls so many minutes: days-hours:minutes:seconds. */
function timeLimit(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const days = Math.floor(minutes / 1_440);
  return `${days === 0 ? "" : `${days}-`}${two(Math.floor((minutes % 1_440) / 60))}:${two(minutes % 60)}:00`;
}

function origin(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") throw new Error(`"${server}" is no address of a server`);
  return checked(url.origin, /^https?:\/\/[\w.[\]:-]+$/);
}

function checked(text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new Error(`"${text}" cannot be part of the script`);
  return text;
}
