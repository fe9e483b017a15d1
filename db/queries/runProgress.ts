import { and, eq, inArray, sql } from "drizzle-orm";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { ResolvedDataset } from "../../contract/data/resolvedDataset.ts";
import type { MeasurementGaps } from "../../contract/metrics/measurementGaps.ts";
import { mayBecome, type RunStatus, runStatuses } from "../../contract/status.ts";
import type { Evaluation, OptimumSummary, RunTimes } from "../../contract/wire/runEvents.ts";
import { clock } from "../clock.ts";
import type { Executor } from "../database.ts";
import { attempts, experiments, runs } from "../schema.ts";
import { type RunState, type StoredRun, stateColumns } from "./runs.ts";

const statusesBefore = (to: RunStatus) => runStatuses.filter((from) => mayBecome(from, to));

/** leased → running; a run that is being cancelled stays so. What an earlier attempt found after training is void. */
export async function startRun(
  db: Executor,
  id: string,
  started: {
    totalSteps: number;
    step: number;
    optimum: OptimumSummary;
    dataset: ResolvedDataset;
    last: Record<string, number>;
    packRuns: number;
  },
): Promise<void> {
  await db
    .update(runs)
    .set({
      ...started,
      status: sql`case when ${runs.status} = 'leased' then 'running' else ${runs.status} end`,
      startedAt: sql`coalesce(${runs.startedAt}, ${clock})`,
      failure: null,
      evaluation: null,
      fromStart: false,
    })
    .where(eq(runs.id, id));
}

export async function recordEvaluation(db: Executor, id: string, evaluation: Evaluation): Promise<void> {
  await db.update(runs).set({ evaluation }).where(eq(runs.id, id));
}

/** Why a queued run waits. @returns the run if this has changed */
export async function recordWaiting(db: Executor, id: string, why: string): Promise<RunState | null> {
  const [row] = await db
    .update(runs)
    .set({ waitsFor: why })
    .where(and(eq(runs.id, id), eq(runs.status, "queued"), sql`${runs.waitsFor} is distinct from ${why}`))
    .returning(stateColumns);
  return row ?? null;
}

/** The latest values of a run's series. */
export async function recordMeasured(
  db: Executor,
  id: string,
  step: number,
  last: Record<string, number>,
  missing: Record<string, string>,
  measureMs: number | null,
): Promise<void> {
  await db
    .update(runs)
    .set({
      step: sql`greatest(${runs.step}, ${step})`,
      last: sql`${runs.last} || ${JSON.stringify(last)}::jsonb`,
      missing: sql`${runs.missing} || ${JSON.stringify(missing)}::jsonb`,
      stepMs: sql`coalesce(${last["train/stepMs"] ?? null}::float8, ${runs.stepMs})`,
      measureMs: sql`coalesce(${measureMs}::float8, ${runs.measureMs})`,
    })
    .where(eq(runs.id, id));
}

/**
 * Ends a run's lease with a status that its present one may become.
 * @returns whether it did
 */
export async function settleRun(
  db: Executor,
  id: string,
  to: RunStatus,
  change: Partial<Pick<StoredRun, "failure" | "step" | "failedAttempts" | "packLimit">>,
): Promise<boolean> {
  const result = await db
    .update(runs)
    .set({
      ...change,
      // Polishing may have ended before its last iteration.
      ...(to === "finished" && change.step !== undefined && { totalSteps: change.step }),
      status: to,
      lease: null,
      leaseUntil: null,
      heldUntil: null,
      stalledSince: null,
      ...(to === "queued" ? { queuedAt: clock } : to === "paused" ? {} : { endedAt: clock }),
    })
    .where(and(eq(runs.id, id), inArray(runs.status, statusesBefore(to))));
  return (result.rowCount ?? 0) > 0;
}

export async function recordGaps(db: Executor, id: string, gaps: MeasurementGaps | null): Promise<void> {
  await db.update(runs).set({ gaps }).where(eq(runs.id, id));
}

/** When the last run ended that the same process trained before a run (`runs`) and its attempt (`a`): too many for one pack take turns. */
const turnBefore = sql`(
  select max(b.ended_at) from ${runs} as earlier join ${attempts} b on b.run_id = earlier.id and b.number = earlier.attempt
  where earlier.experiment_id = runs.experiment_id and earlier.pack_id = runs.pack_id and earlier.id <> runs.id
    and b.ended_at < a.ended_at and not coalesce(a.started->'pack'->'with' @> to_jsonb(earlier.id::text), false))`;

/**
 * Notes what the parts of a finished run took: what its attempt's steps, measurements and evaluation, and the runs before it in its
 * process, do not explain is starting.
 */
export async function recordTimes(db: Executor, id: string, spent: RunTimes | null): Promise<void> {
  const { steps = 0, trainingMs = 0, measurements = 0, measuringMs = 0, evaluatingMs = 0 } = spent ?? {};
  await db.execute(sql`
    update ${runs} set times = jsonb_build_object(
      'startMs', greatest(0, extract(epoch from a.ended_at - greatest(a.leased_at, ${turnBefore})) * 1000
        - case when ${spent !== null} then ${trainingMs + measuringMs + evaluatingMs}::float8
          else (runs.total_steps - coalesce(a.resumed_from_step, 0)) * runs.step_ms end),
      'stepMs', case when ${steps}::int > 0 then ${trainingMs / Math.max(1, steps)}::float8 else runs.step_ms end,
      'measureMs', case when ${measurements}::int > 0 then ${measuringMs / Math.max(1, measurements)}::float8 end,
      'evaluateMs', ${evaluatingMs}::float8)
    from ${attempts} a where runs.id = ${id}::uuid and a.run_id = runs.id and a.number = runs.attempt`);
}

/** Times of the newest measured runs (recordings left out). */
export async function listTimes(db: Executor, limit: number) {
  const rows = await db
    .select({ stepMs: runs.stepMs, measureMs: runs.measureMs, times: runs.times, config: runs.config, packRuns: runs.packRuns })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(
      sql`${runs.startedAt} is not null and ${runs.stepMs} is not null and not ${experiments.sample} and ${runs.external} is null`,
    )
    .orderBy(sql`${runs.startedAt} desc nulls last`)
    .limit(limit);
  return rows.map((row) => ({ ...row, config: row.config as RunConfig }));
}
