import { and, desc, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { NotificationBody } from "../../contract/wire/notifications.ts";
import { clock, msFromNow } from "../clock.ts";
import type { Executor } from "../database.ts";
import { notificationHooks, notifications } from "../notificationSchema.ts";
import { onlyRow } from "../onlyRow.ts";
import { experiments, runs } from "../schema.ts";

export type StoredHook = typeof notificationHooks.$inferSelect;

export async function insertHook(db: Executor, hook: typeof notificationHooks.$inferInsert): Promise<void> {
  await db.insert(notificationHooks).values(hook);
}

/** Those of one experiment, or with null those of the whole server. */
export async function countHooks(db: Executor, experimentId: string | null): Promise<number> {
  const own = experimentId === null ? isNull(notificationHooks.experimentId) : eq(notificationHooks.experimentId, experimentId);
  return onlyRow(await db.select({ count: sql<number>`count(*)::int` }).from(notificationHooks).where(own)).count;
}

export async function findHook(db: Executor, id: string): Promise<StoredHook | null> {
  const [row] = await db.select().from(notificationHooks).where(eq(notificationHooks.id, id));
  return row ?? null;
}

export async function deleteHook(db: Executor, id: string): Promise<boolean> {
  const result = await db.delete(notificationHooks).where(eq(notificationHooks.id, id));
  return (result.rowCount ?? 0) > 0;
}

/** @param makers whose: one person's, or everybody's @param experimentId null: of every experiment, and of none */
export async function listHookRows(db: Executor, makers: { memberId: string | null } | "everybody", experimentId: string | null) {
  const waiting = sql<number>`(select count(*)::int from ${notifications} where ${notifications.hookId} = ${notificationHooks.id} and ${notifications.nextAt} is not null)`;
  const last = sql<{ at: string; sent: boolean; problem: string | null } | null>`(
    select jsonb_build_object('at', ${notifications.triedAt}, 'sent', ${notifications.sentAt} is not null, 'problem', ${notifications.problem})
    from ${notifications} where ${notifications.hookId} = ${notificationHooks.id} and ${notifications.triedAt} is not null
    order by ${notifications.triedAt} desc limit 1)`;
  return db
    .select({ hook: notificationHooks, experimentName: experiments.name, waiting, last })
    .from(notificationHooks)
    .leftJoin(experiments, eq(experiments.id, notificationHooks.experimentId))
    .where(
      and(
        isNull(experiments.removedAt),
        experimentId === null ? undefined : eq(notificationHooks.experimentId, experimentId),
        makers === "everybody"
          ? undefined
          : makers.memberId === null
            ? isNull(notificationHooks.memberId)
            : eq(notificationHooks.memberId, makers.memberId),
      ),
    )
    .orderBy(desc(notificationHooks.createdAt));
}

/** The webhooks that an experiment's news goes to. */
export function listHooksOf(db: Executor, experimentId: string): Promise<StoredHook[]> {
  return db
    .select()
    .from(notificationHooks)
    .where(or(eq(notificationHooks.experimentId, experimentId), isNull(notificationHooks.experimentId)));
}

const notTold = (hookId: string, occasion: SQL) =>
  sql`not exists (select from ${notifications} where ${notifications.hookId} = ${hookId}::uuid and ${notifications.occasion} = ${occasion})`;
const noted = {
  id: runs.id,
  attempt: runs.attempt,
  step: runs.step,
  config: runs.config,
  failure: runs.failure,
  last: runs.last,
};

/** Runs that failed for good since a hook was made, and of which it was not told. */
export function listUntoldFailures(db: Executor, experimentId: string, hook: StoredHook) {
  return db
    .select(noted)
    .from(runs)
    .where(
      and(
        eq(runs.experimentId, experimentId),
        eq(runs.status, "failed"),
        gt(runs.endedAt, hook.createdAt),
        notTold(hook.id, sql`${failureOccasion} || ${runs.id}::text || ':' || ${runs.attempt}::text`),
      ),
    );
}

/** Runs that have measured something, unless they ended before the hook was made, and whose metric it was not told of. */
export function listUntoldMeasured(db: Executor, experimentId: string, hook: StoredHook) {
  return db
    .select(noted)
    .from(runs)
    .where(
      and(
        eq(runs.experimentId, experimentId),
        sql`${runs.last} <> '{}'::jsonb`,
        or(isNull(runs.endedAt), gt(runs.endedAt, hook.createdAt)),
        notTold(hook.id, sql`${metricOccasion} || ${runs.id}::text`),
      ),
    );
}

/** When the last of an ended experiment's runs ended, if that was after a hook was made and it was not told of it; else null. */
export async function findUntoldEnd(db: Executor, experimentId: string, hook: StoredHook): Promise<Date | null> {
  const [row] = await db
    .select({ endedAt: sql<string | null>`max(${runs.endedAt})` })
    .from(runs)
    .where(eq(runs.experimentId, experimentId));
  const endedAt = row?.endedAt ? new Date(row.endedAt) : null;
  if (endedAt === null || endedAt <= hook.createdAt) return null;
  const told = await db
    .select({ id: notifications.id })
    .from(notifications)
    .where(
      and(
        eq(notifications.hookId, hook.id),
        eq(notifications.experimentId, experimentId),
        sql`${notifications.occasion} collate "C" between ${endOccasion(experimentId, endedAt)} and ${`${endOccasion(experimentId)}~`}`,
      ),
    )
    .limit(1);
  return told.length === 0 ? endedAt : null;
}

/** Those of one experiment sort by time. */
export const endOccasion = (experimentId: string, endedAt?: Date) => `ended:${experimentId}:${endedAt?.toISOString() ?? ""}`;
export const failureOccasion = "failed:";
export const metricOccasion = "metric:";

/** Keeps a notification for sending, once for its occasion. @param waiting most that may wait for one hook */
export async function insertNotification(
  db: Executor,
  row: { id: string; hookId: string; experimentId: string | null; occasion: string; body: NotificationBody },
  waiting: number,
): Promise<void> {
  await db.execute(sql`
    insert into ${notifications} (id, hook_id, experiment_id, occasion, body, next_at)
    select ${row.id}::uuid, ${row.hookId}::uuid, ${row.experimentId}::uuid, ${row.occasion}, ${JSON.stringify(row.body)}::jsonb, ${clock}
    where (select count(*) from ${notifications} where hook_id = ${row.hookId}::uuid and next_at is not null) < ${waiting}
    on conflict (hook_id, occasion) do nothing`);
}

/**
 * Takes those that are due, each for one try: until `againMs` from now no other server takes them, nor this one if it dies meanwhile.
 */
export async function takeDue(db: Executor, most: number, againMs: number) {
  const result = await db.execute<{ id: string; tries: number; body: NotificationBody; url: string; secret: string }>(sql`
    with due as (
      select id from ${notifications} where next_at <= ${clock} order by next_at limit ${most} for update skip locked
    ) update ${notifications} as n set tries = n.tries + 1, tried_at = ${clock}, next_at = ${msFromNow(againMs)}
    from due, ${notificationHooks} as h where n.id = due.id and h.id = n.hook_id
    returning n.id, n.tries, n.body, h.url, h.secret`);
  return result.rows;
}

export async function recordSent(db: Executor, id: string): Promise<void> {
  await db.update(notifications).set({ sentAt: clock, nextAt: null, problem: null }).where(eq(notifications.id, id));
}

/** @param againMs null: it is given up */
export async function recordProblem(db: Executor, id: string, problem: string, againMs: number | null): Promise<void> {
  await db
    .update(notifications)
    .set({ problem, nextAt: againMs === null ? null : msFromNow(againMs) })
    .where(eq(notifications.id, id));
}

/** What came of a test that was sent at once, in place of the hook's earlier ones. */
export async function recordTest(
  db: Executor,
  row: { id: string; hookId: string; body: NotificationBody },
  problem: string | null,
): Promise<void> {
  await db.delete(notifications).where(and(eq(notifications.hookId, row.hookId), isNull(notifications.experimentId)));
  await db
    .insert(notifications)
    .values({ ...row, occasion: "test", tries: 1, triedAt: clock, sentAt: problem === null ? clock : null, problem })
    .onConflictDoNothing();
}
