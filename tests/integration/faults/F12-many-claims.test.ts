import { expect, test } from "vitest";
import type { RunCounts } from "../../../contract/status.ts";
import type { EventAnswer, Lease } from "../../../contract/wire/workerProtocol.ts";
import { finished, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, grid, launch } from "../../support/builders/studies.ts";
import { makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

onBothDatabases("F12: 100 workers claim 100 runs at once", (server) => {
  test("each run goes to one of them, once", async () => {
    const token = await makeToken(server());
    const workers = await Promise.all(Array.from({ length: 100 }, () => RawWorker.connect(server(), { token })));
    const { id } = await launch(server(), grid({ seeds: Array.from({ length: 50 }, (_, seed) => seed), depths: [2, 3] }));
    const leases = await Promise.all(workers.map((worker) => worker.nextAssignment()));
    expect(new Set(leases.map((lease) => lease.runId)).size).toBe(100);
    expect(workers.every((worker) => worker.assigned.length === 0)).toBe(true);
    const answers = await Promise.all(workers.map((worker, i) => sendUntilStored(worker, leases[i])));
    expect(answers.filter((answer) => !answer.ok)).toEqual([]);
    const { counts, status, progress, runs } = await getExperiment(server(), id);
    expect(counts).toMatchObject({ finished: 100, queued: 0, leased: 0 } satisfies Partial<RunCounts>);
    expect({ status, progress }).toEqual({ status: "finished", progress: 1 });
    expect(runs.every((run) => run.attempt === 1)).toBe(true);
    for (const worker of workers) worker.close();
  });
});

/** A busy database may ask for some patience, which a worker has. */
async function sendUntilStored(worker: RawWorker, lease: Lease): Promise<EventAnswer> {
  for (;;) {
    const answer = await worker.events(lease, numbered([started(), finished()]));
    if (answer.ok || answer.code !== "INTERNAL") return answer;
  }
}
