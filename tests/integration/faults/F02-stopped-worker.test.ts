import { expect, test } from "vitest";
import { medium, RealStudy } from "../../support/builders/realStudy.ts";
import { slowness } from "../../support/processes/workerProcess.ts";

const study = RealStudy.forTests();

test("F2: SIGTERM of a worker: gone within 10 s, its lease returned, and the run resumes from its checkpoint", async () => {
  const { worker, folder } = await study.startWorker(1);
  const [run] = await study.launch(medium);
  await study.measuredTo(run, 2_000);
  const asked = Date.now();
  worker.kill("SIGTERM");
  await worker.exited;
  expect(Date.now() - asked).toBeLessThan(10_000 * slowness());
  expect(worker.exit).toEqual({ code: 0, signal: null });
  expect(await study.outcomes(run)).toEqual(["WORKER_LOST"]);
  expect((await study.detail(run)).row.status).toBe("queued");
  await study.startWorker(1, folder);
  await study.reaches(run, "finished");
  expect((await study.detail(run)).attempts[1].resumedFromStep).toBeGreaterThan(0);
  await study.expectExact(run);
});
