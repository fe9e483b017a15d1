import { and, eq, inArray, ne, type SQL, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { awaitedText, orphanedText } from "../../contract/grown.ts";
import { isTerminal, type RunStatus } from "../../contract/status.ts";
import { lastPrefix, stepInName } from "../../contract/wire/artefactNames.ts";
import type { ParentRun } from "../../contract/wire/workerProtocol.ts";
import { anyOf } from "../anyOf.ts";
import { clock } from "../clock.ts";
import type { Executor } from "../database.ts";
import { runs } from "../schema.ts";
import { lockedInOrder } from "./lockedInOrder.ts";
import { type RunState, stateColumns } from "./runs.ts";

export async function readParentId(db: Executor, id: string): Promise<string | null> {
  const [row] = await db.select({ parentId: runs.parentId }).from(runs).where(eq(runs.id, id));
  return row?.parentId ?? null;
}

/** Runs of an experiment as they grow from each other. */
export async function listLineages(db: Executor, experimentId: string) {
  const { id, config, status, startedAt, parentId } = runs;
  const rows = await db.select({ id, config, status, startedAt, parentId }).from(runs).where(eq(runs.experimentId, experimentId));
  return rows.map((row) => ({ ...row, config: row.config as RunConfig }));
}

/** Links runs to the ones that they grow from, for which they wait from now on. */
export async function linkToParents(db: Executor, links: readonly { id: string; parentId: string }[]): Promise<void> {
  if (links.length === 0) return;
  const column = (pick: (link: (typeof links)[number]) => string) => sql.param(links.map(pick));
  await db.execute(sql`
    update ${runs} set parent_id = link.parent, awaits_parent = true
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ parentId }) => parentId)}::uuid[]) as link (id, parent)
    where runs.id = link.id and runs.status in ('queued', 'paused')`);
}

const hasLast = sql`exists (select from run_files f where f.run_id = p.id and f.name like ${`${lastPrefix}%`})`;

/** Runs that wait for another one, with what is known of that; of an experiment, or (null) of all. */
async function listAwaiting(db: Executor, experimentId: string | null) {
  const result = await db.execute<{
    id: string;
    status: RunStatus;
    waits_for: string | null;
    parent_status: RunStatus;
    has_last: boolean;
    depth: number;
    seed: number;
  }>(sql`
    select c.id, c.status, c.waits_for, p.status as parent_status, ${hasLast} as has_last,
      (p.config->>'depth')::int as depth, (p.config->>'seed')::int as seed
    from ${runs} c join ${runs} p on p.id = c.parent_id
    where c.awaits_parent and c.status in ('queued', 'paused')
      ${experimentId === null ? sql`` : sql`and c.experiment_id = ${experimentId}::uuid`}`);
  return result.rows.map(({ depth, seed, parent_status, ...row }) => ({
    ...row,
    parent: { depth, seed, status: parent_status },
  }));
}

type Awaiting = Awaited<ReturnType<typeof listAwaiting>>[number];

const isOrphaned = ({ parent }: Awaiting) => isTerminal(parent.status) && parent.status !== "finished";
const isReady = ({ parent, has_last }: Awaiting) => parent.status === "finished" && has_last;

/**
 * What has become of the runs that others wait for: those whose parent has finished, and left its last checkpoint, wait no more; those whose
 * parent ended otherwise are cancelled, and with them those that wait for these; of the others it is noted what they wait for.
 * @returns those that changed
 */
export async function settleAwaiting(db: Executor, experimentId: string | null): Promise<RunState[]> {
  const changed = new Map<string, RunState>();
  const change = async (of: readonly Awaiting[], values: PgUpdateSetSource<typeof runs>, where?: SQL) => {
    if (of.length === 0) return;
    const ids = of.map(({ id }) => id);
    const rows = await db
      .update(runs)
      .set(values)
      .where(lockedInOrder(db, and(anyOf(runs.id, ids, "uuid"), runs.awaitsParent, where)))
      .returning(stateColumns);
    for (const row of rows) changed.set(row.id, row);
  };
  let waiting = await listAwaiting(db, experimentId);
  while (waiting.some(isOrphaned)) {
    for (const [message, orphans] of Map.groupBy(waiting.filter(isOrphaned), ({ parent }) => orphanedText(parent)))
      await change(
        orphans,
        { status: "cancelled", endedAt: clock, waitsFor: null, failure: { code: "CANCELLED", message } },
        inArray(runs.status, ["queued", "paused"]),
      );
    waiting = await listAwaiting(db, experimentId);
  }
  await change(waiting.filter(isReady), { awaitsParent: false, waitsFor: null });
  const told = waiting.filter((run) => !isReady(run) && run.status === "queued" && run.waits_for !== awaitedText(run.parent));
  for (const [waitsFor, of] of Map.groupBy(told, ({ parent }) => awaitedText(parent)))
    await change(of, { waitsFor }, eq(runs.status, "queued"));
  return [...changed.values()];
}

/** What these runs grow from, with the last checkpoint of it that the store has. */
export async function readParents(db: Executor, ids: readonly string[]): Promise<Map<string, ParentRun>> {
  if (ids.length === 0) return new Map();
  const result = await db.execute<{
    id: string;
    parent: string;
    config: RunConfig;
    attempt: number;
    name: string;
    bytes: string;
    sha256: string;
  }>(sql`
    select c.id, p.id as parent, p.config, f.attempt, f.name, f.bytes, f.sha256
    from ${runs} c join ${runs} p on p.id = c.parent_id join run_files f on f.run_id = p.id
    where c.id = any(${sql.param([...ids])}::uuid[]) and f.name like ${`${lastPrefix}%`}`);
  const parents = new Map<string, ParentRun>();
  for (const { id, parent, config, attempt, name, bytes, sha256 } of result.rows) {
    const step = stepInName(name);
    if (step <= (parents.get(id)?.checkpoint.step ?? 0)) continue;
    parents.set(id, { runId: parent, config, checkpoint: { attempt, step, name, bytes: Number(bytes), sha256 } });
  }
  return parents;
}

/** A run that has not finished and grows from this one; null if there is none. */
export async function findUnfinishedChild(db: Executor, { id, experimentId }: { id: string; experimentId: string }) {
  const [row] = await db
    .select({ config: runs.config, status: runs.status })
    .from(runs)
    .where(and(eq(runs.experimentId, experimentId), eq(runs.parentId, id), ne(runs.status, "finished")))
    .limit(1);
  return row ? { config: row.config as RunConfig, status: row.status } : null;
}
