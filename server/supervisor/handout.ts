import { randomBytes } from "node:crypto";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { packKey } from "../../contract/pack/packKey.ts";
import type { AssignAnswer } from "../../contract/wire/workerProtocol.ts";
import { readRunState } from "../../db/queries/runs.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import { toRunItem } from "../services/runs/runViews.ts";
import type { Avoidance } from "./avoidance.ts";
import type { CheckpointAffinity } from "./checkpointAffinity.ts";
import { claimPack, type PackClaim } from "./claimPack.ts";
import { type ClaimedRun, claimWithCheckpoints } from "./claimWithCheckpoints.ts";
import type { ClusterWorkers } from "./clusterWorkers.ts";
import type { ConnectedWorker, ConnectedWorkers } from "./connectedWorkers.ts";
import { endLostAttempt } from "./endLostAttempt.ts";
import type { RunQueue } from "./runQueue.ts";
import type { Troubles } from "./troubles.ts";
import type { UnsentClaims } from "./unsentClaims.ts";
import { runsPerSlot } from "./workersWithMemory.ts";

type ClaimedPack = Awaited<ReturnType<typeof claimPack>>;

interface HandoutParts {
  context: ServiceContext;
  queue: RunQueue;
  affinity: CheckpointAffinity;
  unsent: UnsentClaims;
  workers: ConnectedWorkers;
  cluster: ClusterWorkers;
  avoidance: Avoidance;
  troubles: Troubles;
  leaseMs: number;
  /** @returns whether it is queued still */
  requeue: (runId: string) => Promise<boolean>;
}

/** Claims runs for workers of this server, one or a pack for a slot, and sends them. */
export class Handout {
  private readonly parts: HandoutParts;
  /** Pack key → its last claim under way. */
  private readonly claiming = new Map<string, Promise<unknown>>();

  constructor(parts: HandoutParts) {
    this.parts = parts;
  }

  /**
   * Claims the run, if it is still queued, with as many others of its key as go into one slot there, and sends them.
   * @param freeSlots of all workers that could take it, this one's among them
   */
  async give(runId: string, config: RunConfig, worker: ConnectedWorker, freeSlots: number): Promise<void> {
    worker.busy.set(runId, runId);
    const claimed = await this.claim(runId, config, worker, Math.max(1, freeSlots)).catch((error) => {
      worker.busy.delete(runId);
      throw error;
    });
    const { runs, pack } = claimed;
    for (const run of runs) worker.busy.set(run.runId, pack?.id ?? run.runId);
    for (const run of runs) this.parts.affinity.remove(run.runId);
    if (runs.length > 0) return void this.send(claimed, worker).catch((error) => log.error("sending a run", error));
    worker.busy.delete(runId);
    // If it is queued still, it is the worker that has gone elsewhere.
    if (await this.parts.requeue(runId)) this.parts.workers.rest(worker);
    else this.parts.queue.wasGone(runId);
  }

  private async claim(runId: string, config: RunConfig, worker: ConnectedWorker, freeSlots: number): Promise<ClaimedPack> {
    const { database, bus } = this.parts.context;
    const { leaseMs } = this.parts;
    const to = { id: worker.id, name: worker.name, serverId: bus.serverId };
    const leases = new Map<string, string>();
    const leaseOf = (id: string) => {
      const lease = randomBytes(24).toString("base64url");
      leases.set(id, lease);
      return lease;
    };
    const most = runsPerSlot(worker, config);
    try {
      if (most === 1) {
        const runs = await claimWithCheckpoints(database.orm, [{ id: runId, lease: leaseOf(runId) }], to, null, leaseMs);
        return { runs, pack: null };
      }
      const claim = { worker: to, most, freeSlots, leaseMs, leaseOf, ...this.companionsOf(runId, worker) };
      return await this.inTurnOfKey(packKey(config), () => database.transaction((tx) => claimPack(tx, runId, claim)));
    } catch (error) {
      for (const [id, lease] of leases) this.parts.unsent.add(id, lease);
      throw error;
    }
  }

  /** Which runs may go along with a run to a worker, and what becomes of their own deliveries. */
  private companionsOf(runId: string, worker: ConnectedWorker): Pick<PackClaim, "elsewhere" | "mayJoin" | "dropDeliveries"> {
    const { avoidance, cluster } = this.parts;
    const others = cluster.all().filter(({ id }) => id !== worker.id && cluster.isResponsive(id));
    const isAvoided = (id: string) => avoidance.why(id, worker.id) !== null;
    // A run that comes where it failed, as there is no other place, may bring others of the kind.
    const mayFail = isAvoided(runId);
    return {
      elsewhere: others.map(({ id }) => id),
      mayJoin: (id) => !this.parts.affinity.isElsewhere(id, worker.id) && (mayFail || !isAvoided(id)),
      dropDeliveries: (tx, memberId, runs) => this.parts.queue.drop(tx, memberId, runs),
    };
  }

  /** Claims of one key are made one after the other: each leaves to the next what it does not take. */
  private async inTurnOfKey<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.claiming.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.claiming.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.claiming.get(key) === mine) this.claiming.delete(key);
    }
  }

  private async send({ runs, pack }: ClaimedPack, worker: ConnectedWorker): Promise<void> {
    const { changes, database } = this.parts.context;
    const answering = worker.connection.assign(
      runs.map(({ experimentId: _experimentId, ...run }) => ({ ...run, ...(pack && { pack }) })),
    );
    for (const { runId, experimentId } of runs) {
      const state = await readRunState(database.orm, runId);
      if (state) changes.publish(experimentId, [toRunItem(state)]);
      this.parts.context.refreshSoon(experimentId);
    }
    changes.listChanged("workers");
    const answers = await answering;
    for (const [at, run] of runs.entries()) await this.heed(run, answers?.[at] ?? null, worker);
  }

  private async heed(run: ClaimedRun, answer: AssignAnswer | null, worker: ConnectedWorker): Promise<void> {
    // Without an answer the worker may have it: its heartbeats will tell, or the lease runs out.
    if (answer === null || answer.accepted) return;
    const { runId, experimentId, attempt, lease } = run;
    const { workers, troubles } = this.parts;
    workers.rest(worker);
    if (answer.fault) {
      this.parts.context.dispatch.avoid(runId, worker.id, "crashed");
      await troubles.add(this.parts.context, worker.id, `It did not take a run: ${answer.reason ?? "no reason given"}`);
    }
    const message = `The worker did not take it: ${answer.reason ?? "no reason given"}`;
    await endLostAttempt(this.parts.context, experimentId, { runId, attempt, lease }, message, { excused: true });
    workers.release(worker.id, runId);
  }
}
