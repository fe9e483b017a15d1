import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { requireTrained } from "../../../contract/external/externalConfig.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { ServerProcess } from "../processes/serverProcess.ts";
import { makeFolder, realWorker, removeFolder, WorkerProcess } from "../processes/workerProcess.ts";
import { until } from "../until.ts";
import { type Api, connect, ledgerPoints, smallStudy, storedPoints } from "./study.ts";

/** Steps between two measurements. */
export const every = 100;
const measuring = { name: "every" as const, steps: every };
export const short = smallStudy({ depths: [3], steps: 2_000, measuring });
/** Some seconds long: one that is disturbed once, early. */
export const medium = smallStudy({ depths: [3], steps: 12_000, measuring });
/** Long enough for servers that start, leases that run out and several disturbances. */
export const long = smallStudy({ depths: [3], steps: 30_000, measuring });

/** The real server, real workers, real runs: whatever happens between, the database has what the workers wrote down. */
export class RealStudy {
  server!: ServerProcess;
  api!: Api;
  folders: string[] = [];
  private token = "";
  private workers: WorkerProcess[] = [];
  private readonly experiments: string[] = [];

  /**
   * @param url where it finds the server; by default without a line between
   * @param pack runs in one step at most: alone, a run has the same numbers to the last bit whatever else is launched
   */
  async startWorker(slots: number, folder = makeFolder(), { url = this.server.url, env = {}, pack = 1 } = {}) {
    if (!this.folders.includes(folder)) this.folders.push(folder);
    const flags = ["--keep-spool", "--slots", String(slots), "--pack", String(pack)];
    const worker = new WorkerProcess(realWorker, folder, url, this.token, flags, env);
    this.workers.push(worker);
    await until("the worker is connected", () => worker.output.includes("Connected to"));
    return { worker, folder };
  }

  async launch(config: ExperimentConfig): Promise<RunRow[]> {
    const { id } = await this.api.experiments.launch.mutate({ name: "study", config });
    this.experiments.push(id);
    return requireTrained(await this.api.experiments.get.query({ id }), "this").runs;
  }

  detail(run: RunRow) {
    return this.api.runs.get.query({ id: run.id });
  }

  reaches(run: RunRow, status: RunRow["status"], withinMs = 120_000): Promise<void> {
    return until(`run ${run.id} is ${status}`, async () => (await this.detail(run)).row.status === status, withinMs);
  }

  measuredTo(run: RunRow, step: number): Promise<void> {
    const holds = async () => {
      const [loss] = await this.api.runs.series.query({ id: run.id, keys: ["train/loss"] });
      return loss !== undefined && loss.steps.at(-1)! >= step;
    };
    return until(`run ${run.id} is measured to step ${step}`, holds, 90_000);
  }

  async outcomes(run: RunRow) {
    return (await this.detail(run)).attempts.map(({ outcome }) => outcome?.code);
  }

  /** lost = 0, doubled = 0, foreign = 0, and the curve has exactly the steps of its schedule. */
  async expectExact(run: RunRow): Promise<void> {
    const stored = await storedPoints(this.server.url, run.id);
    expect(stored).toEqual(ledgerPoints(this.folders, run.id));
    const measured = stored.filter((point) => point.startsWith("train/loss ")).map((point) => Number(point.split(" ")[1]));
    const { steps } = run.config.training;
    expect(measured.sort((a, b) => a - b)).toEqual(Array.from({ length: steps / every + 1 }, (_, index) => index * every));
  }

  /** All but the clock's series. */
  async curve(run: RunRow): Promise<string[]> {
    const points = await storedPoints(this.server.url, run.id);
    return points.filter((point) => !/^train\/(stepMs|elapsedMs) /.test(point));
  }

  /** Sets this up around the tests of a file. */
  static forTests(environment: Record<string, string> = {}, before: () => Promise<void> = async () => undefined): RealStudy {
    const study = new RealStudy();
    beforeAll(async () => {
      await before();
      study.server = await ServerProcess.start(false, environment);
      study.api = connect(study.server.url);
      study.token = (await study.api.workers.createToken.mutate({ name: "tests" })).token;
    });
    afterAll(() => study.server?.stop());
    beforeEach(() => {
      study.folders = [];
      study.workers = [];
    });
    afterEach(async ({ task }) => {
      if (task.result?.state === "fail")
        for (const text of [study.server.output, ...study.workers.map(({ output }) => output)])
          console.log(`--- what it said\n${text}`);
      for (const id of study.experiments.splice(0)) await study.api.experiments.cancel.mutate({ id });
      await Promise.all(study.workers.map((worker) => worker.stop()));
      for (const folder of study.folders) removeFolder(folder);
    });
    return study;
  }
}

/** Number of the process that trains a run's attempt. */
export function processOf(folder: string, run: RunRow, attempt = 1): number {
  const state = readFileSync(join(folder, "worker", "spool", `${run.id}.${attempt}.json`), "utf8");
  return Number.parseInt((JSON.parse(state) as { process: string }).process, 10);
}
