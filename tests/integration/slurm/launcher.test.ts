import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { LauncherView } from "../../../contract/launcher.ts";
import { short } from "../../support/builders/realStudy.ts";
import { type Api, connect } from "../../support/builders/study.ts";
import { ServerProcess } from "../../support/processes/serverProcess.ts";
import { Slurm, whyNoSlurm } from "../../support/processes/slurm.ts";
import { makeFolder, removeFolder } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const lacking = whyNoSlurm();
if (lacking !== null) console.log(`Skipped: the tests with a real Slurm (${lacking})`);

describe.skipIf(lacking !== null)("workers ordered from Slurm", () => {
  let slurm: Slurm;
  let server: ServerProcess;
  const shared = makeFolder();
  const settings = (): Record<string, string> => ({
    ...slurm.environment,
    COLLAPSAR_SLURM: "on",
    COLLAPSAR_SLURM_FOLDER: shared,
    COLLAPSAR_SLURM_DEVICE: "cpu",
    COLLAPSAR_SLURM_CPUS: "1",
    COLLAPSAR_SLURM_MEMORY_GB: "2",
    COLLAPSAR_SLURM_MAX: "2",
    COLLAPSAR_SLURM_WAIT_S: "1",
    COLLAPSAR_SLURM_IDLE_S: "4",
    COLLAPSAR_SLURM_LOOK_S: "1",
    A_SECRET_OF_THE_SERVER: "never-in-a-job",
  });
  const api = () => connect(server.url);
  const launcher = async () => (await api().launchers.list.query()).launchers[0]!;

  beforeAll(async () => {
    slurm = await Slurm.start();
    server = await ServerProcess.start(false, settings());
  });
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.log(`--- the server\n${server.output}\n${slurm.printed(join(shared, "logs"))}`);
  });
  afterAll(async () => {
    await server?.stop();
    await slurm?.stop();
    removeFolder(shared);
  });

  test("a queued study orders jobs within the bound; they train it, and idle ones are cancelled", async () => {
    const { id } = await api().experiments.launch.mutate({ name: "study", config: { ...short, depths: [2, 3], seeds: [0, 1] } });
    await until("two jobs are ordered", async () => (await slurm.live()).length === 2);
    const [first] = await slurm.live();
    const jobId = first!.split(" ")[0]!;
    const shown = await slurm.run("scontrol", ["show", "job", jobId]);
    const token = readFileSync(join(shared, "worker-token"), "utf8").trim();
    const script = await slurm.run("scontrol", ["write", "batch_script", jobId, "-"]);
    for (const text of [shown, script]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain("never-in-a-job");
    }
    expect(statSync(join(shared, "worker-token")).mode & 0o777).toBe(0o600);

    await until("a job is shown with its worker", async () => {
      const { jobs } = await launcher();
      return jobs.some(
        ({ state, node, worker, endsBy }) => state === "running" && node !== null && worker !== null && endsBy !== null,
      );
    });
    // It was killed, and finds its jobs again: none is ordered twice.
    await server.kill();
    await server.again();
    const named = (await launcher()).jobs.find(({ worker }) => worker !== null)!;
    expect(named.worker!.name).toBe(`slurm-${named.id}`);
    await until("the study is finished", async () => (await api().experiments.get.query({ id })).status === "finished", 180_000);
    const { runs } = await api().experiments.get.query({ id });
    expect(runs.map(({ status, workerName }) => [status, workerName?.startsWith("slurm-")])).toEqual(
      Array(4).fill(["finished", true]),
    );

    await until("no job is left", async () => (await slurm.live()).length === 0);
    await until("the page says so", async () => (await launcher()).jobs.every(({ state }) => state === "ended"));
    const { jobs, held, trouble, waiting, bounds } = await launcher();
    expect(jobs.map(({ end }) => end)).toEqual(["cancelled", "cancelled"]);
    expect({ held, trouble, waiting, bounds }).toEqual({ held: null, trouble: null, waiting: 0, bounds: { min: 0, max: 2 } });
  });

  /** Another server of the same cluster, with a study that waits. */
  async function other(changes: Record<string, string>, act: (listed: () => Promise<LauncherView>, api: Api) => Promise<void>) {
    const another = await ServerProcess.start(false, { ...settings(), COLLAPSAR_SLURM_WAIT_S: "0", ...changes });
    try {
      const calls = connect(another.url);
      await calls.experiments.launch.mutate({ name: "study", config: { ...short, depths: [2], seeds: [0, 1, 2, 3, 4] } });
      await act(async () => (await calls.launchers.list.query()).launchers[0]!, calls);
    } finally {
      await another.stop();
    }
  }

  test("an order that Slurm refuses is said in its words, and stops nothing", async () => {
    await other({ COLLAPSAR_SLURM_PARTITION: "nowhere" }, async (listed, calls) => {
      await until("the refusal is shown", async () => (await listed()).trouble !== null);
      expect((await listed()).trouble!.message).toBe(
        "sbatch failed: sbatch: error: invalid partition specified: nowhere sbatch: error: Batch job submission failed: Invalid partition name specified",
      );
      expect((await listed()).jobs).toEqual([]);
      expect((await calls.experiments.list.query({})).rows[0]!.status).toBe("queued");
    });
  });

  /**
   * How many jobs are ordered until five in a row have failed: with each end that is seen, up to the fourth, the free slots are
   * ordered again, so five at least, and at most the four and as many as there are slots.
   */
  function expectOrders(jobs: number, slots: number): void {
    expect(jobs).toBeGreaterThanOrEqual(5);
    expect(jobs).toBeLessThanOrEqual(4 + slots);
  }

  /** Waits until orders stop, and shows that they stay stopped. @returns every job so far */
  async function stopped(listed: () => Promise<LauncherView>): Promise<LauncherView["jobs"]> {
    await until("nothing more is ordered", async () => (await listed()).held !== null);
    expect((await listed()).held!.message).toMatch(
      /^The last 5 jobs ended without doing any work; job \d+_\d failed after \d+ s \(NonZeroExitCode\)\./,
    );
    const known = (await listed()).jobs.length;
    await until("no job is left", async () => (await listed()).jobs.every(({ state }) => state === "ended"));
    const looked = (await listed()).lookedAt!;
    await until("it looked again", async () => (await listed()).lookedAt! > looked);
    const { jobs } = await listed();
    expect(jobs.map(({ end }) => end)).toEqual(Array(known).fill("failed"));
    return jobs;
  }

  test("five jobs that fail at once stop the orders, until a person tries again", async () => {
    await other({ COLLAPSAR_SLURM_PROGRAM: "/nowhere", COLLAPSAR_SLURM_MAX: "5" }, async (listed, calls) => {
      const before = (await stopped(listed)).length;
      expectOrders(before, 5);
      await calls.launchers.retry.mutate({ kind: "slurm" });
      expect((await listed()).held).toBeNull();
      await until("it orders again", async () => (await listed()).jobs.length > before);
      expectOrders((await stopped(listed)).length - before, 5);
    });
    expect(await slurm.live()).toEqual([]);
  });

  test("jobs that fail one after another are replaced until the fifth has failed", async () => {
    // A program that takes its task's number as its time.
    const program = join(shared, "program");
    mkdirSync(join(program, "node_modules", "node", "bin"), { recursive: true });
    const node = join(program, "node_modules", "node", "bin", "node");
    writeFileSync(node, "#!/bin/sh\nsleep $(( (SLURM_ARRAY_TASK_ID - 1) * 5 ))\nexit 1\n", { mode: 0o755 });
    await other({ COLLAPSAR_SLURM_PROGRAM: program, COLLAPSAR_SLURM_MAX: "2" }, async (listed) => {
      expectOrders((await stopped(listed)).length, 2);
    });
  });
});
