import { expect, test } from "vitest";
import { ended, finished, logged, measured, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, getRun, grid, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { slowness } from "../../support/processes/workerProcess.ts";

onBothDatabases("F13: a person", (server) => {
  test("cancels in every state, twice, and only as the life of a run allows", async () => {
    const call = (verb: "cancel" | "again" | "remove", id: string) => server().call(`runs.${verb}`, { id });
    const { id, runs } = await launch(server(), grid({ seeds: [0, 1, 2] }));
    expect(await call("cancel", runs[2].id)).toEqual({ status: "cancelled" });
    expect(await call("cancel", runs[2].id)).toEqual({ status: "cancelled" });
    const worker = await RawWorker.connect(server());
    const leased = await worker.nextAssignment(runs[0].id);
    const asked = performance.now();
    expect(await call("cancel", leased.runId)).toEqual({ status: "cancelling" });
    expect(await worker.nextCancel()).toEqual({ runId: leased.runId, attempt: 1 });
    expect(performance.now() - asked).toBeLessThan(500 * slowness());
    expect(await call("cancel", leased.runId)).toEqual({ status: "cancelling" });
    expect((await worker.heartbeat([leased])).cancel).toEqual([{ runId: leased.runId, attempt: 1 }]);
    await expect(call("again", leased.runId)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(call("remove", leased.runId)).rejects.toMatchObject({ code: "CONFLICT" });
    await worker.events(leased, numbered([started(), ended("CANCELLED", "asked to", 4)]));
    expect(await getRun(server(), leased.runId)).toMatchObject({ status: "cancelled", step: 4 });

    const running = await worker.nextAssignment(runs[1].id);
    await worker.events(running, numbered([started()]));
    expect(await server().call("experiments.cancel", { id })).toEqual({ cancelled: 1 });
    // It was done before it heard of it.
    await worker.events(running, numbered([measured(1000), finished()], 2));
    expect(await getRun(server(), running.runId)).toMatchObject({ status: "finished" });
    await expect(call("again", running.runId)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await server().call("experiments.cancel", { id })).toEqual({ cancelled: 0 });

    expect(await call("again", leased.runId)).toEqual({ status: "queued" });
    const again = await worker.nextAssignment(leased.runId);
    expect(again.attempt).toBe(2);
    await worker.events(again, numbered([started(), logged("x"), finished()]));
    expect(await server().call("experiments.runMissing", { id })).toEqual({ queued: 1 });
    const last = await worker.nextAssignment(runs[2].id);
    await worker.events(last, numbered([started(), finished()]));
    expect((await getExperiment(server(), id)).status).toBe("finished");
    worker.close();
  });
});
