import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { SeriesView } from "../../../contract/wire/views.ts";
import { ended, finished, logged, measured, numbered, started } from "../../support/builders/events.ts";
import { getRun, grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import type { TestServer } from "../../support/processes/server.ts";

async function lossOf(server: TestServer, runId: string): Promise<SeriesView> {
  const series = await server.call("runs.series", { id: runId, keys: ["train/loss"] });
  return series[0] ?? { runId, key: "train/loss", steps: [], values: [], total: 0 };
}

onBothDatabases("F8: events of a worker", (server) => {
  test("stores a batch once, however often it comes", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    const batch = numbered([started(), measured(0), measured(1), logged("hello\0world"), measured(10)]);
    for (let i = 0; i < 3; i++) expect(await worker.events(lease, batch)).toEqual({ ok: true, storedThrough: 5 });
    const both = await Promise.all([
      worker.events(lease, [...batch, ...numbered([measured(20)], 6)]),
      worker.events(lease, batch),
    ]);
    expect(both.every((answer) => answer.ok)).toBe(true);
    expect(await lossOf(server(), lease.runId)).toMatchObject({ steps: [0, 1, 10, 20], total: 4 });
    const log = await server().call("runs.log", { id: lease.runId });
    expect(log).toHaveLength(1);
    expect(log[0].text).toBe("hello\ufffdworld");

    expect(await worker.events(lease, numbered([finished()], 7))).toEqual({ ok: true, storedThrough: 7 });
    // After the end: what is stored is acknowledged again, anything more is refused.
    expect(await worker.events(lease, batch)).toEqual({ ok: true, storedThrough: 7 });
    expect(await worker.events(lease, numbered([measured(30)], 8))).toMatchObject({ ok: false, code: "LEASE_LOST" });
    expect(await lossOf(server(), lease.runId)).toMatchObject({ total: 4 });
    expect(await getRun(server(), lease.runId)).toMatchObject({ status: "finished", step: 1000, attempt: 1 });
    worker.close();
  });

  test("refuses gaps with the number it expects, and events out of order", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    expect(await worker.events(lease, numbered([measured(5)], 2))).toEqual({ ok: false, code: "SEQUENCE_GAP", expected: 1 });
    await worker.events(lease, numbered([started(), measured(0)]));
    expect(await worker.events(lease, numbered([measured(5)], 4))).toEqual({ ok: false, code: "SEQUENCE_GAP", expected: 3 });
    const shuffled = [
      { seq: 3, event: measured(5) },
      { seq: 5, event: measured(7) },
      { seq: 4, event: measured(6) },
    ];
    expect(await worker.events(lease, shuffled)).toEqual({ ok: false, code: "SEQUENCE_GAP", expected: 4 });
    expect((await lossOf(server(), lease.runId)).steps).toEqual([0]);
    expect(await worker.events(lease, numbered([measured(5), finished()], 3))).toMatchObject({ ok: true });
    worker.close();
  });

  test("refuses a wrong lease, another worker's lease, and a deleted run", async () => {
    const { runs } = await launch(server());
    const [worker, other] = [await RawWorker.connect(server()), await RawWorker.connect(server(), { slots: 1 })];
    const lease = await Promise.any([worker.nextAssignment(runs[0].id), other.nextAssignment(runs[0].id)]);
    const [mine, foreign] = worker.assigned.length === 0 && (await isHolder(worker, lease)) ? [worker, other] : [other, worker];
    const batch = numbered([started(), measured(0)]);
    expect(await foreign.events(lease, batch)).toMatchObject({ ok: false, code: "LEASE_LOST" });
    expect(await mine.events({ ...lease, lease: "x".repeat(32) }, batch)).toMatchObject({ ok: false, code: "LEASE_LOST" });
    expect(await mine.events({ ...lease, attempt: 2 }, batch)).toMatchObject({ ok: false, code: "LEASE_LOST" });
    expect(await mine.events({ ...lease, runId: randomUUID() }, batch)).toMatchObject({ ok: false, code: "NOT_FOUND" });
    expect(await mine.events(lease, [...batch, ...numbered([ended("DIVERGED", "the loss is NaN", 3)], 3)])).toMatchObject({
      ok: true,
    });
    expect(await getRun(server(), lease.runId)).toMatchObject({ status: "diverged", failure: { code: "DIVERGED" } });
    await server().call("runs.remove", { id: lease.runId });
    expect(await mine.events(lease, batch)).toMatchObject({ ok: false, code: "NOT_FOUND" });
    worker.close();
    other.close();
  });

  test("names what it does not understand and continues with what follows", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    const bad = [
      { kind: "measurement", step: 1, values: { "train/loss": "NaN" }, missing: {} },
      { kind: "measurement", step: 1, values: { "../etc": 1 }, missing: {} },
      { kind: "surprise" },
      { kind: "measurement", step: 1, values: null },
      JSON.parse('{"kind":"measurement","step":1,"values":{"train/loss":1},"__proto__":{"polluted":true}}'),
    ];
    for (const event of bad)
      expect(await worker.events(lease, [{ seq: 2, event: event as never }])).toMatchObject({ code: "INVALID" });
    for (const message of [null, 7, [], { events: [] }, { ...lease, events: "x" }])
      expect(await worker.ask("events", message)).toMatchObject({ ok: false, code: "INVALID" });
    const extreme = { "train/loss": 1e308, "train/fit": 5e-324, "train/accuracy": -0, "test/fit": -1e308 };
    expect(await worker.events(lease, numbered([measured(3, extreme), finished()], 2))).toMatchObject({ ok: true });
    const series = await server().call("runs.series", { id: lease.runId });
    expect(Object.fromEntries(series.map(({ key, values }) => [key, values[0]]))).toEqual({ ...extreme, "train/accuracy": 0 });
    worker.close();
  });

  test("joins attempts at the step the next one resumes from", async () => {
    const { runs } = await launch(server(), grid());
    const worker = await RawWorker.connect(server());
    const first = await worker.nextAssignment(runs[0].id);
    const at = (step: number, value: number) => measured(step, { "train/loss": value, [`train/nc1.ratio@${step + 1}`]: value });
    await worker.events(first, numbered([started(), at(0, 1), at(10, 1), at(20, 1), at(30, 1), ended("CRASHED", "killed")]));
    const second = await worker.nextAssignment(runs[0].id);
    expect(second.attempt).toBe(2);
    expect(await worker.events(first, numbered([at(40, 1)], 7))).toMatchObject({ code: "LEASE_LOST" });
    await worker.events(second, numbered([started(20)]));
    expect(Object.keys((await getRun(server(), runs[0].id)).last).sort()).toEqual(
      ["train/loss", ...[1, 11, 21].map((layer) => `train/nc1.ratio@${layer}`)].sort(),
    );
    await worker.events(second, numbered([at(30, 2), at(40, 2), ended("WORKER_LOST", "worker stopped")], 2));
    expect(await lossOf(server(), runs[0].id)).toMatchObject({ steps: [0, 10, 20, 30, 40], values: [1, 1, 1, 2, 2], total: 5 });
    const third = await worker.nextAssignment(runs[0].id);
    await worker.events(third, numbered([started(0), at(0, 3), at(10, 3), finished()]));
    expect(await lossOf(server(), runs[0].id)).toMatchObject({ steps: [0, 10], values: [3, 3] });
    const detail = await server().call("runs.get", { id: runs[0].id });
    expect(detail.series).toEqual([
      { key: "train/loss", points: 2 },
      { key: "train/nc1.ratio@1", points: 1 },
      { key: "train/nc1.ratio@11", points: 1 },
    ]);
    expect(detail.attempts.map(({ outcome }) => outcome?.code)).toEqual(["CRASHED", "WORKER_LOST", "FINISHED"]);
    worker.close();
  });

  test("gives a run up after three setbacks; a worker's stop is none", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    for (const end of [
      ended("WORKER_LOST", "worker stopped"),
      ended("CRASHED", "out of memory"),
      ended("CRASHED", "out of memory"),
    ]) {
      const lease = await worker.nextAssignment(runs[0].id);
      await worker.events(lease, numbered([started(), end]));
    }
    const last = await worker.nextAssignment(runs[0].id);
    expect(last.attempt).toBe(4);
    await worker.events(last, numbered([started(), ended("CRASHED", "out of memory", 7)]));
    expect(await untilStatus(server(), runs[0].id, "failed")).toMatchObject({
      failure: { code: "CRASHED", message: "out of memory" },
      step: 7,
    });
    worker.close();
  });
});

/** Whether this worker is the one the lease was given to: its heartbeat keeps it. */
async function isHolder(worker: RawWorker, lease: Parameters<RawWorker["heartbeat"]>[0][number]): Promise<boolean> {
  return (await worker.heartbeat([lease])).lost.length === 0 && worker.socket.connected;
}
