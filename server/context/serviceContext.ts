import type { BlockList } from "node:net";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { FailureCode } from "../../contract/failure.ts";
import type { Priority } from "../../contract/priority.ts";
import type { Durability, WatchedFolderView } from "../../contract/wire/views.ts";
import type { WatchItem } from "../../contract/wire/watchProtocol.ts";
import type { Heartbeat } from "../../contract/wire/workerProtocol.ts";
import type { Database, Executor } from "../../db/database.ts";
import type { HoldKind } from "../access/access.ts";
import type { Artefacts } from "../artefacts/artefacts.ts";
import type { Bus } from "../cluster/bus.ts";
import type { Leader } from "../cluster/leader.ts";

/** Tells the pages what changed, once it is stored. */
export interface Changes {
  /** To those who watch this experiment, and to those who watch the item's run. */
  publish(experimentId: string, items: WatchItem[]): void;
  /** A list is to be read again. */
  listChanged(list: "experiments" | "workers"): void;
  /** Hangs up on readers whose access hung on this, and is no more, or is less. */
  dropReaders(kind: HoldKind, id: string): void;
  /** The database is away, slow or full, in words for people; null once it answers. */
  trouble(message: string | null): void;
}

/** Gives queued runs to workers. */
export interface Dispatch {
  /**
   * Queues runs, in the transaction that made them `queued`.
   * @param preferred the worker that has a checkpoint: while it is there, the run waits some seconds for it; then any worker may take it
   */
  enqueue(
    db: Executor,
    runs: { id: string; experimentId: string; ordinal: number; packRuns?: number; awaitsParent?: boolean }[],
    preferred?: string | null,
  ): Promise<void>;
  /** Before anything of a launcher (null: the owner) is queued, and not within a transaction. */
  openQueue(memberId: string | null): Promise<void>;
  /** Within the transaction that changed an experiment's priority: what waits of it goes where that puts it. */
  prioritize(db: Executor, experimentId: string, priority: Priority): Promise<void>;
  /** After the transaction: there may be something to give out. */
  wake(): void;
  /** A worker has a run that it was not given now: its slot is taken, the one of its pack where it has one. */
  occupy(workerId: string, runId: string, packId: string | null): void;
  /** A worker no longer has a run: its slot is free again once no other of its pack has it. */
  release(workerId: string | null, runId: string): void;
  /** Asks the workers that have these runs to stop them. */
  cancel(runs: { id: string; attempt: number; workerId: string | null }[]): void;
  /** This run is not to be tried at this worker again while there is elsewhere. */
  avoid(runId: string, workerId: string, why: "crashed" | "lacking"): void;
  /** It has ended: where it failed before no longer matters. */
  forget(runId: string): void;
  hasCrashedElsewhere(runId: string, workerId: string | null): boolean;
  /** Whether another connected worker may have what a run needs and this one lacks. */
  mayGoElsewhere(run: { id: string; config: RunConfig }, workerId: string | null): boolean;
  /** After the transaction: an attempt ended so, which says something of its worker. */
  attemptEnded(
    workerId: string,
    runId: string,
    end: { code: FailureCode | "FINISHED"; message: string; packId?: string | null },
  ): void;
  /** A person drains a worker, or lets it take runs again. */
  drain(workerId: string, drained: boolean): void;
  /** A person takes a worker's trouble for settled. */
  resume(workerId: string): Promise<void>;
  /** Asks the workers that have these runs to make a checkpoint and end their attempts. */
  suspend(runs: { id: string; attempt: number; workerId: string | null }[]): void;
  /** Slots of the connected workers that are to take runs. */
  slots(): number;
  connected(workerId: string): { system: Heartbeat["system"] | null } | null;
  /** Hangs up on the workers that came by this token. */
  dropToken(tokenId: string): void;
}

/** For how long after its end what belongs to a run is kept, ms; null: for ever. */
export interface Retention {
  /** Of superseded attempts, what no page and no export shows. */
  voidMs: number;
  /** Lines of information in its log; warnings and errors stay. */
  logMs: number | null;
  /** Pictures of its geometry beyond a few. */
  geometryMs: number | null;
}

/** What services work with; filled in by the server at start. */
export interface ServiceContext {
  /** Files that runs left behind. */
  readonly artefacts: Artefacts;
  /** Checkpoints to resume from that are kept of a run that has not finished. */
  readonly keptCheckpoints: number;
  /** Largest of them that is kept. */
  readonly maxArtefactBytes: number;
  /** How often workers are heard of, and for how long silence is borne, ms. */
  readonly leaseTimes: { heartbeatMs: number; leaseMs: number };
  readonly database: Database;
  /** To the other servers of this database. */
  readonly bus: Bus;
  /** Of what one of those servers does for all. */
  readonly leader: Pick<Leader, "isLeader" | "leads" | "every">;
  readonly changes: Changes;
  readonly dispatch: Dispatch;
  /** Counts an experiment's runs again, soon. */
  refreshSoon(experimentId: string): void;
  /** Address that links and commands carry, without a slash at its end. */
  readonly publicUrl: string;
  /** Whether it was set up for several people: then pages speak of them. */
  readonly shared: boolean;
  /** What a power cut does to what was stored; see `Durability`. */
  readonly durability: Durability;
  /** Deleted experiments can be restored for so long, ms. */
  readonly purgeAfterMs: number;
  /** What is kept of ended runs. */
  readonly retention: Retention;
  /** Private addresses that webhooks may reach, and the first wait after a try that failed, ms. */
  readonly webhooks: { allowed: BlockList; retryMs: number };
  /** The folder whose files of features are imported; null: none is. */
  watchedFolder(): WatchedFolderView | null;
  /** Of this program; see contract/programVersion.ts. */
  readonly version: string;
}
