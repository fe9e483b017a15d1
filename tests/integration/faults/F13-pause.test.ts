import { afterEach, expect, test } from "vitest";
import type { RunRow } from "../../../contract/wire/views.ts";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, getRun, grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

/** Short leases: a lost worker is noticed soon. */
const env = { COLLAPSAR_HEARTBEAT_MS: "200", COLLAPSAR_LEASE_MS: "2000" };
const stopped = (step: number) => ended("WORKER_LOST", "worker stopped", step);

onBothDatabases(
  "F13: a person pauses and resumes",
  (server) => {
    const pause = (id: string) => server().call("runs.pause", { id });
    const resume = (id: string) => server().call("runs.resume", { id });
    const cancel = (id: string) => server().call("runs.cancel", { id });
    const statusOf = async (run: RunRow) => (await getRun(server(), run.id)).status;

    const workers: RawWorker[] = [];
    const connect = async (options: { slots?: number; token?: string } = {}) => {
      const worker = await RawWorker.connect(server(), options);
      workers.push(worker);
      return worker;
    };
    // One that stays would take the next test's runs.
    afterEach(() => {
      for (const worker of workers.splice(0)) worker.close();
    });

    test("a queued run waits at once, twice is once, and no worker gets it until it is resumed", async () => {
      const { id, runs } = await launch(server(), grid({ seeds: [0, 1] }));
      expect(await pause(runs[0].id)).toEqual({ status: "paused" });
      expect(await pause(runs[0].id)).toEqual({ status: "paused" });
      const worker = await connect({ slots: 2 });
      const other = await worker.nextAssignment();
      expect(other.runId).toBe(runs[1].id);
      await worker.events(other, numbered([started(), finished()]));
      expect(await getExperiment(server(), id)).toMatchObject({ status: "paused", timeLeftMs: null });
      expect(worker.assigned).toEqual([]);
      expect(await resume(runs[0].id)).toEqual({ status: "queued" });
      expect(await resume(runs[0].id)).toEqual({ status: expect.stringMatching(/queued|leased/) });
      const lease = await worker.nextAssignment(runs[0].id);
      expect(lease.attempt).toBe(1);
      await worker.events(lease, numbered([started(), finished()]));
      expect(await statusOf(runs[0])).toBe("finished");
      expect(await pause(runs[0].id)).toEqual({ status: "finished" });
      expect(await resume(runs[0].id)).toEqual({ status: "finished" });
      expect(worker.suspends).toEqual([]);
    });

    test("a running run makes its checkpoint, frees its slot, and resumes from there on its worker, without a setback", async () => {
      const { id, runs } = await launch(server(), grid({ seeds: [0, 1] }));
      const worker = await connect();
      const lease = await worker.nextAssignment(runs[0].id);
      await worker.events(lease, numbered([started(), measured(0), measured(40)]));
      expect(await pause(runs[0].id)).toEqual({ status: "pausing" });
      expect(await worker.nextSuspend()).toEqual({ runId: runs[0].id, attempt: 1 });
      expect(await pause(runs[0].id)).toEqual({ status: "pausing" });
      // It may not have heard: every heartbeat says it again.
      expect((await worker.heartbeat([lease])).suspend).toEqual([{ runId: runs[0].id, attempt: 1 }]);
      await worker.events(lease, numbered([{ kind: "checkpoint", step: 60, hash: "0", bytes: 1 }, stopped(60)], 4));
      expect(await getRun(server(), runs[0].id)).toMatchObject({ status: "paused", failure: null, endedAt: null });
      const [attempt] = (await server().call("runs.get", { id: runs[0].id })).attempts;
      expect(attempt.outcome).toEqual({ code: "PAUSED", message: "Paused by a person." });
      // The one slot is free.
      const second = await worker.nextAssignment(runs[1].id);
      await worker.events(second, numbered([started(), finished()]));
      expect((await getExperiment(server(), id)).counts).toMatchObject({ paused: 1, finished: 1, running: 0, queued: 0 });
      await resume(runs[0].id);
      const again = await worker.nextAssignment(runs[0].id);
      expect(again).toMatchObject({ attempt: 2, lastStarted: 1 });
      await worker.events(again, numbered([started(40), measured(80), finished()]));
      const [series] = await server().call("runs.series", { id: runs[0].id, keys: ["train/loss"] });
      expect(series.steps).toEqual([0, 40, 80]);
    });

    test("one that is resumed before it has stopped continues as soon as it has; one that finished first stays finished", async () => {
      const { runs } = await launch(server(), grid({ seeds: [0, 1] }));
      const worker = await connect({ slots: 2 });
      const [first, second] = [await worker.nextAssignment(runs[0].id), await worker.nextAssignment(runs[1].id)];
      await worker.events(first, numbered([started(), measured(0)]));
      await pause(runs[0].id);
      expect(await resume(runs[0].id)).toEqual({ status: "running" });
      await worker.events(first, numbered([stopped(5)], 3));
      const again = await worker.nextAssignment(runs[0].id);
      expect(again.attempt).toBe(2);
      await worker.events(again, numbered([started(), finished()]));
      // Before its process has started.
      expect(await pause(runs[1].id)).toEqual({ status: "pausing" });
      expect(await resume(runs[1].id)).toEqual({ status: "leased" });
      expect(await pause(runs[1].id)).toEqual({ status: "pausing" });
      await worker.events(second, numbered([started(), measured(0), finished()]));
      expect(await statusOf(runs[1])).toBe("finished");
    });

    test("paused and pausing runs can be cancelled, deleted ones are, and a paused one cannot also be run again", async () => {
      const { id, runs } = await launch(server(), grid({ seeds: [0, 1, 2] }));
      const worker = await connect();
      const lease = await worker.nextAssignment(runs[0].id);
      await worker.events(lease, numbered([started()]));
      expect(await server().call("experiments.pause", { id })).toEqual({ paused: 3 });
      expect(await server().call("experiments.pause", { id })).toEqual({ paused: 0 });
      await expect(server().call("runs.again", { id: runs[1].id })).rejects.toMatchObject({
        code: "CONFLICT",
        message: "This run is paused: resume it, or cancel it first.",
      });
      expect(await server().call("experiments.runMissing", { id })).toEqual({ queued: 0 });
      expect(await cancel(runs[0].id)).toEqual({ status: "cancelling" });
      await worker.events(lease, numbered([stopped(3)], 2));
      expect(await statusOf(runs[0])).toBe("cancelled");
      expect(await cancel(runs[1].id)).toEqual({ status: "cancelled" });
      expect((await getRun(server(), runs[1].id)).failure).toEqual({
        code: "CANCELLED",
        message: "Cancelled while it was paused.",
      });
      await server().call("experiments.remove", { id });
      await expect(resume(runs[2].id)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await server().call("experiments.restore", { id });
      expect(await statusOf(runs[2])).toBe("cancelled");
      expect(await server().call("experiments.resume", { id })).toEqual({ resumed: 0 });
      expect(await server().call("experiments.runMissing", { id })).toEqual({ queued: 3 });
      for (const run of runs) {
        const next = await worker.nextAssignment(run.id);
        await worker.events(next, numbered([started(), finished()]));
      }
    });

    test("one whose worker dies while it pauses is paused, and goes to another worker when it is resumed", async () => {
      const { runs } = await launch(server());
      const token = await makeToken(server());
      const dying = await connect({ token });
      const lease = await dying.nextAssignment(runs[0].id);
      await dying.events(lease, numbered([started(), measured(0)]));
      await pause(runs[0].id);
      dying.close();
      expect(await untilStatus(server(), runs[0].id, "paused")).toMatchObject({ attempt: 1, failure: null });
      // It comes back: the run is not its own any more, paused as it is.
      const back = new RawWorker(server().url, token, dying.id);
      await back.connected();
      expect(await back.hello({ holding: [leaseOf(lease)] })).toMatchObject({ ok: true, lost: [leaseOf(lease)] });
      expect(await back.events(lease, numbered([measured(1)], 3))).toMatchObject({ ok: false, code: "LEASE_LOST" });
      back.close();
      const other = await connect();
      await resume(runs[0].id);
      const again = await other.nextAssignment(runs[0].id);
      expect(again.attempt).toBe(2);
      await other.events(again, numbered([started(), finished()]));
      expect(await statusOf(runs[0])).toBe("finished");
    });
  },
  env,
);
