import { expect, test, vi } from "vitest";
import { experimentProgress } from "../../../contract/experimentProgress.ts";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

onBothDatabases("Progress", (server) => {
  const listed = async (id: string) => (await server().call("experiments.list", {})).rows.find((row) => row.id === id)!;

  test("is the same in the list, in the study and on its page, however its runs ended", async () => {
    const { id, runs } = await launch(
      server(),
      grid({ seeds: [0, 1, 2, 3, 4, 5], training: { ...grid().training, steps: 1000 } }),
    );
    expect((await getExperiment(server(), id)).progress).toBe(0);
    const worker = await RawWorker.connect(server(), { slots: 6 });
    const leases = [];
    for (const run of runs) leases.push(await worker.nextAssignment(run.id));
    const [done, failed, cancelled, diverged, resumed, again] = leases as [(typeof leases)[0], ...typeof leases];
    await worker.events(resumed, numbered([started(), measured(500), ended("CRASHED", "out of luck", 500)]));
    const second = await worker.nextAssignment(resumed.runId);
    expect(second.attempt).toBe(2);
    await worker.events(second, numbered([started(400)]));
    worker.socket.emit("leaving");
    await worker.events(done, numbered([started(), measured(1000), finished()]));
    await worker.events(failed, numbered([started(), measured(300), ended("DATASET_CORRUPT", "a damaged file", 300)]));
    await worker.events(diverged, numbered([started(), measured(100), ended("DIVERGED", "NaN", 100)]));
    await worker.events(again, numbered([started(), measured(250), ended("DATASET_UNAVAILABLE", "no file", 250)]));
    await server().call("runs.cancel", { id: cancelled.runId });
    await worker.events(cancelled, numbered([started(), measured(200), ended("CANCELLED", "asked to", 200)]));
    expect(await server().call("runs.again", { id: again.runId })).toEqual({ status: "queued" });
    await untilStatus(server(), cancelled.runId, "cancelled");

    // Four runs have ended, one goes on from step 400, one waits with 250 steps behind it: (4 · 1000 + 400 + 250) / 6000.
    const counts = { finished: 1, failed: 1, cancelled: 1, diverged: 1, running: 1, queued: 1 };
    const study = await getExperiment(server(), id);
    expect(study).toMatchObject({ counts, status: "running", progress: 0.775 });
    expect(experimentProgress(study.runs)).toBe(0.775);
    // What a page derives epochs and floors from comes with the rows.
    for (const run of study.runs) expect(run).toMatchObject({ device: "cpu", trainSamples: 4, classes: 4, inputDimension: 10 });
    await vi.waitFor(async () => expect(await listed(id)).toMatchObject({ counts, status: "running", progress: 0.775 }), 60_000);

    expect(await server().call("experiments.cancel", { id })).toEqual({ cancelled: 2 });
    await worker.events(second, numbered([ended("CANCELLED", "asked to", 410)], 2));
    const over = { counts: { ...counts, cancelled: 3, running: 0, queued: 0 }, status: "incomplete", progress: 1 };
    expect(await getExperiment(server(), id)).toMatchObject(over);
    await vi.waitFor(async () => expect(await listed(id)).toMatchObject(over), 60_000);
    worker.close();
  });
});
