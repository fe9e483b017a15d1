import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, finished, logged, measured, started } from "../../support/builders/events.ts";
import { launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { Clock, dayMs } from "../../support/processes/clock.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

describe.each(["embedded", "external"] as const)("F9: clocks that are off by a day (%s database)", (kind) => {
  const clock = new Clock();
  let postgres: TestPostgres | null = null;
  let server: TestServer;
  beforeAll(async () => {
    if (kind === "external") postgres = await startPostgres();
    const env = { ...clock.env, COLLAPSAR_HEARTBEAT_MS: "200", COLLAPSAR_LEASE_MS: "1500" };
    server = await TestServer.start({ databaseUrl: postgres?.url ?? null, env });
  });
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
  });

  test.each([-dayMs, dayMs])(
    "a worker's, by %d ms: the server's time is what is stored, and events keep their order",
    async (off) => {
      const before = Date.now();
      const { runs } = await launch(server);
      const worker = await RawWorker.connect(server);
      const lease = await worker.nextAssignment(runs[0].id);
      const events = [started(), logged("first"), measured(0), logged("second"), finished()];
      const at = (seq: number) => Date.now() + off - 1_000 * seq;
      const answer = await worker.ask("events", {
        ...{ runId: lease.runId, attempt: lease.attempt, lease: lease.lease },
        events: events.map((event, index) => ({ seq: index + 1, at: at(index + 1), event })),
      });
      expect(answer).toEqual({ ok: true, storedThrough: 5 });
      const { row } = await server.call("runs.get", { id: lease.runId });
      const log = await server.call("runs.log", { id: lease.runId });
      expect(log.map(({ text }) => text)).toEqual(["first", "second"]);
      for (const time of [row.startedAt!, row.endedAt!, ...log.map((line) => line.at)]) {
        expect(Date.parse(time)).toBeGreaterThan(before - 60_000);
        expect(Date.parse(time)).toBeLessThan(Date.now() + 60_000);
      }
      worker.close();
    },
  );

  test.each([dayMs, -dayMs])(
    "the server's, by %d ms while a run waits for its worker, and then right: the run is given",
    async (off) => {
      clock.set(off);
      await sleep(500);
      const { runs } = await launch(server);
      const first = await RawWorker.connect(server);
      const lease = await first.nextAssignment(runs[0].id);
      first.socket.emit("leaving"); // it takes no more runs, and has the run's checkpoint
      await first.events(lease, [{ seq: 1, event: ended("WORKER_LOST", "worker stopped") }]);
      await untilStatus(server, runs[0].id, "queued");
      first.close();
      clock.set(0);
      const second = await RawWorker.connect(server);
      expect(await second.nextAssignment(runs[0].id, 60_000)).toMatchObject({ attempt: 2 });
      second.close();
      await server.call("runs.cancel", { id: runs[0].id });
    },
  );

  test("the server's, forward and back under a run: its worker keeps its lease", async () => {
    const { runs } = await launch(server);
    const worker = await RawWorker.connect(server);
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, [{ seq: 1, event: started() }]);
    for (const ahead of [dayMs, 0, -dayMs, 0]) {
      clock.set(ahead);
      await sleep(1_000);
    }
    expect(await worker.events(lease, [{ seq: 2, event: finished() }])).toEqual({ ok: true, storedThrough: 2 });
    expect(await untilStatus(server, runs[0].id, "finished")).toMatchObject({ attempt: 1 });
    worker.close();
  });
});
