import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ExperimentConfig, launchInput } from "../../../contract/config/experimentConfig.ts";
import type { Priority } from "../../../contract/priority.ts";
import { noCounts } from "../../../contract/status.ts";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { insertExperiment } from "../../../db/queries/experiments.ts";
import { countWaiting, listCompanions, lockLead } from "../../../db/queries/packs.ts";
import { insertRuns } from "../../../db/queries/runs.ts";
import { makeRuns } from "../../../server/services/experiments/makeRuns.ts";
import { claimPack, largestPack, type PackClaim } from "../../../server/supervisor/claimPack.ts";
import { RunQueue } from "../../../server/supervisor/runQueue.ts";
import { grid } from "../../support/builders/studies.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { startPostgres } from "../../support/processes/postgres.ts";
import { planOf, recordStatements } from "../../support/processes/statements.ts";

const range = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

test("a run that crashed in a pack of 8 comes with at most 3 others, and then alone", () => {
  const sizes = [0, 1, 2].map((failedAttempts) => largestPack({ failedAttempts, packRuns: 8, packLimit: null }));
  expect(sizes).toEqual([Number.POSITIVE_INFINITY, 4, 1]);
  expect(largestPack({ failedAttempts: 1, packRuns: 1, packLimit: null })).toBe(1);
  expect(largestPack({ failedAttempts: 0, packRuns: 8, packLimit: 4 })).toBe(4);
  expect(largestPack({ failedAttempts: 1, packRuns: 8, packLimit: 1 })).toBe(1);
});

describe.each(["embedded", "external"] as const)("Runs that are claimed together (%s database)", (kind) => {
  const ends: (() => Promise<unknown>)[] = [];
  const databases: Database[] = [];
  let queue: RunQueue;
  const orm = () => databases[0]!.orm;

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "collapsar-packs-"));
    ends.push(async () => rmSync(dataDir, { recursive: true, force: true }));
    const postgres = kind === "external" ? await startPostgres() : null;
    if (postgres) ends.push(postgres.stop);
    else await copyFreshDatabase(dataDir);
    // Two servers of one database, where it can have two.
    for (const folder of kind === "external" ? ["a", "b"] : [""]) {
      const database = await openDatabase({ dataDir: join(dataDir, folder), url: postgres?.url ?? null }, (error) => {
        throw error;
      });
      ends.push(() => database.close());
      databases.push(database);
    }
    queue = new RunQueue(databases[0]!);
    await queue.start();
    ends.push(() => queue.stop());
  });
  afterAll(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  beforeEach(async () => {
    await orm().execute(sql`delete from experiments`);
    await orm().execute(sql`delete from queue.job`);
  });

  async function launch(change: Partial<ExperimentConfig>, memberId: string | null = null, priority: Priority = "normal") {
    const { config } = launchInput.parse({ name: "packs", config: grid(change) });
    const id = randomUUID() as string;
    await insertExperiment(orm(), {
      ...{ id, name: "packs", note: "", tags: [], config, priority },
      ...{ counts: noCounts, status: "queued" as const, launchedById: memberId },
    });
    await queue.open(memberId);
    const runs = await insertRuns(orm(), makeRuns(id, config));
    await databases[0]!.transaction((tx) => queue.add(tx, runs, 0));
    return { id, runs: runs.sort((a, b) => a.ordinal - b.ordinal).map((run) => run.id) };
  }

  const claimOf = (change: Partial<PackClaim> = {}): PackClaim => ({
    worker: { id: randomUUID(), name: "raw" },
    ...{ most: 8, freeSlots: 1, leaseMs: 60_000 },
    leaseOf: () => randomUUID(),
    elsewhere: [],
    mayJoin: () => true,
    dropDeliveries: (tx, memberId, runs) => queue.drop(tx, memberId, runs),
    ...change,
  });
  const claim = (runId: string, change: Partial<PackClaim> = {}, database = databases[0]!) =>
    database.transaction((tx) => claimPack(tx, runId, claimOf(change)));
  const idsOf = ({ runs }: Awaited<ReturnType<typeof claim>>) => runs.map(({ runId }) => runId);
  const set = (ids: string[], change: ReturnType<typeof sql>) =>
    orm().execute(sql`update runs set ${change} where id = any(${sql.param(ids)}::uuid[])`);
  const waitingJobs = async () => {
    const result = await orm().execute<{ id: string }>(
      sql`select data->>'runId' as id from queue.job where state < 'active' order by priority desc`,
    );
    return result.rows.map(({ id }) => id);
  };

  test("are of one key, in the order of the queue, each with a lease and an attempt of its own", async () => {
    const { runs } = await launch({ seeds: range(3), depths: [2, 3] });
    // Seeds slowest: depth 2 is at 0, 2, 4.
    const claimed = await claim(runs[0]!);
    expect(idsOf(claimed)).toEqual([runs[0], runs[2], runs[4]]);
    expect(claimed.pack).toEqual({ id: expect.any(String), runs: 3 });
    expect(new Set(claimed.runs.map(({ lease }) => lease)).size).toBe(3);
    const rows = await orm().execute(sql`
      select r.status, r.attempt, r.pack_id, r.pack_runs, a.number, a.lease = r.lease as same from runs r
      join attempts a on a.run_id = r.id order by r.ordinal`);
    const one = { status: "leased", attempt: 1, pack_id: claimed.pack!.id, pack_runs: 3, number: 1, same: true };
    expect(rows.rows).toEqual([one, one, one]);
    // What goes along is not delivered any more; the lead's own delivery is whoever fetched it's.
    expect(await waitingJobs()).toEqual([runs[0], runs[1], runs[3], runs[5]]);
  });

  test("are no more than fit, and none of another launcher", async () => {
    const pia = randomUUID();
    const { runs } = await launch({ seeds: range(20) }, pia);
    await launch({ seeds: range(20) }, randomUUID());
    expect(idsOf(await claim(runs[5]!, { most: 8 }))).toEqual(runs.slice(0, 8));
    expect(idsOf(await claim(runs[8]!, { most: 64 }))).toEqual(runs.slice(8));
    expect(await claim(runs[9]!)).toEqual({ runs: [], pack: null });
  });

  test("come from other studies of the same launcher once their own has no more, the higher priority first", async () => {
    const own = await launch({ seeds: [0, 1] });
    const low = await launch({ seeds: [2, 3] }, null, "low");
    const high = await launch({ seeds: [4, 5] }, null, "high");
    const other = await launch({ seeds: [6, 7], widths: [33] });
    expect(idsOf(await claim(own.runs[1]!, { most: 5 }))).toEqual([...own.runs, ...high.runs, low.runs[0]]);
    expect(new Set(await waitingJobs())).toEqual(new Set([own.runs[1], ...other.runs, low.runs[1]]));
  });

  test("are not those that wait for memory, are paused, may not go there, or whose own worker may still come for them", async () => {
    const { runs } = await launch({ seeds: range(8) });
    const [there, gone] = [randomUUID(), randomUUID()];
    await set([runs[1]!], sql`waits_for = 'memory'`);
    await set([runs[2]!], sql`status = 'paused'`);
    await set([runs[3]!], sql`worker_id = ${there}::uuid`);
    await set([runs[4]!], sql`worker_id = ${gone}::uuid`);
    await set([runs[5]!], sql`worker_id = ${there}::uuid, queued_at = now() - interval '21 seconds'`);
    const mayJoin = (id: string) => id !== runs[6];
    expect(idsOf(await claim(runs[0]!, { elsewhere: [there], mayJoin }))).toEqual([runs[0], runs[4], runs[5], runs[7]]);
  });

  test("that crashed in a pack come in smaller ones, also where others lead", async () => {
    const { runs } = await launch({ seeds: range(10) });
    await set(runs.slice(0, 4), sql`setbacks = 1, pack_runs = 6`);
    await set([runs[4]!], sql`setbacks = 2, pack_runs = 3`);
    expect(idsOf(await claim(runs[0]!))).toEqual([runs[0], runs[1], runs[2]]);
    expect(idsOf(await claim(runs[4]!))).toEqual([runs[4]]);
    // One that may share with two others bounds the pack it joins.
    expect(idsOf(await claim(runs[9]!))).toEqual([runs[3], runs[5], runs[9]]);
    expect(idsOf(await claim(runs[6]!))).toEqual([runs[6], runs[7], runs[8]]);
  });

  test("of which one was stored before there were packs goes alone", async () => {
    const { runs } = await launch({ seeds: range(3) });
    await set([runs[0]!], sql`pack_key = null`);
    expect(idsOf(await claim(runs[0]!))).toEqual([runs[0]]);
    expect(idsOf(await claim(runs[1]!))).toEqual([runs[1], runs[2]]);
  });

  test("are nobody's where the worker is connected elsewhere, and are delivered still", async () => {
    const { runs } = await launch({ seeds: range(3) });
    expect(await claim(runs[0]!, { worker: { id: randomUUID(), name: "raw", serverId: randomUUID() } })).toMatchObject({
      runs: [],
    });
    expect(await waitingJobs()).toEqual(runs);
    const queued = await orm().execute(sql`select from runs where status = 'queued'`);
    expect(queued.rowCount).toBe(3);
  });

  test("are found by their key among 100,000 that wait, and their deliveries by their places", async () => {
    const { id, runs } = await launch({ seeds: range(12) });
    await orm().execute(sql`
      insert into runs (id, experiment_id, ordinal, cell, config, total_steps, pack_key)
      select gen_random_uuid(), ${id}::uuid, n, n::text, '{}', 1000, md5((n % 50)::text) from generate_series(100, 100099) as n`);
    await orm().execute(sql`
      insert into queue.job (name, data, priority) select 'runs', jsonb_build_object('runId', id), -ordinal from runs where ordinal >= 100`);
    await orm().execute(sql`analyze runs`);
    await orm().execute(sql`analyze experiments`);
    await orm().execute(sql`analyze queue.job`);
    const { pool } = databases[0]!;
    const stop = recordStatements(pool);
    await databases[0]!.transaction(async (tx) => {
      const lead = (await lockLead(tx, runs[0]!))!;
      const waiting = await countWaiting(tx, lead, { ofKey: 64, all: 10_000 });
      expect(waiting).toEqual({ ofKey: 12, all: 10_000 });
      const wanted = { workerId: randomUUID(), elsewhere: [], waitMs: 20_000, limit: 80 };
      expect((await listCompanions(tx, runs[0]!, lead, wanted)).map((each) => each.id)).toEqual(runs.slice(1));
      await queue.drop(tx, null, [{ id: runs[1]!, experimentId: id, ordinal: 1 }]);
    });
    const client = await pool.connect();
    const heard = stop();
    const plans = new Map<string, string[]>();
    for (const statement of heard) {
      const { scans } = await planOf(client, statement);
      plans.set(/jsonb_build_object|of_key|level, ordinal/.exec(statement.text)?.[0] ?? "else", scans);
    }
    const dropped = {
      text: "delete from queue.job where name = 'runs' and state < 'active' and not blocked and priority = any($1::int[]) and data->>'runId' = any($2::text[])",
      values: [
        [-1, -2],
        [runs[1], runs[2]],
      ],
    };
    const { scans } = await planOf(client, dropped);
    client.release();
    expect(plans.get("jsonb_build_object")).toContain("runs by runs_pkey");
    expect(plans.get("level, ordinal")).toContain("runs by runs_to_pack");
    expect(
      [...plans].filter(([what, found]) => what !== "of_key" && found.some((scan) => /^runs .*(in sequence|whole)$/.test(scan))),
    ).toEqual([]);
    expect(scans.filter((scan) => /in sequence|whole/.test(scan))).toEqual([]);
    expect(await waitingJobs()).toHaveLength(100_011);
  }, 120_000);

  test("by many at once, at every server, go to one each, and none is left", async () => {
    const { runs } = await launch({ seeds: range(50), depths: [2, 3, 4, 5] });
    const took: string[] = [];
    const left = new Set(runs);
    const claimers = range(8).map(async (at) => {
      const database = databases[at % databases.length]!;
      for (let round = 0; left.size > 0 && round < 400; round++) {
        const lead = [...left][(at * 37 + round * 11) % left.size]!;
        const claimed = idsOf(await claim(lead, { most: 1 + (at % 5), freeSlots: 2 }, database));
        took.push(...claimed);
        for (const id of [lead, ...claimed]) left.delete(id);
      }
    });
    await Promise.all(claimers);
    expect(took).toHaveLength(200);
    expect(new Set(took)).toEqual(new Set(runs));
    const rows = await orm().execute<{ leased: number; packs: number; uneven: number }>(sql`
      select count(*)::int as leased, count(distinct lease)::int as packs, (count(*) filter (where attempt <> 1))::int as uneven
      from runs where status = 'leased'`);
    expect(rows.rows[0]).toEqual({ leased: 200, packs: 200, uneven: 0 });
    const mixed = await orm().execute(sql`
      select pack_id from runs where pack_id is not null group by pack_id, pack_runs having count(distinct pack_key) > 1 or count(*) <> pack_runs`);
    expect(mixed.rows).toEqual([]);
  });
});
