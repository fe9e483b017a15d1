import { expect, test } from "vitest";
import { long, processOf, RealStudy } from "../../support/builders/realStudy.ts";
import { spoolFiles } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests();

test("F15: a run whose process is killed three times, as by a machine out of memory, is given up with the reason", async () => {
  const { folder } = await study.startWorker(1);
  const [run] = await study.launch(long);
  for (const attempt of [1, 2, 3]) {
    await until("the attempt has a process", () => spoolFiles(folder).includes(`${run.id}.${attempt}.jsonl`));
    process.kill(processOf(folder, run, attempt), "SIGKILL");
  }
  await study.reaches(run, "failed");
  const { row } = await study.detail(run);
  expect(row.attempt).toBe(3);
  expect(row.failure).toMatchObject({ code: "CRASHED", message: expect.stringMatching(/out of memory/) });
});
