import type { OwnSet } from "../../contract/data/ownSet.ts";
import type { WorkerPlace } from "../../contract/launch/workerPlace.ts";
import type { PacksOffered } from "../../contract/wire/packs.ts";
import type {
  AssignAnswer,
  Assignment,
  CancelRequest,
  DatasetAvailability,
  Heartbeat,
} from "../../contract/wire/workerProtocol.ts";
import type { StoredTrouble } from "../../db/queries/workers.ts";
import { hasTime } from "./hasTime.ts";
import { isResting } from "./isResting.ts";

/** The line to a worker. */
export interface WorkerConnection {
  /** Runs for one slot. @returns an answer for each; null if none came in time: the worker may have the runs or not */
  assign(assignments: Assignment[]): Promise<AssignAnswer[] | null>;
  cancel(request: CancelRequest): void;
  suspend(request: CancelRequest): void;
  disconnect(): void;
}

export interface ConnectedWorker {
  id: string;
  name: string;
  tokenId: string;
  slots: number;
  connection: WorkerConnection;
  datasets: DatasetAvailability[];
  place: WorkerPlace;
  /** null until it has said what its data-set folder holds. */
  ownSets: OwnSet[] | null;
  /** Runs that it was given, or held when it came, each with the slot it takes: its pack's, or its own. */
  busy: Map<string, string>;
  /** How many runs it trains as one pack. */
  packs: PacksOffered | undefined;
  /** Its process; null where it does not say. */
  instance: string | null;
  /** Its last greeting, until it has shown that it heard it. */
  unconfirmedGreeting: string | null;
  system: Heartbeat["system"] | null;
  /** ms of this process' clock */
  connectedAt: number;
  lastHeardAt: number;
  /** It just refused a run, or is leaving: it is left alone until then. */
  restsUntil: number;
  /** A person lets it finish its runs and take no new ones. */
  drained: boolean;
  /** It does not come back under this identity. */
  ephemeral: boolean;
  /** When it suspends its runs, ms of this process' clock; null: it has no such time. */
  endsAt: number | null;
  trouble: StoredTrouble | null;
}

type Arrival = Pick<
  ConnectedWorker,
  | "id"
  | "name"
  | "tokenId"
  | "slots"
  | "connection"
  | "datasets"
  | "place"
  | "busy"
  | "packs"
  | "drained"
  | "ephemeral"
  | "endsAt"
  | "trouble"
  | "instance"
  | "unconfirmedGreeting"
>;

const restMs = 3_000;

/** Runs of one pack share a slot. */
const takenSlots = ({ busy }: Pick<ConnectedWorker, "busy">): number => new Set(busy.values()).size;

/** The workers that are connected now, and their free slots. */
export class ConnectedWorkers {
  private readonly workers = new Map<string, ConnectedWorker>();
  private readonly silentMs: number;
  private readonly leastRunMs: number;

  /**
   * @param silentMs a worker that was silent for so long gets no new runs
   * @param leastRunMs nor does one that ends within this time
   */
  constructor(silentMs: number, leastRunMs: number) {
    this.silentMs = silentMs;
    this.leastRunMs = leastRunMs;
  }

  /** A worker that comes again replaces its former connection. */
  add(worker: Arrival): ConnectedWorker {
    const before = this.workers.get(worker.id);
    const added = {
      ...worker,
      ownSets: null,
      system: before?.system ?? null,
      connectedAt: performance.now(),
      lastHeardAt: performance.now(),
      restsUntil: 0,
    };
    this.workers.set(worker.id, added);
    if (before && before.connection !== worker.connection) before.connection.disconnect();
    return added;
  }

  /** Whether another process of this identity was heard just now. */
  hasOther(id: string, instance: string, withinMs: number): boolean {
    const worker = this.workers.get(id);
    if (worker === undefined || worker.instance === null || worker.instance === instance) return false;
    return performance.now() - worker.lastHeardAt < withinMs;
  }

  /** @returns whether this was its present connection */
  remove(id: string, line: WorkerConnection): boolean {
    if (this.workers.get(id)?.connection !== line) return false;
    return this.workers.delete(id);
  }

  /** It has gone to another server. */
  drop(worker: ConnectedWorker): void {
    if (this.remove(worker.id, worker.connection)) worker.connection.disconnect();
  }

  get(id: string | null): ConnectedWorker | null {
    return (id !== null && this.workers.get(id)) || null;
  }

  all(): ConnectedWorker[] {
    return [...this.workers.values()];
  }

  /** Whether it is connected, was not silent for long, and may take a run that it had before: an ephemeral one that leaves will not. */
  isResponsive(id: string): boolean {
    const worker = this.workers.get(id);
    if (worker === undefined || (worker.ephemeral && worker.restsUntil === Number.POSITIVE_INFINITY)) return false;
    return performance.now() - worker.lastHeardAt <= this.silentMs;
  }

  freeSlots(worker: ConnectedWorker): number {
    if (!this.takesRuns(worker) || performance.now() < worker.restsUntil) return 0;
    return Math.max(0, worker.slots - takenSlots(worker));
  }

  /** Whether it is there, in order, and meant to take runs: sooner or later it has a free slot. */
  takesRuns(worker: ConnectedWorker): boolean {
    const isHeard = performance.now() - worker.lastHeardAt <= this.silentMs;
    if (!hasTime(worker, this.leastRunMs, performance.now())) return false;
    return isHeard && worker.restsUntil < Number.POSITIVE_INFINITY && !worker.drained && !isResting(worker.trouble);
  }

  totalFree(): number {
    return this.all().reduce((sum, worker) => sum + this.freeSlots(worker), 0);
  }

  /** Slots of all that are connected here, and how many have a run or a pack. */
  countSlots(): { all: number; taken: number } {
    const all = this.all();
    return {
      all: all.reduce((sum, { slots }) => sum + slots, 0),
      taken: all.reduce((sum, worker) => sum + takenSlots(worker), 0),
    };
  }

  /** It has this run: a slot is taken, the one of its pack where it has one. */
  occupy(id: string, runId: string, packId: string | null): void {
    this.get(id)?.busy.set(runId, packId ?? runId);
  }

  /** It no longer has it. */
  release(id: string | null, runId: string): void {
    this.get(id)?.busy.delete(runId);
  }

  /** Gives it no runs for a time. */
  rest(worker: ConnectedWorker, ms = restMs): void {
    worker.restsUntil = performance.now() + ms;
  }
}
