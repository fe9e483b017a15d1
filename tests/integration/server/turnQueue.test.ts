import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterEach, describe, expect, test } from "vitest";
import { launchInput } from "../../../contract/config/experimentConfig.ts";
import { noCounts } from "../../../contract/status.ts";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { insertExperiment } from "../../../db/queries/experiments.ts";
import { insertRuns, listUndelivered } from "../../../db/queries/runs.ts";
import { countAhead } from "../../../db/queries/turns.ts";
import { makeRuns } from "../../../server/services/experiments/makeRuns.ts";
import { type Delivery, RunQueue } from "../../../server/supervisor/runQueue.ts";
import { grid } from "../../support/builders/studies.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { startPostgres } from "../../support/processes/postgres.ts";

const range = (count: number) => Array.from({ length: count }, (_, at) => at);

describe.each(["embedded", "external"] as const)("The queue of runs (%s database)", (kind) => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function open(): Promise<Database> {
    const dataDir = mkdtempSync(join(tmpdir(), "collapsar-turns-"));
    ends.push(async () => rmSync(dataDir, { recursive: true, force: true }));
    const postgres = kind === "external" ? await startPostgres() : null;
    if (postgres) ends.push(postgres.stop);
    else await copyFreshDatabase(dataDir);
    const database = await openDatabase({ dataDir, url: postgres?.url ?? null }, (error) => {
      throw error;
    });
    ends.push(() => database.close());
    return database;
  }

  async function start(database: Database): Promise<RunQueue> {
    const queue = new RunQueue(database);
    await queue.start();
    ends.push(() => queue.stop());
    return queue;
  }

  async function store(database: Database, memberId: string | null, count: number) {
    const { config } = launchInput.parse({ name: "turns", config: grid({ seeds: range(count) }) });
    const id = randomUUID();
    await insertExperiment(database.orm, {
      ...{ id, name: "turns", note: "", tags: [], config },
      ...{ counts: { ...noCounts, queued: count }, launchedById: memberId },
    });
    return { id, runs: await insertRuns(database.orm, makeRuns(id, config)) };
  }

  /** A study of this person, queued. @returns its runs' ids in their order */
  async function launch(database: Database, queue: RunQueue, memberId: string | null, count: number): Promise<string[]> {
    await queue.open(memberId);
    const { runs } = await store(database, memberId, count);
    await database.transaction((tx) => queue.add(tx, runs, 0));
    return runs.map((run) => run.id);
  }
  const of = (deliveries: Delivery[], runIds: string[]) => deliveries.filter(({ runId }) => runIds.includes(runId)).length;

  test("two servers that take at once give each person the same, and no run twice", async () => {
    const database = await open();
    const [one, other] = [await start(database), await start(database)];
    const pia = await launch(database, one, randomUUID(), 60);
    const quin = await launch(database, other, randomUUID(), 60);
    const all: Delivery[] = [];
    for (const count of [3, 1, 2, 5, 1]) {
      const taken = (await Promise.all([one.take(count), other.take(count)])).flat();
      expect(taken).toHaveLength(2 * count);
      all.push(...taken);
      expect([of(all, pia), of(all, quin)]).toEqual([all.length / 2, all.length / 2]);
    }
    expect(new Set(all.map(({ runId }) => runId)).size).toBe(24);
  });

  test("whoever has no more leaves the rest to the others, within one look", async () => {
    const database = await open();
    const queue = await start(database);
    const pia = await launch(database, queue, randomUUID(), 60);
    const quin = await launch(database, queue, randomUUID(), 2);
    const taken = await queue.take(10);
    expect([of(taken, pia), of(taken, quin)]).toEqual([8, 2]);
    // In turn, not one after the other.
    expect(
      taken
        .slice(0, 4)
        .map(({ runId }) => quin.includes(runId))
        .filter(Boolean),
    ).toHaveLength(2);
  });

  test("a run that is delivered again while it is given out has had its turn, one that finds no place has not", async () => {
    const database = await open();
    const queue = await start(database);
    const people = [await launch(database, queue, randomUUID(), 4), await launch(database, queue, randomUUID(), 4)];
    const given = new Set<string>();
    const turns: number[] = [];
    /** Takes one, puts it into the queue once more, and then gives it out or finds no place. */
    async function next(isPlaced: boolean): Promise<void> {
      const delivery = (await queue.take(1))[0] as Delivery;
      if (given.has(delivery.runId)) {
        queue.wasGone(delivery.runId);
        await queue.done([delivery]);
        return next(isPlaced);
      }
      turns.push(people.findIndex((runIds) => runIds.includes(delivery.runId)));
      const undelivered = await listUndelivered(database.orm);
      expect(undelivered.map(({ id }) => id)).toEqual([delivery.runId]);
      if (!isPlaced) queue.foundNoPlace(delivery.runId);
      await database.transaction((tx) => queue.add(tx, undelivered, 0));
      if (isPlaced) {
        await database.orm.execute(sql`update runs set status = 'finished' where id = ${delivery.runId}::uuid`);
        given.add(delivery.runId);
      }
      await queue.done([delivery]);
    }
    for (const isPlaced of [true, true, false, true, true]) await next(isPlaced);
    const [first] = turns as [number];
    expect(turns).toEqual([first, 1 - first, first, first, 1 - first]);
  });

  test("what an earlier version queued is in the owner's share", async () => {
    const database = await open();
    const before = await start(database);
    const { runs } = await store(database, null, 20);
    const old = runs.map((run) => run.id);
    // As it was: no person, the priority by the ordinal alone, and no table of turns until the migration has made it.
    await before.stop();
    for (const run of runs)
      await database.orm.execute(sql`insert into queue.job (name, data, priority, policy, retry_limit, expire_seconds, deletion_seconds, keep_until)
        values ('runs', ${JSON.stringify({ runId: run.id })}::jsonb, ${-run.ordinal}::int, 'standard', 1000, 60, 3600, now() + interval '1 year')`);
    await database.orm.execute(sql`delete from turns`);
    const queue = await start(database);
    const pia = await launch(database, queue, randomUUID(), 20);
    const owner = await launch(database, queue, null, 20);
    const taken = await queue.take(12);
    expect([of(taken, pia), of(taken, old) + of(taken, owner)]).toEqual([6, 6]);
    const isOf = (ids: string[]) => taken.filter(({ runId }) => ids.includes(runId)).map(({ runId }) => ids.indexOf(runId));
    expect([isOf(old).sort(), isOf(owner).sort(), isOf(pia).sort()]).toEqual([[0, 1, 2], [0, 1, 2], range(6)]);
  });

  test("says how many runs of the same person go first", async () => {
    const database = await open();
    const queue = await start(database);
    await queue.open(null);
    const first = await store(database, null, 5);
    const second = await store(database, null, 4);
    await store(database, randomUUID(), 9);
    const prioritize = (id: string, priority: string) =>
      database.orm.execute(sql`update experiments set priority = ${priority} where id = ${id}::uuid`);
    expect(await countAhead(database.orm, second.id)).toBe(0);
    await database.orm.execute(sql`update runs set status = 'finished' where experiment_id = ${second.id}::uuid and ordinal < 2`);
    expect(await countAhead(database.orm, second.id)).toBe(2);
    await prioritize(second.id, "high");
    expect(await countAhead(database.orm, second.id)).toBe(0);
    expect(await countAhead(database.orm, first.id)).toBe(2);
    await prioritize(first.id, "low");
    await prioritize(second.id, "low");
    expect([await countAhead(database.orm, first.id), await countAhead(database.orm, second.id)]).toEqual([0, 2]);
    await prioritize(second.id, "normal");
    expect([await countAhead(database.orm, first.id), await countAhead(database.orm, second.id)]).toEqual([2, 0]);
  });
});
