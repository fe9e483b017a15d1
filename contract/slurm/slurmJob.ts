import { z } from "zod";
import { launcherDevice } from "../launcher.ts";

/**
 * What a Slurm job is described by. All of it becomes part of a shell script: each text is held to the characters that such a thing
 * has, so that none can end its line or its word.
 */
const chars = (pattern: RegExp, maxLength: number, message: string) =>
  z.string().trim().max(maxLength, `it has at most ${maxLength} characters`).regex(pattern, message);

/** "" = leave it to the cluster. */
const nameOf = (what: string) =>
  chars(/^(?:\w[\w.@:+,/-]*)?$/, 120, `${what} may contain only letters, digits and . _ @ : + , / -`).default("");

const path = (what: string) =>
  chars(
    /^(?:~\/|\/)[\w.@+,/-]+$/,
    400,
    `${what} must be a path that begins with / or ~/ and contains only letters, digits and . _ @ + , / -`,
  );

const number = (what: string, unit: "" | "minutes" | "GB", min: number, max: number) => {
  const [of, after] = unit === "" ? ["", ""] : [` of ${unit}`, ` ${unit}`];
  return z
    .int(`${what} must be a whole number${of}`)
    .min(min, `${what} must be at least ${min}${after}`)
    .max(max, `${what} must be at most ${max}${after}`);
};

/** What the script decides itself, or what would make another thing of it. */
const ownOptions = [
  ...[
    "array",
    "begin",
    "chdir",
    "clusters",
    "cpus-per-task",
    "dependency",
    "error",
    "export",
    "export-file",
    "get-user-env",
    "gres",
  ],
  ...[
    "gpus",
    "help",
    "input",
    "job-name",
    "mem",
    "nodes",
    "no-requeue",
    "ntasks",
    "open-mode",
    "output",
    "parsable",
    "partition",
  ],
  ...["account", "requeue", "signal", "test-only", "time", "uid", "gid", "usage", "version", "wait", "wrap"],
];

/** Further options of sbatch, e.g. "--constraint=a100 --qos=long". */
const extraOptions = chars(
  /^(?:--[a-z][a-z-]*(?:=[\w.@:+,/[\]&|*%-]+)?(?: +|$))*$/,
  400,
  "options are written --name or --name=value, with a space between two, and without quotes",
)
  .refine(
    // sbatch takes the beginning of a name for the name.
    (text) => optionNames(text).every((name) => !ownOptions.some((own) => own.startsWith(name))),
    `these options are not possible here, since the script sets them: ${ownOptions.join(", ")}`,
  )
  .default("");

const optionNames = (text: string): string[] => [...text.matchAll(/--([a-z-]+)/g)].map((match) => match[1]!);

/** Shortest time limit, minutes: below that, the time for making checkpoints is all there is. */
export const leastMinutes = 5;

export const slurmJob = z.strictObject({
  partition: nameOf("a partition"),
  account: nameOf("an account"),
  minutes: number("the time limit", "minutes", leastMinutes, 43_200),
  device: launcherDevice,
  /** Kind of card: "a100". */
  gpuType: chars(/^(?:\w[\w.-]*)?$/, 60, "a GPU type may contain only letters, digits and . _ -").default(""),
  cpus: number("the number of cores", "", 1, 256),
  memoryGb: number("the memory", "GB", 1, 4_096),
  /** Of the program, on the nodes. */
  folder: path("the program's folder"),
  tokenFile: path("the token's file"),
  /** Where workers keep what they are at work on; "" = the system's temporary folder. */
  scratch: path("the scratch folder").or(z.literal("")).default(""),
  /** Where data sets lie; "" = the program's own place. */
  datasets: path("the data-set folder").or(z.literal("")).default(""),
  /** A worker ends after so long without a run. */
  idleMinutes: number("the time without a run", "minutes", 1, 1_440),
  extra: extraOptions,
});
export type SlurmJob = z.infer<typeof slurmJob>;

/** What a person fills in for a script: the job, how many there are of it, and where the server is. */
export const slurmForm = z.strictObject({
  ...slurmJob.shape,
  tasks: number("the number of workers", "", 1, 1_000),
  server: chars(/^https?:\/\/[\w.[\]:-]+\/?$/, 300, "the server's address begins with http:// or https://, and has no path"),
});
export type SlurmForm = z.infer<typeof slurmForm>;

/** What a form begins with. */
export const exampleJob: SlurmJob = {
  ...{ partition: "", account: "", minutes: 240, device: "gpu", gpuType: "", cpus: 4, memoryGb: 16 },
  ...{ folder: "~/collapsar", tokenFile: "~/.collapsar/worker-token", scratch: "", datasets: "", idleMinutes: 5, extra: "" },
};

/** Runs that one job trains at a time: one a card, or one a core. */
export const slotsOfJob = ({ device, cpus }: Pick<SlurmJob, "device" | "cpus">): number => (device === "gpu" ? 1 : cpus);
