import { expect, test } from "vitest";
import { long, processOf, RealStudy } from "../../support/builders/realStudy.ts";
import { ledgerPoints } from "../../support/builders/study.ts";
import { isRunning, spoolFiles } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests({ COLLAPSAR_HEARTBEAT_MS: "1000", COLLAPSAR_LEASE_MS: "5000" });

test("F3: SIGSTOP of a worker for longer than its lease: another one has its run, and what the zombie writes is refused", async () => {
  const frozen = await study.startWorker(1);
  const [run] = await study.launch(long);
  await study.measuredTo(run, 1_000);
  const pid = processOf(frozen.folder, run);
  frozen.worker.kill("SIGSTOP");
  process.kill(pid, "SIGSTOP");
  const other = await study.startWorker(1);
  await until("the other worker has the run", () => spoolFiles(other.folder).includes(`${run.id}.2.jsonl`), 60_000);
  await until("the other worker measures", () => ledgerPoints([other.folder], run.id).length > 100);
  process.kill(pid, "SIGCONT");
  frozen.worker.kill("SIGCONT");
  await until("the zombie's events are set aside", () => spoolFiles(frozen.folder).includes(`${run.id}.1.jsonl.refused`));
  await until("the zombie's process is gone", () => !isRunning(pid));
  await study.reaches(run, "finished");
  expect(await study.outcomes(run)).toEqual(["WORKER_LOST", "FINISHED"]);
  expect((await study.detail(run)).attempts[1].resumedFromStep).toBe(0);
  await study.expectExact(run);
});
