import { describe, expect, test } from "vitest";
import type { RunRow } from "../../../contract/wire/views.ts";
import { long, processOf, RealStudy, short } from "../../support/builders/realStudy.ts";
import { isRunning, slowness, spoolFiles } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests();

describe("F13: cancelling stops a run within 2 s", () => {
  const cancelled = async (run: RunRow) => {
    const asked = Date.now();
    await study.api.runs.cancel.mutate({ id: run.id });
    await study.reaches(run, "cancelled");
    expect(Date.now() - asked).toBeLessThan(2_000 * slowness());
  };
  const leased = (run: RunRow) => until("the run has a worker", async () => (await study.detail(run)).row.status !== "queued");

  test("while its process warms up", async () => {
    const { worker, folder } = await study.startWorker(2);
    const [first, second] = await study.launch({ ...long, seeds: [0, 1] }); // the prepared process goes to the first
    await Promise.all([leased(first), leased(second)]);
    const pids = [processOf(folder, first), processOf(folder, second)];
    const asked = Date.now();
    await Promise.all([cancelled(first), cancelled(second)]);
    // A run that was assigned says its end before its process exits; the worker says it when that has gone.
    const said = () => worker.output.match(/ended CANCELLED/g)?.length;
    await until("the worker has seen both end", () => said() === 2, asked + 2_000 * slowness() - Date.now());
    expect(pids.filter(isRunning)).toEqual([]);
    expect(worker.output).toContain("is cancelled");
    await study.reaches((await study.launch(short))[0], "finished");
  });

  test("while it compiles", async () => {
    const { folder } = await study.startWorker(1);
    const [run] = await study.launch({ ...long, depths: [64], widths: [512] });
    await until(
      "the first point is there, and the training step is compiled now",
      async () => (await study.detail(run)).series.length > 0,
      90_000,
    );
    await cancelled(run);
    await until("the spool is sent", () => !spoolFiles(folder).some((name) => name.endsWith(".jsonl")));
  });

  test("while it trains", async () => {
    await study.startWorker(1);
    const [run] = await study.launch(long);
    await study.measuredTo(run, 500);
    await cancelled(run);
  });
});
