import { expect, test } from "vitest";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, grid, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

onBothDatabases("F16: a grid that is half dead", (server) => {
  test("with a cell that was deleted: 'run missing cells' fills exactly those without a result", async () => {
    const { id, runs } = await launch(server(), grid({ seeds: [0, 1, 2], depths: [2, 3] }));
    const worker = await RawWorker.connect(server(), { slots: 6 });
    const leases = new Map<string, Awaited<ReturnType<typeof worker.nextAssignment>>>();
    for (const run of runs) leases.set(run.id, await worker.nextAssignment(run.id));
    const end = (at: number, ...events: Parameters<typeof numbered>[0]) =>
      worker.events(leases.get(runs[at].id)!, numbered([started(), ...events]));
    await end(0, measured(0), finished());
    await end(1, measured(0), finished());
    await end(2, ended("DATASET_UNAVAILABLE", "no such folder"));
    await end(3, measured(0), ended("DIVERGED", "the loss is NaN at step 1", 1));
    await end(4, measured(0), finished());
    await server().call("runs.remove", { id: runs[4].id });
    await server().call("runs.cancel", { id: runs[5].id });
    await end(5, ended("CANCELLED", "cancelled", 0));

    expect(await server().call("experiments.runMissing", { id })).toEqual({ queued: 3 });
    const filled = [await worker.nextAssignment(), await worker.nextAssignment(), await worker.nextAssignment()];
    const cell = ({ config }: { config: { depth: number; seed: number } }) => `${config.depth} ${config.seed}`;
    expect(filled.map(cell).sort()).toEqual([runs[2], runs[4], runs[5]].map(cell).sort());
    for (const lease of filled) await worker.events(lease, numbered([started(), measured(0), finished()]));
    const { runs: after, counts } = await getExperiment(server(), id);
    expect(counts).toMatchObject({ finished: 5, diverged: 1, queued: 0 });
    expect(new Set(after.map(cell)).size).toBe(6);
    expect(after.filter((run) => [runs[0].id, runs[1].id].includes(run.id)).every((run) => run.attempt === 1)).toBe(true);
    expect(await server().call("experiments.runMissing", { id })).toEqual({ queued: 0 });
    worker.close();
  });
});
