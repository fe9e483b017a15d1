import { describe, expect, test } from "vitest";
import { medium, processOf, RealStudy, short } from "../../support/builders/realStudy.ts";
import { isRunning, slowness } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests();

test("F1: an undisturbed study, to compare with: the database has exactly what the worker measured", async () => {
  await study.startWorker(2);
  const runs = await study.launch({ ...short, depths: [2, 4], seeds: [0, 1] });
  expect(runs).toHaveLength(4);
  for (const run of runs) await study.reaches(run, "finished");
  for (const run of runs) await study.expectExact(run);
  const [again] = await study.launch({ ...short, depths: [2] });
  await study.reaches(again, "finished");
  expect(await study.curve(again)).toEqual(await study.curve(runs[0]));
});

describe("F1: SIGKILL of a run's process", () => {
  test("resumes from its last checkpoint, with the curve of an undisturbed run", async () => {
    const first = await study.startWorker(1);
    const [run] = await study.launch(medium);
    await study.measuredTo(run, 2_000);
    await first.worker.stop(); // makes a checkpoint, sooner than the ten seconds between two
    await study.startWorker(2, first.folder);
    const [undisturbed] = await study.launch(medium);
    await study.measuredTo(run, 4_000);
    process.kill(processOf(first.folder, run, 2), "SIGKILL");
    for (const each of [run, undisturbed]) await study.reaches(each, "finished");
    expect(await study.outcomes(run)).toEqual(["WORKER_LOST", "CRASHED", "FINISHED"]);
    const resumed = (await study.detail(run)).attempts.map(({ resumedFromStep }) => resumedFromStep);
    expect(resumed[1]).toBeGreaterThanOrEqual(2_000);
    expect(resumed[2]).toBeGreaterThanOrEqual(resumed[1]!);
    await study.expectExact(run);
    expect(await study.curve(run)).toEqual(await study.curve(undisturbed));
  });

  test("before its first checkpoint starts over", async () => {
    const { folder } = await study.startWorker(1);
    const [run] = await study.launch(short);
    await study.measuredTo(run, 200);
    process.kill(processOf(folder, run), "SIGKILL");
    await study.reaches(run, "finished");
    expect(await study.outcomes(run)).toEqual(["CRASHED", "FINISHED"]);
    await study.expectExact(run);
  });
});

describe("F1: SIGKILL of a worker", () => {
  test("ends its runs' processes; once restarted it sends the rest, and its runs continue", async () => {
    const { worker, folder } = await study.startWorker(1);
    const [run] = await study.launch(medium);
    await study.measuredTo(run, 2_000);
    const pid = processOf(folder, run);
    worker.kill("SIGKILL");
    await until("the run's process is gone", () => !isRunning(pid));
    await study.startWorker(1, folder);
    await study.reaches(run, "finished");
    expect(await study.outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
    expect((await study.detail(run)).attempts[1].resumedFromStep).toBeGreaterThan(0);
    await study.expectExact(run);
  });

  test("and of its run: noticed within 20 s, and another worker takes over from the beginning", async () => {
    const { worker, folder } = await study.startWorker(1);
    const [run] = await study.launch(medium);
    await study.measuredTo(run, 2_000);
    const pid = processOf(folder, run);
    worker.kill("SIGKILL");
    process.kill(pid, "SIGKILL");
    const killed = Date.now();
    const other = await study.startWorker(1);
    await until("the loss is noticed", async () => (await study.detail(run)).row.status !== "running", 60_000);
    expect(Date.now() - killed).toBeLessThan(20_000 * slowness());
    await study.reaches(run, "finished");
    expect(await study.outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
    study.folders = [other.folder];
    await study.expectExact(run);
    study.folders.push(folder);
  });
});
