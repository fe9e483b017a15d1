import { expect, test } from "vitest";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getRun, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

onBothDatabases("F20: a run whose process gives no sign of life", (server) => {
  test("is named with the time since when, until it is heard again or lost", async () => {
    const worker = await RawWorker.connect(server());
    const { runs } = await launch(server());
    const lease = await worker.nextAssignment(runs[0].id);
    worker.held = []; // its heartbeats are sent by hand
    await worker.events(lease, numbered([started(), measured(0)]));
    const beat = (news: { step: number | null; stalledMs?: number }) =>
      worker.ask("heartbeat", {
        runs: [{ ...leaseOf(lease), stepMs: null, ...news }],
        system: { cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2 },
      });
    await beat({ step: 40 });
    expect(await getRun(server(), lease.runId)).toMatchObject({ step: 40, stalledSince: null });
    await beat({ step: null, stalledMs: 60_000 });
    const { step, stalledSince } = await getRun(server(), lease.runId);
    expect(step).toBe(40);
    const sinceMs = Date.now() - Date.parse(stalledSince!);
    expect(sinceMs).toBeGreaterThan(55_000);
    expect(sinceMs).toBeLessThan(90_000);
    await beat({ step: null, stalledMs: 63_000 });
    expect(await getRun(server(), lease.runId)).toMatchObject({ stalledSince });
    await beat({ step: 41 });
    expect(await getRun(server(), lease.runId)).toMatchObject({ step: 41, stalledSince: null });
    await beat({ step: null, stalledMs: 6_000 });
    await worker.events(lease, numbered([finished()], 3));
    expect(await untilStatus(server(), lease.runId, "finished")).toMatchObject({ stalledSince: null });
    worker.close();
  });
});
