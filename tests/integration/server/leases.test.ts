import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import { workerProtocolVersion } from "../../../contract/wire/workerProtocol.ts";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { slowness } from "../../support/processes/workerProcess.ts";

onBothDatabases("Leases", (server) => {
  test("gives a run to an idle worker at once", async () => {
    const worker = await RawWorker.connect(server());
    const times: number[] = [];
    for (let i = 0; i < 10; i++) {
      const asked = performance.now();
      const { runs } = await launch(server());
      const lease = await worker.nextAssignment(runs[0].id);
      times.push(performance.now() - asked);
      await worker.events(lease, numbered([started(), finished()]));
    }
    const median = times.sort((a, b) => a - b)[5];
    console.log(`launch to worker: median ${median.toFixed(0)} ms, worst ${times.at(-1)!.toFixed(0)} ms`);
    expect(median).toBeLessThan(2_000 * slowness());
    worker.close();
  });

  test("F3: queues a run again when its lease runs out, gives it to another worker, and refuses the zombie; a late cancel ends too", async () => {
    const { runs } = await launch(server(), grid({ seeds: [0, 1] }));
    const zombie = await RawWorker.connect(server(), { slots: 2 });
    const [first, second] = [await zombie.nextAssignment(runs[0].id), await zombie.nextAssignment(runs[1].id)];
    await zombie.events(first, numbered([started(), measured(0)]));
    await zombie.events(second, numbered([started()]));
    await server().call("runs.cancel", { id: runs[1].id });
    const lostAt = performance.now();
    zombie.silent = true; // its connection stays open
    await untilStatus(server(), runs[0].id, "queued");
    const noticedMs = performance.now() - lostAt;
    console.log(`lost worker noticed after ${(noticedMs / 1000).toFixed(1)} s`);
    expect(noticedMs).toBeLessThan(20_000 * slowness());
    await untilStatus(server(), runs[1].id, "cancelled");
    const other = await RawWorker.connect(server());
    const again = await other.nextAssignment(runs[0].id);
    expect(again.attempt).toBe(2);
    expect(await zombie.events(first, numbered([measured(1)], 3))).toMatchObject({ code: "LEASE_LOST" });
    zombie.silent = false;
    expect((await zombie.heartbeat([first])).lost).toEqual([leaseOf(first)]);
    expect(await other.events(again, numbered([started(), finished()]))).toMatchObject({ ok: true });
    zombie.close();
    other.close();
  });

  test("keeps the runs of a worker that reconnects, and takes back those it forgot", async () => {
    const { runs } = await launch(server(), grid({ seeds: [0, 1] }));
    const token = await makeToken(server());
    const before = await RawWorker.connect(server(), { slots: 2, token });
    const kept = await before.nextAssignment(runs[0].id);
    const forgotten = await before.nextAssignment(runs[1].id);
    await before.events(kept, numbered([started(), measured(0)]));
    before.close();
    const after = new RawWorker(server().url, token, before.id);
    await after.connected();
    const foreign = { runId: randomUUID(), attempt: 1, lease: "y".repeat(32) };
    expect(await after.hello({ slots: 2, holding: [leaseOf(kept), foreign] })).toMatchObject({ ok: true, lost: [foreign] });
    expect(await after.events(kept, numbered([measured(1), finished()], 3))).toMatchObject({ ok: true });
    const again = await after.nextAssignment(runs[1].id);
    expect(again).toMatchObject({ attempt: 2 });
    expect(again.lease).not.toBe(forgotten.lease);
    await after.events(again, numbered([started(), finished()]));
    after.close();
  });

  test("puts back a run that a worker refuses, without counting it", async () => {
    const { runs } = await launch(server());
    const worker = new RawWorker(server().url, await makeToken(server()));
    await worker.connected();
    worker.answerAssign = ({ attempt }) => (attempt < 3 ? { accepted: false, reason: "no room" } : { accepted: true });
    await worker.hello();
    const lease = await worker.nextAssignment(runs[0].id);
    expect(lease.attempt).toBe(3);
    await worker.events(lease, numbered([started(), ended("DATASET_UNAVAILABLE", "no such folder")]));
    expect(await untilStatus(server(), runs[0].id, "failed")).toMatchObject({ failure: { code: "DATASET_UNAVAILABLE" } });
    worker.close();
  });

  test("tells a later attempt what its run was trained on, and keeps a request to start over until an attempt starts", async () => {
    const { runs } = await launch(server());
    const { id } = runs[0];
    const worker = await RawWorker.connect(server());
    const first = await worker.nextAssignment(id);
    expect(first).not.toHaveProperty("trainedOn");
    const begun = started();
    if (begun.kind !== "started") throw new Error("not a start");
    const on = (hash: string): RunEvent => ({ ...begun, dataset: { ...begun.dataset, hash } });
    await worker.events(first, numbered([on("aa"), measured(0), ended("WORKER_LOST", "worker stopped")]));
    const second = await worker.nextAssignment(id);
    expect(second).toMatchObject({ attempt: 2, lastStarted: 1, trainedOn: { attempt: 1, hash: "aa" } });
    // Other data are no crash: the run ends at once, and is not tried again.
    await worker.events(second, numbered([ended("DATASET_CHANGED", "aa was, bb is")]));
    expect(await untilStatus(server(), id, "failed")).toMatchObject({ attempt: 2, failure: { code: "DATASET_CHANGED" } });
    await server().call("runs.again", { id });
    const third = await worker.nextAssignment(id);
    expect(third).toMatchObject({ attempt: 3, trainedOn: { attempt: 1, hash: "aa" } });
    expect(third).not.toHaveProperty("fromStart");
    await worker.events(third, numbered([ended("DATASET_CHANGED", "aa was, bb is")]));
    await untilStatus(server(), id, "failed");
    await server().call("runs.again", { id, fromStart: true });
    const lost = await worker.nextAssignment(id);
    expect(lost).toMatchObject({ attempt: 4, fromStart: true });
    expect(lost).not.toHaveProperty("trainedOn");
    await worker.events(lost, numbered([ended("WORKER_LOST", "worker stopped")]));
    const fifth = await worker.nextAssignment(id);
    expect(fifth).toMatchObject({ attempt: 5, fromStart: true });
    await worker.events(fifth, numbered([on("bb"), measured(0), ended("WORKER_LOST", "worker stopped")]));
    const sixth = await worker.nextAssignment(id);
    expect(sixth).toMatchObject({ attempt: 6, trainedOn: { attempt: 5, hash: "bb" } });
    expect(sixth).not.toHaveProperty("fromStart");
    await worker.events(sixth, numbered([on("bb"), finished()]));
    expect(await untilStatus(server(), id, "finished")).toMatchObject({ dataHash: "bb" });
    worker.close();
  });

  test("turns away other versions, unknown and revoked tokens, and another token's worker", async () => {
    const created = await makeToken(server());
    const worker = new RawWorker(server().url, created);
    await worker.connected();
    for (const protocol of [workerProtocolVersion - 1, workerProtocolVersion + 1]) {
      const message = expect.stringContaining(
        `version ${protocol} of the protocol, the server version ${workerProtocolVersion}:`,
      );
      expect(await worker.hello({ protocol })).toEqual({ ok: false, code: "PROTOCOL_MISMATCH", message });
    }
    expect(await worker.hello({ slots: "many" })).toMatchObject({ ok: false, code: "INVALID" });
    expect(await worker.hello()).toMatchObject({ ok: true });
    await expect(new RawWorker(server().url, "forged").connected()).rejects.toThrow("websocket error");
    const thief = new RawWorker(server().url, await makeToken(server()), worker.id);
    await thief.connected();
    expect(await thief.hello()).toMatchObject({ ok: false, code: "NOT_ALLOWED" });
    const tokens = await server().call("workers.tokens");
    const used = tokens.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).at(-2)!;
    const gone = new Promise((resolve) => worker.socket.once("disconnect", resolve));
    await server().call("workers.revokeToken", { id: used.id });
    await gone;
    await expect(new RawWorker(server().url, created).connected()).rejects.toThrow("websocket error");
    thief.close();
  });
});
