import { execFile } from "node:child_process";
import { Failure } from "../../../contract/failure.ts";
import { slurmEnvironment } from "../../program/env.ts";
import type { QueuedJob, SlurmCluster } from "./cluster.ts";

const timeoutMs = 30_000;
const maxOutput = 32e6;
const maxSaid = 400;

const fields = ["%i", "%T", "%V", "%S", "%e", "%N", "%r"];
/** None of the fields before the last has one in it. */
const separator = "|";

/**
 * Slurm by its commands, without a shell. They get an environment of their own, since sbatch hands its environment on to the job,
 * and Slurm keeps it: the server's has secrets.
 */
export const slurmCommands: SlurmCluster = {
  async submit(script) {
    const said = await run("sbatch", ["--parsable"], script);
    // With several clusters their name follows the number.
    const id = /^(\d+)(;.*)?$/m.exec(said.trim())?.[1];
    if (id === undefined)
      throw new Failure("UNAVAILABLE", `sbatch did not name a job: it said "${said.slice(0, maxSaid).trim()}"`);
    return id;
  },

  async queue(jobName) {
    const format = fields.join(separator);
    return parseQueue(await run("squeue", ["--noheader", "--array", "--states=all", ...ownJobs(jobName), `--format=${format}`]));
  },

  async cancel(jobName, ids) {
    if (ids.length > 0) await run("scancel", [...ownJobs(jobName), ...ids]);
  },
};

/** Anyone may give a job that name, and an operator's account may cancel anyone's: only this user's are looked at. */
const ownJobs = (jobName: string): string[] => [`--name=${jobName}`, ...(process.getuid ? [`--user=${process.getuid()}`] : [])];

/** @throws Error on lines that are none of squeue's with this format */
export function parseQueue(text: string): QueuedJob[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const cells = line.split(separator);
    const [id, state, submitted, started, ends, node] = cells.map((cell) => cell.trim());
    if (cells.length < fields.length || !/^\d+(_\d+)?$/.test(id!)) throw new Error(`squeue printed "${line.slice(0, 200)}"`);
    const reason = cells
      .slice(fields.length - 1)
      .join(separator)
      .trim();
    return {
      ...{ id: id!, state: state! },
      ...{ submittedAt: instant(submitted!), startedAt: instant(started!), endsAt: instant(ends!) },
      node: node === "" || node === "(null)" ? null : node!,
      reason: reason === "" || reason === "None" ? null : reason,
    };
  });
}

/** Seconds since 1970; "N/A" and "NONE" where there is no such time. */
const instant = (seconds: string): Date | null => (/^\d+$/.test(seconds) ? new Date(1_000 * Number(seconds)) : null);

function run(program: string, args: string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: slurmEnvironment(), timeout: timeoutMs, maxBuffer: maxOutput, encoding: "utf8" } as const;
    const child = execFile(program, args, options, (error, stdout, stderr) =>
      error ? reject(new Failure("UNAVAILABLE", describe(program, error, stderr))) : resolve(stdout),
    );
    // One that ends before it has read all: its end says why.
    child.stdin?.on("error", () => {}).end(input);
  });
}

function describe(program: string, error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === "ENOENT")
    return `${program} was not found: install Slurm's commands on the server's machine, and have them in its PATH, or set COLLAPSAR_SLURM=off.`;
  if (error.killed) return `${program} did not answer within ${timeoutMs / 1_000} s.`;
  const said = stderr.replaceAll(/\s+/g, " ").trim().slice(0, maxSaid);
  return said === "" ? `${program} failed (${String(error.code)}) and said nothing.` : `${program} failed: ${said}`;
}
