import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { until } from "../until.ts";
import { freePort } from "./postgres.ts";

const programs = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"] as const;
const places = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
const find = (program: string): string | undefined =>
  places.map((place) => join(place, program)).find((path) => existsSync(path));

/** Why there can be no Slurm here; null where there can. */
export function whyNoSlurm(): string | null {
  if (process.getuid?.() !== 0) return "Slurm's daemons start jobs as their users, which takes root";
  const lacking = programs.filter((program) => find(program) === undefined);
  return lacking.length === 0 ? null : `${lacking.join(", ")} not found: apt-get install slurm-wlm munge`;
}

/** Cards of each node: devices that nobody looks into. */
const cardsEach = 2;
const nodes = ["node-1", "node-2"] as const;
export type NodeName = (typeof nodes)[number];

/**
 * A real Slurm of its own: two nodes on this machine with a scratch folder each, a controller, and munge between them, on ports and in
 * a folder of its own. Jobs that are requeued wait for two minutes, as everywhere; `scontrol update StartTime=now` lets them go on.
 */
export class Slurm {
  readonly folder: string;
  readonly environment: Record<string, string>;
  private readonly daemons: ChildProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.environment = { SLURM_CONF: join(folder, "slurm.conf") };
  }

  static async start(): Promise<Slurm> {
    const folder = mkdtempSync(join(tmpdir(), "collapsar-slurm-"));
    chmodSync(folder, 0o755);
    const slurm = new Slurm(folder);
    try {
      await slurm.configure();
      await slurm.begin();
      return slurm;
    } catch (error) {
      const said = slurm.said();
      await slurm.stop();
      throw new Error(`Slurm did not start: ${(error as Error).message}\n${said}`);
    }
  }

  /** Runs one of Slurm's commands. @returns what it printed */
  run(program: (typeof programs)[number], args: string[], input = ""): Promise<string> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, ...this.environment, SLURM_TIME_FORMAT: "%s" };
      const child = execFile(find(program)!, args, { env, encoding: "utf8", cwd: this.folder }, (error, stdout, stderr) =>
        error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout),
      );
      // One that ends before it has read all: its end says why.
      child.stdin!.on("error", () => {}).end(input);
    });
  }

  /** State of a job: PENDING, RUNNING, COMPLETED … */
  async stateOf(id: string): Promise<string> {
    return (await this.run("squeue", ["--noheader", "--array", "--states=all", `--jobs=${id}`, "--format=%T"])).trim();
  }

  /** Every job that has not ended, as "id state". */
  async live(): Promise<string[]> {
    return (await this.run("squeue", ["--noheader", "--array", "--format=%i %T"])).split("\n").filter((line) => line !== "");
  }

  /**
   * A requeued job begins now, rather than in two minutes. Tidying up after its last life may put its start off once more, for as long
   * again: then it begins by itself.
   */
  async beginNow(id: string): Promise<void> {
    // The node of its last life has just revoked its credentials, by the second: a start within that second would be refused for good.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    let shown = "";
    const hasBegun = async () => {
      shown = await this.run("squeue", ["--noheader", "--array", `--jobs=${id}`, "--format=%T %r"]);
      // Each update has the scheduler look anew: one that is eligible is left to it.
      if (shown.includes("BeginTime")) await this.run("scontrol", ["update", `JobId=${id}`, "StartTime=now"]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return shown.includes("RUNNING");
    };
    await until(`job ${id} runs again`, hasBegun, 270_000).catch((error) => {
      throw new Error(`${(error as Error).message}; last seen: ${shown.trim()}`);
    });
  }

  /** Lets what runs on a node go on, and nothing new begin there. */
  async drain(node: NodeName): Promise<void> {
    await this.run("scontrol", ["update", `NodeName=${node}`, "State=DRAIN", "Reason=test"]);
  }

  async undrain(node: NodeName): Promise<void> {
    await this.run("scontrol", ["update", `NodeName=${node}`, "State=RESUME"]);
  }

  scratch(node: NodeName): string {
    return join(this.folder, `scratch-${node}`);
  }

  /** What jobs printed into files of a folder. */
  printed(folder = this.folder): string {
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".log")) : [];
    return files.map((name) => `--- ${name}\n${readFileSync(join(folder, name), "utf8")}`).join("\n");
  }

  /** The controller is away, or there again. */
  signalController(signal: "SIGSTOP" | "SIGCONT"): void {
    this.daemons.find(({ spawnfile }) => spawnfile.endsWith("slurmctld"))!.kill(signal);
  }

  async stop(): Promise<void> {
    // Jobs first: their processes are no children of the daemons'.
    await this.run("scancel", ["--signal=KILL", "--full", "--user=root"]).catch(() => undefined);
    await until("all jobs are over", async () => (await this.live()).length === 0, 20_000).catch(() => undefined);
    for (const daemon of this.daemons.reverse()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const ended = new Promise((resolve) => daemon.once("exit", resolve));
      daemon.kill("SIGTERM");
      const timer = setTimeout(() => daemon.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async configure(): Promise<void> {
    const { folder } = this;
    const [controllerPort, ...nodePorts] = [await freePort(), await freePort(), await freePort()];
    for (const name of ["state", "log", "run", ...nodes.map((node) => `scratch-${node}`)]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "munge.key"), randomBytes(1_024), { mode: 0o600 });
    for (let card = 0; card < cardsEach; card++) execFileSync("mknod", [join(folder, `card${card}`), "c", "1", "3"]);
    const files = `Name=gpu File=${folder}/card[0-${cardsEach - 1}]`;
    writeFileSync(join(folder, "gres.conf"), `${nodes.map((node) => `NodeName=${node} ${files}`).join("\n")}\n`);
    writeFileSync(join(folder, "prolog.sh"), `#!/bin/bash\necho "export TMPDIR=${folder}/scratch-$SLURMD_NODENAME"\n`);
    chmodSync(join(folder, "prolog.sh"), 0o755);
    const host = hostname();
    const lines = [
      "ClusterName=collapsar",
      `SlurmctldHost=${host}(127.0.0.1)`,
      `SlurmctldPort=${controllerPort}`,
      "AuthType=auth/munge",
      `AuthInfo=socket=${folder}/run/munge.socket`,
      ...["SlurmUser=root", "SlurmdUser=root"],
      `StateSaveLocation=${folder}/state`,
      `SlurmdSpoolDir=${folder}/spool-%n`,
      `SlurmctldPidFile=${folder}/run/slurmctld.pid`,
      `SlurmdPidFile=${folder}/run/slurmd-%n.pid`,
      `SlurmctldLogFile=${folder}/log/slurmctld`,
      `SlurmdLogFile=${folder}/log/slurmd-%n`,
      // No control groups and no service manager: a container may have neither.
      ...["ProctrackType=proctrack/linuxproc", "TaskPlugin=task/none", "JobAcctGatherType=jobacct_gather/none"],
      ...["AccountingStorageType=accounting_storage/none", "MpiDefault=none", "SwitchType=switch/none"],
      ...["SelectType=select/cons_tres", "SelectTypeParameters=CR_CPU", "SlurmdParameters=config_overrides"],
      ...["SchedulerParameters=sched_interval=1,batch_sched_delay=0", "ReturnToService=2", "KillWait=15", "MinJobAge=300"],
      `TaskProlog=${folder}/prolog.sh`,
      "GresTypes=gpu",
      ...nodes.map(
        (node, index) =>
          `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${nodePorts[index]} CPUs=4 RealMemory=64000 Gres=gpu:${cardsEach} State=UNKNOWN`,
      ),
      `PartitionName=main Nodes=${nodes.join(",")} Default=YES MaxTime=600 State=UP`,
    ];
    writeFileSync(join(folder, "slurm.conf"), `${lines.join("\n")}\n`);
  }

  private async begin(): Promise<void> {
    const { folder } = this;
    const at = (name: string) => join(folder, "run", name);
    const munge = [`--key-file=${folder}/munge.key`, `--socket=${at("munge.socket")}`, `--pid-file=${at("munged.pid")}`];
    this.daemon("munged", ["--foreground", "--force", ...munge, `--log-file=${folder}/log/munged`, `--seed-file=${at("seed")}`]);
    await until("munged listens", () => existsSync(at("munge.socket")) && statSync(at("munge.socket")).isSocket());
    this.daemon("slurmctld", ["-D", "-c", "-f", this.environment.SLURM_CONF!]);
    for (const node of nodes) this.daemon("slurmd", ["-D", "-f", this.environment.SLURM_CONF!, "-N", node]);
    await until("both nodes are idle", async () => {
      if (this.daemons.some(({ exitCode }) => exitCode !== null)) throw new Error("a daemon ended");
      const shown = await this.run("scontrol", ["--oneliner", "show", "nodes"]).catch(() => "");
      return shown.split("State=IDLE ").length === 1 + nodes.length;
    });
  }

  private daemon(program: (typeof programs)[number], args: string[]): void {
    const env = { ...process.env, ...this.environment };
    this.daemons.push(spawn(find(program)!, args, { env, stdio: "ignore" }));
  }

  /** The ends of the daemons' logs. */
  said(): string {
    const logs = join(this.folder, "log");
    const names = existsSync(logs) ? readdirSync(logs) : [];
    return names.map((name) => `--- ${name}\n${readFileSync(join(logs, name), "utf8").slice(-2_000)}`).join("\n");
  }
}
