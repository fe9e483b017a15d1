import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { short } from "../../support/builders/realStudy.ts";
import { connect } from "../../support/builders/study.ts";
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
  const settings = () => ({
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
});
