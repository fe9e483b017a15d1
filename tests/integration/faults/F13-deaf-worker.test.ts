import { expect, test } from "vitest";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

onBothDatabases(
  "F13: a worker that answers and does not stop its run",
  (server) => {
    test("keeps neither a cancelled, a paused nor a deleted run from its end, nor their slots", async () => {
      const { id, runs } = await launch(server(), grid({ seeds: [0, 1, 2, 3] }));
      const worker = await RawWorker.connect(server(), { slots: 3 });
      const leases = [];
      for (const run of runs.slice(0, 3)) leases.push(await worker.nextAssignment(run.id));
      for (const lease of leases) await worker.events(lease, numbered([started(), measured(0)]));
      // Its heartbeats go on and name all three; it never says that one has ended.
      await server().call("runs.cancel", { id: runs[0].id });
      await server().call("runs.pause", { id: runs[1].id });
      const first = await untilStatus(server(), runs[0].id, "cancelled");
      expect(first.failure).toEqual({ code: "WORKER_LOST", message: "Its worker did not stop it in time." });
      expect((await worker.nextAssignment(runs[3].id)).attempt).toBe(1);
      expect(await untilStatus(server(), runs[1].id, "paused")).toMatchObject({ failure: null });
      expect((await worker.heartbeat([leases[0], leases[1]])).lost).toEqual([leaseOf(leases[0]), leaseOf(leases[1])]);
      expect(await worker.events(leases[0], numbered([measured(1), finished()], 3))).toMatchObject({ code: "LEASE_LOST" });
      await server().call("experiments.remove", { id });
      await server().call("experiments.restore", { id });
      await untilStatus(server(), runs[2].id, "cancelled");
      worker.close();
    });
  },
  { COLLAPSAR_HEARTBEAT_MS: "200", COLLAPSAR_LEASE_MS: "1000" },
);
