import type { LaunchedJob, LauncherDevice, LauncherTrouble } from "../../contract/launcher.ts";
import { databaseTrouble } from "../../db/databaseTrouble.ts";
import { closeJobs, listEnds, openLauncher, recordJobs, recordLook, type StoredLauncher } from "../../db/queries/launchers.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { failureOf } from "../failures/describeError.ts";
import { log } from "../log/log.ts";
import { autoscale, type Bounds, freshMemory } from "./autoscale.ts";
import { badEndsInRow, judgeEnds } from "./judgeEnds.ts";
import type { Launcher } from "./launcher.ts";
import { readDemand } from "./readDemand.ts";

export interface AutoscalePlan {
  bounds: Bounds;
  device: LauncherDevice;
  minutes: number;
  /** Time between two looks at the cluster, ms. */
  lookMs: number;
}

/** Wait after an order that failed, ms: the first, doubled each time, and the longest. */
const backoffMs = { first: 30_000, longest: 600_000 } as const;
/** The same trouble is said in the log once in so long, ms. */
const repeatMs = 600_000;
/** Jobs that ended and said nothing against the orders may lie between those that did. */
const endsRead = 10 * badEndsInRow;

/**
 * Orders workers of a cluster for what waits, and cancels those of no use, for as long as this server leads. A cluster that does not
 * answer or refuses stops nothing else: that is said on the page of the workers and in the log, and tried again.
 */
export class Autoscaler {
  private readonly context: ServiceContext;
  private readonly launcher: Launcher;
  private readonly plan: AutoscalePlan;
  private readonly mark: string;
  private memory = freshMemory;
  private listing: LauncherTrouble | null = null;
  private ordering: LauncherTrouble | null = null;
  private failures = 0;
  private notBefore = 0;
  /** When a person last saw to it, as this process knows. */
  private retriedMs: number | null = null;
  private said: { message: string; at: number } | null = null;
  private ticker: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private isLooking = false;

  constructor(context: ServiceContext, launcher: Launcher, plan: AutoscalePlan, mark: string) {
    this.context = context;
    this.launcher = launcher;
    this.plan = plan;
    this.mark = mark;
  }

  /** @param leads whether this is the one of several servers that acts for all, now */
  start(leads: () => boolean): void {
    this.ticker = setInterval(() => {
      if (this.isLooking || !leads()) return;
      this.isLooking = true;
      this.looking = this.look()
        .catch((error) => {
          // The supervisor speaks of a database that is away.
          if (!databaseTrouble(error)) log.error("ordering workers", error);
        })
        .finally(() => {
          this.isLooking = false;
        });
    }, this.plan.lookMs);
  }

  async stop(): Promise<void> {
    if (this.ticker) clearInterval(this.ticker);
    await this.looking;
  }

  private async look(): Promise<void> {
    const { context, launcher, plan } = this;
    const { orm } = context.database;
    const stored = await openLauncher(orm, launcher.kind, this.mark);
    this.heed(stored);
    const jobs = await this.list();
    if (jobs === null) return this.record(stored, stored.held, stored.waiting, false);
    let isNews = await recordJobs(orm, launcher.kind, jobs);
    isNews =
      (await closeJobs(
        orm,
        launcher.kind,
        jobs.map(({ id }) => id),
      )) || isNews;
    const held = stored.held ?? (await this.judge(stored));
    const demand = await readDemand(context, { kind: launcher.kind, device: plan.device }, jobs);
    const now = performance.now();
    const step = autoscale(demand, plan.bounds, this.memory, now);
    this.memory = step.memory;
    if (step.cancel.length > 0) isNews = (await this.cancel(step.cancel)) || isNews;
    if (step.order > 0 && held === null && now >= this.notBefore) isNews = (await this.order(step.order)) || isNews;
    if (demand.waiting === 0) this.ordering = null;
    await this.record(stored, held, demand.waiting, isNews);
  }

  /** A person who has seen to it waits for no time that was set before. */
  private heed({ retriedAt }: StoredLauncher): void {
    const at = retriedAt.getTime();
    if (this.retriedMs !== null && at > this.retriedMs) {
      this.ordering = null;
      this.failures = 0;
      this.notBefore = 0;
    }
    this.retriedMs = at;
  }

  private async list(): Promise<LaunchedJob[] | null> {
    try {
      const jobs = await this.launcher.list();
      this.listing = null;
      return jobs;
    } catch (error) {
      this.listing = troubleOf(error, this.listing);
      return null;
    }
  }

  private async judge(stored: StoredLauncher): Promise<LauncherTrouble | null> {
    const ends = await listEnds(this.context.database.orm, stored, endsRead);
    const texts = ends.map(({ since, startedAt, ...rest }) => ({
      ...{ ...rest, since: since.toISOString(), startedAt: startedAt?.toISOString() ?? null },
    }));
    const message = judgeEnds(texts);
    return message === null ? null : { message, since: new Date().toISOString() };
  }

  private async cancel(ids: string[]): Promise<boolean> {
    try {
      await this.launcher.cancel(ids);
      log.info(
        `${titleOf(this.launcher)}: cancelled ${ids.length === 1 ? `job ${ids[0]}` : `${ids.length} jobs`}, no longer needed`,
      );
      return true;
    } catch (error) {
      this.listing = troubleOf(error, this.listing);
      return false;
    }
  }

  private async order(slots: number): Promise<boolean> {
    const { launcher, plan, context } = this;
    try {
      const ids = await launcher.order({ slots, device: plan.device, minutes: plan.minutes });
      log.info(`${titleOf(launcher)}: ordered ${ids.length === 1 ? `job ${ids[0]}` : `${ids.length} jobs`} for waiting runs`);
      const since = new Date().toISOString();
      const waits = { state: "pending", since, startedAt: null, endsBy: null, node: null, reason: null, end: null } as const;
      const ordered = ids.map((id) => ({ ...waits, id, slots: plan.bounds.slotsEach }));
      this.ordering = null;
      this.failures = 0;
      return recordJobs(context.database.orm, launcher.kind, ordered);
    } catch (error) {
      if (databaseTrouble(error)) throw error;
      this.ordering = troubleOf(error, this.ordering);
      this.notBefore = performance.now() + Math.min(backoffMs.longest, backoffMs.first * 2 ** this.failures++);
      return true;
    }
  }

  /** Keeps what is the matter for the pages, and says it in the log when it is new, and now and then. */
  private async record(before: StoredLauncher, held: LauncherTrouble | null, waiting: number, isNews: boolean): Promise<void> {
    const { launcher, plan, context } = this;
    const trouble = this.listing ?? this.ordering;
    const message = (trouble ?? held)?.message ?? null;
    if (message === null) this.said = null;
    else if (this.said?.message !== message || performance.now() - this.said.at > repeatMs) {
      this.said = { message, at: performance.now() };
      log.warning(
        `${titleOf(launcher)}: ${message}${held ? " No more jobs are ordered until someone chooses “Try again” on the Workers page." : ""}`,
      );
    }
    const { min, max } = plan.bounds;
    await recordLook(context.database.orm, before, { trouble, held, waiting, bounds: { min, max } });
    const changed = isNews || before.trouble?.message !== trouble?.message || before.held?.message !== held?.message;
    if (changed || before.waiting !== waiting) context.changes.listChanged("workers");
  }
}

const titleOf = ({ kind }: Launcher): string => (kind === "slurm" ? "Slurm" : kind === "kubernetes" ? "Kubernetes" : kind);

/** The same trouble keeps the time at which it began. An unexpected error does not show its text. */
function troubleOf(error: unknown, before: LauncherTrouble | null): LauncherTrouble {
  const failure = failureOf(error);
  if (failure === null) log.error("ordering workers", error);
  const message = failure?.message ?? "An unexpected error: see the server's log.";
  return before?.message === message ? before : { message, since: new Date().toISOString() };
}
