import { expect, test } from "vitest";
import { medium, RealStudy } from "../../support/builders/realStudy.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests();

test("F13: a real run that is paused again and again, while it starts and while it trains, has the curve of an undisturbed one", async () => {
  const { worker } = await study.startWorker(1);
  const [undisturbed] = await study.launch(medium);
  await study.reaches(undisturbed, "finished");
  const [run] = await study.launch(medium);
  await until("it has a worker", async () => (await study.detail(run)).row.status !== "queued");
  await study.api.runs.pause.mutate({ id: run.id });
  await study.reaches(run, "paused");
  for (const step of [1_500, 5_000]) {
    await study.api.runs.resume.mutate({ id: run.id });
    // The attempt before may have got further than this: a pause while it starts is what the first one is for.
    await until("it has resumed", async () => (await study.detail(run)).attempts.at(-1)!.resumedFromStep !== null);
    await study.measuredTo(run, step);
    await study.api.runs.pause.mutate({ id: run.id });
    await study.reaches(run, "paused");
  }
  await study.api.runs.resume.mutate({ id: run.id });
  await study.reaches(run, "finished");
  expect(await study.outcomes(run)).toEqual(["PAUSED", "PAUSED", "PAUSED", "FINISHED"]);
  const { attempts } = await study.detail(run);
  expect(attempts[2].resumedFromStep).toBeGreaterThanOrEqual(1_500);
  expect(attempts[3].resumedFromStep).toBeGreaterThanOrEqual(5_000);
  expect(worker.output).toMatch(/is paused/);
  await study.expectExact(run);
  expect(await study.curve(run)).toEqual(await study.curve(undisturbed));
});
