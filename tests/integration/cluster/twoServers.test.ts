import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getRun, grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

const leaseMs = 6_000;
const env = { COLLAPSAR_HEARTBEAT_MS: "500", COLLAPSAR_LEASE_MS: String(leaseMs) };

describe("Two servers on one database", () => {
  let postgres: TestPostgres;
  let [a, b]: TestServer[] = [];
  let token: string;
  const workers: RawWorker[] = [];
  const start = () => TestServer.start({ databaseUrl: postgres.url, env });
  const connect = async (server: TestServer, about: Parameters<typeof RawWorker.connect>[1] = {}) => {
    const worker = await RawWorker.connect(server, { token, ...about });
    workers.push(worker);
    return worker;
  };
  const query = async (text: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.end();
    }
  };
  const viewOf = async (server: TestServer, { id }: RawWorker) =>
    (await server.call("workers.list")).find((worker) => worker.id === id) ?? null;
  const isConnected = async (server: TestServer, worker: RawWorker) => (await viewOf(server, worker))?.connected ?? false;
  const attemptsOf = async (server: TestServer, id: string) => (await server.call("runs.get", { id })).attempts;
  const answers = (server: TestServer) =>
    server.call("about.program").then(
      () => true,
      () => false,
    );
  const leads = ({ output }: TestServer) => (output.match(/This server leads/g) ?? []).length;

  beforeAll(async () => {
    postgres = await startPostgres();
    // At once: one of them makes the tables, the other waits for it.
    [a, b] = await Promise.all([start(), start()]);
    token = await makeToken(a);
  });
  afterAll(async () => {
    await Promise.all([a, b].map((server) => server?.stop()));
    await postgres?.stop();
  });
  beforeEach(async () => {
    await query("update runs set status = 'cancelled', lease = null where status in ('queued', 'leased', 'running')");
    // One killed by a test is there again.
    if (!(await answers(a))) a = await start();
    if (!(await answers(b))) b = await start();
  });
  afterEach(() => {
    for (const worker of workers.splice(0)) worker.close();
  });

  test("started at once, both run on the same tables, with the recordings once, and one of them leads", async () => {
    await until("one leads", () => leads(a) + leads(b) > 0);
    expect(leads(a) + leads(b)).toBe(1);
    const rows = (await a.call("experiments.list", {})).rows;
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    const { rows: servers } = await query("select host, pid, version, protocol from servers where stopped_at is null");
    expect(servers.map(({ pid }) => pid).sort()).toEqual([a.pid, b.pid].sort());
    expect(servers.map(({ protocol }) => protocol)).toEqual([6, 6]);
  });

  test("each know the other's workers: what they are, that they are there, how they are used, and that they go", async () => {
    const worker = await connect(b, { slots: 3, devices: ["cpu"] });
    await until("the other server knows it", () => isConnected(a, worker), 10_000);
    await until("its heartbeats are told", async () => (await viewOf(a, worker))?.system !== null, 10_000);
    expect(await viewOf(a, worker)).toMatchObject({ slots: 3, devices: ["cpu"], system: { cpu: 0.5, memoryUsedBytes: 1 } });
    worker.close();
    await until("the other server knows that it has gone", async () => !(await isConnected(a, worker)), 10_000);
  });

  test("give a run, launched at one, to a worker of the other; a cancel at the one reaches it within 2 s", async () => {
    const worker = await connect(b);
    const { runs } = await launch(a);
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    // Its heartbeats would be told as well: what comes is the message alone.
    worker.silent = true;
    await a.call("runs.cancel", { id: runs[0].id });
    expect(await worker.nextCancel(2_000)).toMatchObject({ runId: runs[0].id, attempt: 1 });
    expect(worker.cancels).toEqual([]);
    await worker.events(lease, numbered([{ kind: "ended", code: "CANCELLED", message: "cancelled", step: 1 }], 2));
    await untilStatus(a, runs[0].id, "cancelled");
  });

  test("end a cancelled run whose worker does not stop it, wherever that is, and free its slot", async () => {
    const worker = await connect(b);
    const { runs } = await launch(a);
    await worker.nextAssignment(runs[0].id);
    await a.call("runs.cancel", { id: runs[0].id });
    await untilStatus(a, runs[0].id, "cancelled", 60_000);
    const next = await launch(a);
    await worker.nextAssignment(next.runs[0].id);
  });

  test("pause a run of the other's worker", async () => {
    const worker = await connect(b);
    const { runs } = await launch(a);
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    worker.silent = true;
    await a.call("runs.pause", { id: runs[0].id });
    expect(await worker.nextSuspend(2_000)).toMatchObject({ runId: runs[0].id, attempt: 1 });
  });

  test("keep an attempt whose worker moves from one to the other, and hang up on its former connection", async () => {
    const worker = await connect(a, { slots: 2 });
    const { runs } = await launch(b);
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), measured(1)]));
    const hungUp = new Promise((resolve) => worker.socket.once("disconnect", resolve));
    const moved = await connect(b, { id: worker.id, slots: 2, holding: [leaseOf(lease)] });
    moved.held = [leaseOf(lease)];
    await hungUp;
    await until("the first server knows where it is", () => isConnected(a, moved), 10_000);
    expect(await moved.events(lease, numbered([measured(2), finished()], 3))).toEqual({ ok: true, storedThrough: 4 });
    expect((await untilStatus(a, runs[0].id, "finished")).attempt).toBe(1);
    // Its second slot and the freed one are the second server's to give.
    const next = await launch(a, grid({ seeds: [1, 2] }));
    for (const { id } of next.runs) await moved.nextAssignment(id);
  });

  test("hand a run over to the server whose worker has its data, though the own one is idle", async () => {
    const set = (available: boolean) => [{ id: "mnist" as const, available, detail: "test" }];
    const without = await connect(a, { datasets: set(false) });
    const having = await connect(b, { datasets: set(true) });
    await until("each knows both", async () => (await isConnected(a, having)) && (await isConnected(b, without)), 10_000);
    const study = await launch(a, grid({ datasets: [datasetConfig.parse({ id: "mnist" })] }));
    const lease = await having.nextAssignment(study.runs[0].id, 15_000);
    expect(lease.attempt).toBe(1);
    expect(without.assigned).toEqual([]);
  });

  test("let a worker be drained and resumed at the one it is not connected to", async () => {
    const worker = await connect(b);
    await a.call("workers.drain", { id: worker.id, drained: true });
    await until("its server knows", async () => (await viewOf(b, worker))?.drained === true);
    const { runs } = await launch(a);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await getRun(a, runs[0].id)).status).toBe("queued");
    await a.call("workers.drain", { id: worker.id, drained: false });
    await worker.nextAssignment(runs[0].id, 15_000);
  });

  test("hang up on a worker whose token is revoked at the other", async () => {
    const own = await makeToken(a);
    const worker = await connect(b, { token: own });
    const hungUp = new Promise((resolve) => worker.socket.once("disconnect", resolve));
    const tokens = await a.call("workers.tokens");
    await a.call("workers.revokeToken", { id: tokens.at(-1)!.id });
    await hungUp;
  });

  test("do not hang up on a worker that has come back since another server told of it", async () => {
    const worker = await connect(b);
    const [{ id }] = (await query("select id from servers where pid = $1 and stopped_at is null", [a.pid])).rows;
    const late = JSON.stringify({ kind: "workerArrived", payload: { workerId: worker.id } });
    await query("select pg_notify('collapsar', $1)", [`${id} 1 0 1 ${late}`]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(worker.socket.connected).toBe(true);
  });

  test("fail no run that never reached its worker, however often", async () => {
    const identity = { instance: "33333333-3333-4333-8333-333333333333", greeting: null };
    const { runs } = await launch(a);
    let worker = await connect(a, { identity });
    const { id } = worker;
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect((await worker.nextAssignment(runs[0].id, 20_000)).attempt).toBe(attempt);
      worker.close();
      worker = await connect(attempt % 2 === 0 ? a : b, { id, identity });
    }
    expect((await worker.nextAssignment(runs[0].id, 20_000)).attempt).toBe(6);
    const outcomes = (await attemptsOf(a, runs[0].id)).map(({ outcome }) => outcome?.message ?? null);
    expect(outcomes).toEqual([...Array(5).fill("The worker came back without it."), null]);
  });

  test("refuse a copy of a worker's folder that is connected to the other", async () => {
    const instances = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
    const worker = await connect(b, { identity: { instance: instances[0], greeting: null } });
    await until("the other server knows it", () => isConnected(a, worker), 10_000);
    const copy = new RawWorker(a.url, token, worker.id);
    workers.push(copy);
    await copy.connected();
    expect(await copy.hello({ identity: { instance: instances[1], greeting: null } })).toMatchObject({
      ok: false,
      code: "IN_USE",
    });
    expect(worker.socket.connected).toBe(true);
  });

  test("work on where the connections between them are cut, as a run launched at the one for the other's worker shows", async () => {
    const worker = await connect(b);
    await query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'collapsar %'");
    const { runs } = await launch(a);
    const lease = await worker.nextAssignment(runs[0].id, 15_000);
    await worker.events(lease, numbered([started()]));
    await a.call("runs.cancel", { id: runs[0].id });
    expect(await worker.nextCancel(10_000)).toMatchObject({ runId: runs[0].id });
    const [again] = (await launch(a)).runs;
    await worker.events(lease, numbered([{ kind: "ended", code: "CANCELLED", message: "cancelled", step: 1 }], 2));
    await worker.nextAssignment(again.id, 15_000);
  });

  test("take over from one that is killed: its worker keeps its attempt at the other, and one that does not come back loses its own", async () => {
    const [moving, lost] = [await connect(a), await connect(a)];
    const { runs } = await launch(a, grid({ seeds: [1, 2] }));
    const kept = await moving.nextAssignment();
    const other = await lost.nextAssignment();
    expect([kept.runId, other.runId].sort()).toEqual(runs.map(({ id }) => id).sort());
    for (const [worker, lease] of [
      [moving, kept],
      [lost, other],
    ] as const)
      await worker.events(lease, numbered([started(), measured(1)]));
    await a.kill();
    const moved = await connect(b, { id: moving.id, holding: [leaseOf(kept)] });
    moved.held = [leaseOf(kept)];
    await until("the other one leads", () => leads(b) > 0, 20_000);
    const spare = await connect(b);
    const again = await spare.nextAssignment(other.runId, 60_000);
    expect(again.attempt).toBe(2);
    expect(await moved.events(kept, numbered([measured(2), finished()], 3))).toEqual({ ok: true, storedThrough: 4 });
    expect((await untilStatus(b, kept.runId, "finished")).attempt).toBe(1);
    expect((await attemptsOf(b, other.runId)).map(({ outcome }) => outcome?.code ?? null)).toEqual(["WORKER_LOST", null]);
  });

  test("extend no lease for the restart of one: workers were heard by the other", async () => {
    const worker = await connect(b);
    const { runs } = await launch(b);
    await worker.nextAssignment(runs[0].id);
    worker.close();
    await query("update runs set lease_until = now() + interval '1 hour' where id = $1", [runs[0].id]);
    const stored = async () => (await query("select lease_until, lease from runs where id = $1", [runs[0].id])).rows[0];
    const before = await stored();
    await a.stop();
    a = await start();
    await until("one leads", () => leads(a) + leads(b) > 0);
    await new Promise((resolve) => setTimeout(resolve, leaseMs / 2));
    expect(await stored()).toEqual(before);
  });

  test("follow another leader while the first one is frozen for longer than a lease; it does no harm when it wakes", async () => {
    await until("one leads", () => leads(a) + leads(b) > 0);
    const [{ pid }] = (
      await query("select pid from servers where looked_at is not null and stopped_at is null order by looked_at desc limit 1")
    ).rows;
    const [leader, other] = a.pid === pid ? [a, b] : [b, a];
    const before = leads(other);
    const [held, lost] = [await connect(other), await connect(other)];
    const { runs } = await launch(other, grid({ seeds: [1, 2] }));
    const [keptLease, lostLease] = [await held.nextAssignment(), await lost.nextAssignment()];
    await held.events(keptLease, numbered([started()]));
    await lost.events(lostLease, numbered([started()]));
    process.kill(leader.pid, "SIGSTOP");
    try {
      lost.close();
      await until("the other one leads", () => leads(other) > before, 20_000);
      await until(
        "the lost lease has ended",
        async () =>
          (await getRun(other, lostLease.runId)).attempt === 1 && (await attemptsOf(other, lostLease.runId))[0].endedAt !== null,
        30_000,
      );
      await new Promise((resolve) => setTimeout(resolve, leaseMs));
    } finally {
      process.kill(leader.pid, "SIGCONT");
    }
    await until(
      "the woken one knows that it no longer leads",
      () => leader.output.includes("This server no longer leads."),
      20_000,
    );
    await new Promise((resolve) => setTimeout(resolve, leaseMs / 2));
    expect(await held.events(keptLease, numbered([measured(1), finished()], 2))).toEqual({ ok: true, storedThrough: 3 });
    expect((await untilStatus(leader, keptLease.runId, "finished")).attempt).toBe(1);
    expect(runs.map(({ id }) => id)).toContain(keptLease.runId);
  });
});
