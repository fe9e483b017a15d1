import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Assignment } from "../../../contract/wire/workerProtocol.ts";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getRun, grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

const quick = { COLLAPSAR_HEARTBEAT_MS: "150", COLLAPSAR_LEASE_MS: "1200" };
const everyTen = grid({ measuring: { name: "every", steps: 10 } });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const points = (from: number, to: number) =>
  Array.from({ length: (to - from) / 10 + 1 }, (_, index) => measured(from + 10 * index));

onBothDatabases(
  "F26: a lease that ran out while nobody else has begun",
  (server) => {
    /** A run that was measured to step 100, and lost: its worker was not heard of. */
    const lost = async () => {
      const { runs } = await launch(server(), everyTen);
      const token = await makeToken(server());
      const worker = await RawWorker.connect(server(), { token });
      const lease = await worker.nextAssignment(runs[0].id);
      await worker.events(lease, numbered([started(), ...points(0, 100)]));
      return { id: lease.runId, lease, worker, token };
    };
    const rest = numbered([...points(110, 1000), finished()], 13);
    const expectUnharmed = async (id: string) => {
      expect(await untilStatus(server(), id, "finished")).toMatchObject({ attempt: 1, step: 1000 });
      const { attempts, series } = await server().call("runs.get", { id });
      expect(attempts.map(({ outcome }) => outcome?.code)).toEqual(["FINISHED"]);
      expect(series).toEqual([{ key: "train/loss", points: 101 }]);
    };

    const ways = {
      events: {
        ask: (worker: RawWorker, lease: Assignment) => worker.events(lease, numbered([measured(110)], 13)),
        answer: { ok: true, storedThrough: 13 },
      },
      "a heartbeat": {
        ask: (worker: RawWorker, lease: Assignment) => worker.heartbeat([lease]),
        answer: { lost: [], cancel: [], suspend: [] },
      },
    };
    test.each(["events", "a heartbeat"] as const)("is the worker's again by %s over the old line", async (by) => {
      const { ask, answer } = ways[by];
      const { id, lease, worker } = await lost();
      worker.silent = true;
      await untilStatus(server(), id, "queued");
      expect(await ask(worker, lease)).toEqual(answer);
      expect(await getRun(server(), id)).toMatchObject({ status: "running", attempt: 1 });
      worker.silent = false;
      // It has one slot, and its run has it: nothing else comes.
      const { runs } = await launch(server(), everyTen);
      await pause(500);
      expect(worker.assigned).toEqual([]);
      expect(await worker.events(lease, rest)).toMatchObject({ ok: true });
      await expectUnharmed(id);
      const next = await worker.nextAssignment(runs[0].id);
      await worker.events(next, numbered([started(), ...points(0, 1000), finished()]));
      worker.close();
    });

    test("becomes the worker's again with its hello, even if the run ended in the meantime", async () => {
      const { id, lease, worker, token } = await lost();
      worker.close();
      await untilStatus(server(), id, "queued");
      const back = new RawWorker(server().url, token, worker.id);
      await back.connected();
      expect(await back.hello({ holding: [leaseOf(lease)] })).toMatchObject({ ok: true, lost: [] });
      expect(await back.events(lease, rest)).toMatchObject({ ok: true });
      await expectUnharmed(id);
      back.close();
    });

    test("is not its own once another worker has begun, nor ever another worker's", async () => {
      const { id, lease, worker, token } = await lost();
      worker.close();
      await untilStatus(server(), id, "queued");
      const thief = new RawWorker(server().url, await makeToken(server()));
      await thief.connected();
      thief.answerAssign = () => ({ accepted: false, reason: "it takes none" });
      expect(await thief.hello({ holding: [leaseOf(lease)] })).toMatchObject({ ok: true, lost: [leaseOf(lease)] });
      expect(await thief.events(lease, rest)).toMatchObject({ code: "LEASE_LOST" });
      thief.close();
      const other = await RawWorker.connect(server());
      const second = await other.nextAssignment(id);
      const back = new RawWorker(server().url, token, worker.id);
      await back.connected();
      expect(await back.hello({ holding: [leaseOf(lease)] })).toMatchObject({ ok: true, lost: [leaseOf(lease)] });
      expect(await back.events(lease, rest)).toMatchObject({ code: "LEASE_LOST" });
      expect(await other.events(second, numbered([started(), ...points(0, 1000), finished()]))).toMatchObject({ ok: true });
      const { series } = await server().call("runs.get", { id });
      expect(series).toEqual([{ key: "train/loss", points: 101 }]);
      back.close();
      other.close();
    });

    test("goes to another worker at once where its own is dead, and does not wait for that one to come back", async () => {
      const { id, worker } = await lost();
      const other = await RawWorker.connect(server());
      worker.close();
      const second = await other.nextAssignment(id);
      expect(second).toMatchObject({ attempt: 2, lastStarted: 1, measuredThrough: 100 });
      await other.events(second, numbered([started(), ...points(0, 1000), finished()]));
      other.close();
    });
  },
  quick,
);

onBothDatabases(
  "F18: a worker of another version",
  (server) => {
    test("learns until when its runs are kept for it, and has them until then", async () => {
      const { runs } = await launch(server(), { ...everyTen, seeds: [0, 1] });
      const token = await makeToken(server());
      const worker = await RawWorker.connect(server(), { token, slots: 2 });
      const leases = [await worker.nextAssignment(runs[0].id), await worker.nextAssignment(runs[1].id)];
      for (const lease of leases) await worker.events(lease, numbered([started(), ...points(0, 100)]));
      worker.close();
      const old = new RawWorker(server().url, token, worker.id);
      await old.connected();
      const holding = leases.map(leaseOf);
      const answer = await old.hello({ protocol: 5, holding, somethingOld: true });
      expect(answer).toMatchObject({ ok: false, code: "PROTOCOL_MISMATCH" });
      const message = (answer as { message: string }).message;
      expect(message).toMatch(
        /^This worker speaks version 5 of the protocol, the server version 6: install the same Collapsar on both\. /,
      );
      const until = /2 runs are kept for it until (\d{4}-\d\d-\d\d \d\d:\d\d) UTC/.exec(message)?.[1];
      const minutes = (Date.parse(`${until?.replace(" ", "T")}Z`) - Date.now()) / 60_000;
      expect(Math.round(minutes / 10)).toBe(6);
      old.close();
      await pause(4_000); // more than three leases
      for (const { runId } of leases) expect(await getRun(server(), runId)).toMatchObject({ status: "running", attempt: 1 });
      // Who cancels a run does not wait for an upgrade.
      await server().call("runs.cancel", { id: leases[1].runId });
      await untilStatus(server(), leases[1].runId, "cancelled");
      const upgraded = new RawWorker(server().url, token, worker.id);
      await upgraded.connected();
      expect(await upgraded.hello({ slots: 2, holding })).toMatchObject({ ok: true, lost: [holding[1]] });
      expect(await upgraded.events(leases[0], numbered([...points(110, 1000), finished()], 13))).toMatchObject({ ok: true });
      expect(await getRun(server(), leases[0].runId)).toMatchObject({ status: "finished", attempt: 1 });
      upgraded.close();
    });

    test("that holds nothing learns so", async () => {
      const worker = new RawWorker(server().url, await makeToken(server()));
      await worker.connected();
      expect(await worker.hello({ protocol: 1 })).toMatchObject({ message: expect.stringContaining("It holds no run.") });
      const foreign = { runId: worker.id, attempt: 1, lease: "x".repeat(24) };
      expect(await worker.hello({ protocol: 1, holding: [foreign] })).toMatchObject({
        message: expect.stringContaining("1 of its runs no longer belongs to it."),
      });
      worker.close();
    });
  },
  quick,
);

describe("F9: a database whose clock is set", () => {
  let postgres: TestPostgres;
  let server: TestServer;
  let client: pg.Client;
  const setClock = (offset: string) => client.query("update shifted.clock set by = $1::interval", [offset]);
  beforeAll(async () => {
    postgres = await startPostgres();
    client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`
      create schema shifted;
      create table shifted.clock (by interval not null);
      insert into shifted.clock values ('0');
      create function shifted.clock_timestamp() returns timestamptz language sql volatile
        as $$ select pg_catalog.clock_timestamp() + by from shifted.clock $$`);
    const { rows } = await client.query("select current_database() as name");
    await client.query(`alter database "${rows[0].name}" set search_path to public, shifted, pg_catalog`);
    server = await TestServer.start({ databaseUrl: postgres.url, env: quick });
  });
  afterAll(async () => {
    await server?.stop();
    await client?.end();
    await postgres?.stop();
  });

  test.each(["1 day", "-1 day"])(
    "by %s takes no run from a worker that is there, and one that dies is noticed all the same",
    async (by) => {
      const { runs } = await launch(server, { ...everyTen, seeds: [0, 1] });
      const [alive, dying] = [await RawWorker.connect(server), await RawWorker.connect(server)];
      const leases = await Promise.all([alive.nextAssignment(), dying.nextAssignment()]);
      expect(leases.map(({ runId }) => runId).sort()).toEqual(runs.map(({ id }) => id).sort());
      for (const [at, worker] of [alive, dying].entries())
        await worker.events(leases[at], numbered([started(), ...points(0, 100)]));
      await setClock(by);
      await pause(3_000); // more than two leases
      for (const { runId } of leases) expect(await getRun(server, runId)).toMatchObject({ status: "running", attempt: 1 });
      dying.close();
      await untilStatus(server, leases[1].runId, "queued");
      expect(await alive.events(leases[0], numbered([...points(110, 1000), finished()], 13))).toMatchObject({ ok: true });
      const again = await alive.nextAssignment(leases[1].runId);
      await alive.events(again, numbered([started(), ...points(0, 1000), finished()]));
      alive.close();
      await setClock("0");
    },
  );
});
