import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { exampleForm, scriptOf } from "../../../app/workers/slurm/slurmForm.ts";
import { requireTrained } from "../../../contract/external/externalConfig.ts";
import { tokenLine } from "../../../contract/slurm/slurmScript.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { readLedgers } from "../../chaos/ledger.ts";
import { readStored } from "../../chaos/stored.ts";
import { verify } from "../../chaos/verify.ts";
import { type Api, connect, smallStudy } from "../../support/builders/study.ts";
import { projectRoot } from "../../support/processes/server.ts";
import { ServerProcess } from "../../support/processes/serverProcess.ts";
import { type NodeName, Slurm, whyNoSlurm } from "../../support/processes/slurm.ts";
import { makeFolder, removeFolder } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const lacking = whyNoSlurm();
if (lacking !== null) console.log(`Skipped: the tests with a real Slurm (${lacking})`);

describe.skipIf(lacking !== null)("the script that the page prints", () => {
  let slurm: Slurm;
  let server: ServerProcess;
  let api: Api;
  const folder = makeFolder();
  const ledger = join(folder, "ledger");
  const token = join(folder, "keys/token");
  const measuring = { name: "every" as const, steps: 100 };

  beforeAll(async () => {
    slurm = await Slurm.start();
    server = await ServerProcess.start();
    api = connect(server.url);
    const made = await api.workers.createToken.mutate({ name: "by hand" });
    execFileSync("bash", ["-c", tokenLine(made.token, token)]);
    writeFileSync(ledger, "");
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    const jobs = await slurm.run("scontrol", ["show", "jobs"]);
    console.log(`--- the server\n${server.output}\n${slurm.printed()}\n${jobs}\n${slurm.said()}`);
  });
  afterAll(async () => {
    await slurm?.stop();
    await server?.stop();
    removeFolder(folder);
  });

  const launch = async (steps: number): Promise<RunRow> => {
    const { id } = await api.experiments.launch.mutate({ name: "study", config: smallStudy({ depths: [3], steps, measuring }) });
    return requireTrained(await api.experiments.get.query({ id }), "this").runs[0]!;
  };
  const detail = ({ id }: RunRow) => api.runs.get.query({ id });
  const measuredTo = (run: RunRow, step: number) =>
    until(`measured to step ${step}`, async () => (await detail(run)).row.step >= step, 180_000);
  const nodeOf = async (job: string) =>
    (await slurm.run("squeue", ["--noheader", "--array", `--jobs=${job}`, "--format=%N"])).trim() as NodeName;

  /** @returns the first task's name */
  async function submit(more: string[] = []): Promise<string> {
    const job = { tasks: 1, cpus: 1, memoryGb: 2, minutes: 60, idleMinutes: 1, folder: projectRoot, tokenFile: token };
    const { text } = scriptOf({ ...exampleForm(server.url), ...job, device: "gpu" });
    const script = join(folder, "collapsar.sh");
    writeFileSync(script, text!);
    execFileSync("bash", ["-n", script]);
    const env = `--export=ALL,COLLAPSAR_LEDGER=${ledger}`;
    const id = (await slurm.run("sbatch", ["--parsable", env, ...more, script])).trim();
    return `${id}_1`;
  }

  /** Once the job is in the queue again, it begins on the other node. */
  async function continueElsewhere(job: string, before: NodeName): Promise<void> {
    await until("the job is in the queue again", async () => (await slurm.stateOf(job)) === "PENDING", 90_000);
    await slurm.drain(before);
    await slurm.beginNow(job);
    expect(await nodeOf(job)).not.toBe(before);
    await slurm.undrain(before);
  }

  /** Its worker leaves too: it would take the next test's run with it. */
  async function end(job: string): Promise<void> {
    await slurm.run("scancel", [job]);
    await until("no job is left", async () => (await slurm.live()).length === 0);
    await until("its worker has left", async () => (await api.workers.list.query()).every(({ connected }) => !connected));
  }

  test("USR1 mid-run: requeued, resumed on another node from its checkpoint, and finished", async () => {
    const run = await launch(12_000);
    const job = await submit();
    expect(statSync(token).mode & 0o777).toBe(0o600);
    expect(await slurm.run("scontrol", ["show", "job", job])).not.toContain(readFileSync(token, "utf8").trim());
    await measuredTo(run, 1_000);
    const before = await nodeOf(job);
    await slurm.run("scancel", ["--signal=USR1", "--batch", job]);
    await until("the run was handed back", async () => (await detail(run)).row.status === "queued");
    await continueElsewhere(job, before);
    await until("the run is finished", async () => (await detail(run)).row.status === "finished", 180_000);
    const { attempts, row } = await detail(run);
    expect(attempts.map(({ outcome }) => outcome?.code)).toEqual(["WORKER_LOST", "FINISHED"]);
    expect(attempts[1]!.resumedFromStep).toBeGreaterThanOrEqual(1_000);
    expect(row.workerName).toBe(`slurm-${job}`);
    expect(slurm.printed()).not.toContain("node_modules/node/bin/node: No such file");
    await end(job);
  });

  test("near its time limit: Slurm's own signal does the same", async () => {
    const run = await launch(300_000);
    // Slurm looks at limits every half minute: it announces this one between 20 s and 50 s after the start.
    const job = await submit(["--time=1", "--signal=B:USR1@10"]);
    await until("the run was handed back", async () => (await detail(run)).attempts[0]?.outcome?.code === "WORKER_LOST", 120_000);
    const before = (await detail(run)).row.step;
    expect(before).toBeGreaterThan(0);
    await until("the job is in the queue again", async () => (await slurm.stateOf(job)) === "PENDING", 90_000);
    await slurm.beginNow(job);
    await until("the run resumed", async () => (await detail(run)).attempts[1]?.resumedFromStep != null, 120_000);
    const { attempts } = await detail(run);
    expect(attempts[1]!.resumedFromStep).toBeGreaterThan(0);
    await end(job);
    await api.experiments.cancel.mutate({ id: run.experimentId });
  });

  test("nothing is lost, doubled or foreign", async () => {
    await until("no job is left", async () => (await slurm.live()).length === 0);
    await server.pause();
    const database = await openDatabase({ dataDir: server.dataDir, url: null }, (error) => {
      throw error;
    });
    const stored = await readStored(database);
    await database.close();
    const verdict = verify(stored, readLedgers([ledger]), new Set(), new Map());
    expect(verdict).toMatchObject({ words: [], runs: 2, finished: 1, attempts: 4, lost: 0, doubled: 0, foreign: 0, holes: 0 });
    expect(verdict.points).toBeGreaterThan(120);
  });
});
