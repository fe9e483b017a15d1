import { expect, test } from "vitest";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { long, RealStudy } from "../../support/builders/realStudy.ts";
import { getRun, launch } from "../../support/builders/studies.ts";
import { storedPoints } from "../../support/builders/study.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

const study = RealStudy.forTests();

test("F10: a loss that is not finite ends the run as diverged with its step, and what was measured before stays", async () => {
  await study.startWorker(1);
  const [run] = await study.launch({
    ...long,
    losses: ["mse"],
    training: { ...long.training, learningRate: 10, optimizer: { name: "sgd", momentum: 0.9 }, schedule: { name: "constant" } },
    measuring: { name: "log", perDecade: 20 },
  });
  await study.reaches(run, "diverged");
  const { row } = await study.detail(run);
  expect(row.failure).toMatchObject({ code: "DIVERGED", message: expect.stringMatching(/step \d+/) });
  expect(row.attempt).toBe(1);
  const points = await storedPoints(study.server.url, run.id);
  expect(points.some((point) => point.startsWith("train/loss 0 "))).toBe(true);
  for (const point of points) expect(Number.isFinite(Number(point.split(" ")[2]))).toBe(true);
});

onBothDatabases("F10: odd numbers", (server) => {
  test("that are finite are stored, reported and exported unchanged; others do not count as measurements", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(await worker.events(lease, numbered([measured(1, { "train/loss": value })], 2))).toMatchObject({
        ok: false,
        code: "INVALID",
      });
    const odd = {
      "train/loss": 1e308,
      "train/fit": 5e-324,
      "test/fit": -1e308,
      "train/ridge": 2.2250738585072014e-308,
      "train/accuracy": -0,
      "test/accuracy": 0.1 + 0.2,
    };
    expect(await worker.events(lease, numbered([measured(3, odd), finished()], 2))).toMatchObject({ ok: true, storedThrough: 3 });
    const series = await server().call("runs.series", { id: lease.runId });
    expect(Object.fromEntries(series.map(({ key, values }) => [key, values[0]]))).toEqual({ ...odd, "train/accuracy": 0 });
    const exported = await storedPoints(server().url, lease.runId);
    expect(exported).toEqual(
      Object.entries({ ...odd, "train/accuracy": 0 })
        .map(([key, value]) => `${key} 3 ${value}`)
        .sort(),
    );
    expect(await getRun(server(), lease.runId)).toMatchObject({ status: "finished", last: { ...odd, "train/accuracy": 0 } });
    worker.close();
  });
});
