import { describe, expect, test } from "vitest";
import { afterTraining, type RobustnessConfig } from "../../../contract/config/afterTraining.ts";
import { type ExperimentConfig, expandGrid } from "../../../contract/config/experimentConfig.ts";
import { otherSetConfig } from "../../../contract/config/otherSet.ts";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { knowPacks } from "../../support/builders/knownPacks.ts";
import { processOf, RealStudy } from "../../support/builders/realStudy.ts";
import { ledgerOf, ledgerPoints, smallStudy, storedPoints } from "../../support/builders/study.ts";
import { makeFolder, slowness } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests();

/** Rounding is not amplified by it as by Adam. */
const training = trainingConfig.parse({ steps: 1_000, learningRate: 0.01, optimizer: { name: "sgd" } });
const measuring = { name: "every" as const, steps: 100 };
const seeds = (...list: number[]) => smallStudy({ depths: [3], seeds: list, training, measuring });
/** Measured so often that it takes some seconds. */
const slow = (...list: number[]): ExperimentConfig => ({
  ...seeds(...list),
  training: { ...training, steps: 8_000 },
});

const evaluations = (robustness: Partial<RobustnessConfig>) =>
  afterTraining.parse({ robustness, transfer: { dataset: seeds(0).datasets[0] } });
const evaluationOf = async (run: RunRow) => (await study.detail(run)).row.evaluation;

/** A worker's folder in which it is known that four runs of this study are best in one step. */
function folderFor(config: ExperimentConfig): string {
  const folder = makeFolder();
  knowPacks(folder, [{ config: expandGrid(config)[0], runs: 4 }]);
  return folder;
}

/** The pack of a run's attempt, by what its worker wrote first. */
function packOf(run: RunRow, attempt = 1) {
  const { event } = ledgerOf(study.folders, run.id)[attempt - 1][0];
  return event.kind === "started" ? event.pack : null;
}

describe("four seeds of one study, launched for a worker with one slot", () => {
  test("train as one pack in one process; every point is stored, with the numbers of a run alone", async () => {
    const config = seeds(0, 1, 2, 3);
    await study.startWorker(1, folderFor(config), { pack: 8 });
    const runs = await study.launch(config);
    for (const run of runs) await study.reaches(run, "finished");
    for (const [place, run] of runs.entries()) {
      expect(packOf(run)).toEqual({ runs: 4, place, with: runs.filter((_, at) => at !== place).map(({ id }) => id) });
      await study.expectExact(run);
    }
    const [alone] = await study.launch(seeds(0));
    await study.reaches(alone, "finished");
    expect(packOf(alone)).toBeUndefined();
    await study.expectExact(alone);
    const parsed = (points: string[]) =>
      points.map((point) => [point.slice(0, point.lastIndexOf(" ")), Number(point.split(" ")[2])] as const);
    const expected = parsed(await study.curve(alone));
    const found = new Map(parsed(await study.curve(runs[0])));
    expect(found.size).toBe(expected.length);
    for (const [point, value] of expected)
      expect(Math.abs(found.get(point)! - value) / Math.max(1, Math.abs(value)), point).toBeLessThan(1e-4);
  });

  test("are evaluated after training, each by itself, with what a run alone finds", async () => {
    const config = {
      ...seeds(0, 1, 2, 3),
      afterTraining: evaluations({ epsilons: [0.5, 4], samples: 60 }),
      other: otherSetConfig.parse({ dataset: { ...seeds(0).datasets[0], dataSeed: 9 } }),
    };
    await study.startWorker(1, folderFor(config), { pack: 8 });
    const runs = await study.launch(config);
    for (const run of runs) await study.reaches(run, "finished");
    expect(runs.map((run) => packOf(run)?.runs)).toEqual([4, 4, 4, 4]);
    const found = await Promise.all(runs.map(evaluationOf));
    for (const evaluation of found) {
      expect(evaluation?.missing).toEqual({});
      expect(evaluation?.robustness?.points).toHaveLength(8);
      expect(evaluation?.transfer?.layers).toHaveLength(3);
      expect(evaluation?.outOfDistribution?.scores).toHaveLength(12);
    }
    expect(new Set(found.map((evaluation) => JSON.stringify(evaluation))).size).toBe(4);
    const [alone] = await study.launch({ ...config, seeds: [0] });
    await study.reaches(alone, "finished");
    expect(packOf(alone)).toBeUndefined();
    // A rounding may turn the order of two scores.
    const { outOfDistribution: inPack, ...others } = found[0]!;
    const { outOfDistribution: byItself, ...same } = (await evaluationOf(alone))!;
    expect(others).toEqual(same);
    for (const [at, { score, auroc }] of byItself!.scores.entries())
      expect(Math.abs(inPack!.scores[at]!.auroc - auroc), score).toBeLessThan(1e-3);
    const curve = async (run: RunRow) => (await study.curve(run)).filter((point) => point.startsWith("other/nc5@"));
    const [packed, single] = [await curve(runs[0]), await curve(alone)];
    expect(packed).toHaveLength(3 * 11);
    for (const [at, point] of single.entries())
      expect(Math.abs(Number(packed[at]!.split(" ")[2]) / Number(point.split(" ")[2]) - 1)).toBeLessThan(1e-3);
  });

  test("their process is killed while they are evaluated: none is trained again, and none lacks its evaluation", async () => {
    const config = {
      ...seeds(0, 1, 2, 3),
      afterTraining: evaluations({ epsilons: Array.from({ length: 16 }, (_, at) => (at + 1) / 10), pgdSteps: 100 }),
    };
    const { folder } = await study.startWorker(1, folderFor(config), { pack: 8 });
    const runs = await study.launch(config);
    await until("one has been evaluated", async () => (await evaluationOf(runs[0])) !== null);
    process.kill(processOf(folder, runs[3]), "SIGKILL");
    for (const run of runs) await study.reaches(run, "finished");
    expect(await study.outcomes(runs[3])).toEqual(["CRASHED", "FINISHED"]);
    expect((await study.detail(runs[3])).attempts[1].resumedFromStep).toBe(1_000);
    for (const run of runs) {
      expect((await evaluationOf(run))?.robustness?.points).toHaveLength(64);
      const measured = (await storedPoints(study.server.url, run.id)).filter((point) => !/^(robustness|transfer)\//.test(point));
      expect(measured).toEqual(ledgerPoints(study.folders, run.id));
    }
  });

  test("one is cancelled, one paused and resumed; the others finish without a hole", async () => {
    const config = slow(0, 1, 2, 3);
    await study.startWorker(1, folderFor(config), { pack: 8 });
    const runs = await study.launch(config);
    await study.measuredTo(runs[3], 500);
    await study.api.runs.cancel.mutate({ id: runs[1].id });
    await study.api.runs.pause.mutate({ id: runs[2].id });
    await study.reaches(runs[1], "cancelled");
    await study.reaches(runs[2], "paused");
    await study.api.runs.resume.mutate({ id: runs[2].id });
    for (const run of [runs[0], runs[2], runs[3]]) await study.reaches(run, "finished");
    for (const run of [runs[0], runs[2], runs[3]]) await study.expectExact(run);
    expect(await study.outcomes(runs[0])).toEqual(["FINISHED"]);
    expect(await study.outcomes(runs[2])).toEqual(["PAUSED", "FINISHED"]);
    expect((await study.detail(runs[2])).attempts[1].resumedFromStep).toBeGreaterThanOrEqual(500);
  });

  test("their process is killed: each resumes from its own checkpoint, and none has failed an attempt", async () => {
    const config = slow(0, 1, 2, 3);
    const { folder } = await study.startWorker(1, folderFor(config), { pack: 8, env: { COLLAPSAR_CHECKPOINT_MS: "200" } });
    const runs = await study.launch(config);
    await study.measuredTo(runs[3], 1_000);
    expect(new Set(runs.map((run) => processOf(folder, run))).size).toBe(1);
    process.kill(processOf(folder, runs[0]), "SIGKILL");
    for (const run of runs) await study.reaches(run, "finished");
    for (const run of runs) {
      expect(await study.outcomes(run)).toEqual(["CRASHED", "FINISHED"]);
      expect((await study.detail(run)).attempts[1].resumedFromStep).toBeGreaterThan(0);
      expect(packOf(run, 2)?.runs ?? 1).toBeLessThanOrEqual(2);
      await study.expectExact(run);
    }
  });

  test("SIGTERM of the worker: it has gone within 10 s, and all of them continue on the next one", async () => {
    const config = slow(0, 1, 2, 3);
    const { worker, folder } = await study.startWorker(1, folderFor(config), { pack: 8 });
    const runs = await study.launch(config);
    await study.measuredTo(runs[3], 500);
    const asked = Date.now();
    worker.kill("SIGTERM");
    await worker.exited;
    expect(Date.now() - asked).toBeLessThan(10_000 * slowness());
    await until("all are queued", async () =>
      (await Promise.all(runs.map((run) => study.detail(run)))).every(({ row }) => row.status === "queued"),
    );
    await study.startWorker(1, folder, { pack: 8 });
    for (const run of runs) await study.reaches(run, "finished");
    for (const run of runs) {
      expect(await study.outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
      expect(packOf(run, 2)?.runs).toBe(4);
      await study.expectExact(run);
    }
  });
});
