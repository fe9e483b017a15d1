import { expect, test } from "vitest";
import type { RunEvent, WorkerStop } from "../../../contract/wire/runEvents.ts";
import { measured, numbered, started } from "../../support/builders/events.ts";
import { getRun, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { until } from "../../support/until.ts";

const stopped = (stop: WorkerStop, step: number): RunEvent => ({
  ...{ kind: "ended", code: "WORKER_LOST", message: "worker stopped", excused: true },
  ...{ step, stop },
});

onBothDatabases("Workers that come and go", (server) => {
  test("a run whose worker stops is queued at once, costs no attempt, and the next worker gets it", async () => {
    const { runs } = await launch(server());
    const { id } = runs[0];
    for (const [attempt, stop] of (["time", "asked", "time", "time"] as const).entries()) {
      const worker = await RawWorker.connect(server(), { ephemeral: true, minutesLeft: 60 });
      const lease = await worker.nextAssignment(id, 15_000);
      expect(lease.attempt).toBe(attempt + 1);
      worker.socket.emit("leaving");
      // It gets no further: in a row these would be setbacks if they counted.
      await worker.events(lease, numbered([started(), measured(0), stopped(stop, 0)]));
      expect(await getRun(server(), id)).toMatchObject({ status: "queued", failure: null });
      worker.close();
    }
    const { attempts } = await server().call("runs.get", { id });
    expect(attempts.map(({ outcome, lastStep }) => ({ ...outcome, lastStep }))).toEqual([
      { code: "WORKER_LOST", message: "Its worker's time was up.", stop: "time", lastStep: 0 },
      { code: "WORKER_LOST", message: "Its worker was asked to stop.", stop: "asked", lastStep: 0 },
      { code: "WORKER_LOST", message: "Its worker's time was up.", stop: "time", lastStep: 0 },
      { code: "WORKER_LOST", message: "Its worker's time was up.", stop: "time", lastStep: 0 },
    ]);
    await server().call("runs.cancel", { id });
  });

  test("a run that its leaving worker had does not wait for it", async () => {
    const { runs } = await launch(server());
    const { id } = runs[0];
    const first = await RawWorker.connect(server(), { ephemeral: true });
    const lease = await first.nextAssignment(id);
    const other = await RawWorker.connect(server(), { ephemeral: true });
    first.socket.emit("leaving");
    // It stays connected while it uploads.
    await first.events(lease, numbered([started(), measured(0), stopped("asked", 0)]));
    expect((await other.nextAssignment(id, 10_000)).attempt).toBe(2);
    await server().call("runs.cancel", { id });
    first.close();
    other.close();
  });

  test("a worker that ends soon gets no run, one with time does", async () => {
    const soon = await RawWorker.connect(server(), { ephemeral: true, minutesLeft: 1.5 });
    const { runs } = await launch(server());
    await expect(soon.nextAssignment(runs[0].id, 1_500)).rejects.toThrow("no run came");
    const later = await RawWorker.connect(server(), { minutesLeft: 30 });
    await later.nextAssignment(runs[0].id);
    await server().call("runs.cancel", { id: runs[0].id });
    soon.close();
    later.close();
  });

  test("the list says what is ephemeral and until when, also for a while after it has gone", async () => {
    const lasting = await RawWorker.connect(server(), { name: "lasting" });
    const ephemeral = await RawWorker.connect(server(), { name: "ephemeral", ephemeral: true, minutesLeft: 190 });
    const find = async (id: string) => (await server().call("workers.list")).find((worker) => worker.id === id);
    expect(await find(lasting.id)).toMatchObject({ ephemeral: false, endsAt: null });
    const listed = await find(ephemeral.id);
    expect(listed).toMatchObject({ ephemeral: true, connected: true });
    const leftMs = Date.parse(listed!.endsAt!) - Date.now();
    expect(leftMs).toBeGreaterThan(180 * 60_000);
    expect(leftMs).toBeLessThanOrEqual(190 * 60_000);
    ephemeral.close();
    lasting.close();
    await until("both have gone", async () => !(await find(ephemeral.id))?.connected && !(await find(lasting.id))?.connected);
    expect(await find(ephemeral.id)).toMatchObject({ connected: false });
  });
});
