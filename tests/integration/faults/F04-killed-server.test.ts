import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { long, RealStudy } from "../../support/builders/realStudy.ts";
import { ledgerPoints } from "../../support/builders/study.ts";

const study = RealStudy.forTests();

test("F4: SIGKILL of the server: the worker trains on, and nothing is lost when the server is back", async () => {
  const { worker } = await study.startWorker(2);
  const runs = await study.launch({ ...long, seeds: [0, 1] });
  for (const run of runs) await study.measuredTo(run, 1_000);
  const before = runs.map((run) => ledgerPoints(study.folders, run.id).length);
  await study.server.kill();
  await sleep(4_000);
  const after = runs.map((run) => ledgerPoints(study.folders, run.id).length);
  for (const index of runs.keys()) expect(after[index]).toBeGreaterThan(before[index]);
  await study.server.again();
  for (const run of runs) await study.reaches(run, "finished");
  for (const run of runs) {
    await study.expectExact(run);
    expect(await study.outcomes(run)).toEqual(["FINISHED"]);
  }
  expect(worker.output).toMatch(/training continues with 2 runs/);
});

test("F4: SIGKILL of the server again and again: the count of points is exact", async () => {
  await study.startWorker(2);
  const runs = await study.launch({ ...long, seeds: [0, 1] });
  await study.measuredTo(runs[0], 500);
  for (let kills = 0; kills < 4; kills++) {
    await study.server.kill();
    await study.server.again();
    await sleep(500 + 700 * kills);
  }
  for (const run of runs) await study.reaches(run, "finished");
  for (const run of runs) await study.expectExact(run);
});
