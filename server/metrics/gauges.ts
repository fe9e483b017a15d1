import { Gauge } from "prom-client";
import type { Database } from "../../db/database.ts";
import { type Load, readLoad } from "../../db/queries/load.ts";
import { log } from "../log/log.ts";
import { registry } from "./counters.ts";

export interface Observed {
  database: Database;
  /** Sockets that are open here. */
  sockets(): { pages: number; workers: number };
  /** Slots of the workers that are connected here, and how many of them have a run. */
  slots(): { all: number; taken: number };
}

/** However many ask, the database is asked this often, ms. */
const freshMs = 5_000;
const sameEverywhere = "Of all servers of the database, and the same at each: take the maximum over servers, not the sum.";

/** What is so at the moment when it is asked for. */
export function observe({ database, sockets, slots }: Observed): void {
  const gauge = (name: string, help: string, collect: (this: Gauge) => void | Promise<void>) =>
    new Gauge({ registers: [registry], name, help, collect });
  const labelled = (
    name: string,
    help: string,
    label: string | string[],
    collect: (this: Gauge<string>) => void | Promise<void>,
  ) => new Gauge({ registers: [registry], name, help, labelNames: [label].flat(), collect });

  labelled("collapsar_sockets", "Live connections to this server, by who is at their other end.", "of", function () {
    for (const [of, count] of Object.entries(sockets())) this.set({ of }, count);
  });
  labelled("collapsar_worker_slots", "Slots of the workers connected to this server.", "which", function () {
    for (const [which, count] of Object.entries(slots())) this.set({ which }, count);
  });
  labelled(
    "collapsar_database_connections",
    "Connections of this server's pool, and requests that wait for one.",
    "state",
    function () {
      const { totalCount, idleCount, waitingCount } = database.pool;
      this.set({ state: "busy" }, totalCount - idleCount);
      this.set({ state: "idle" }, idleCount);
      this.set({ state: "waiting" }, waitingCount);
    },
  );

  const load = cached(() => readLoad(database.orm));
  gauge("collapsar_database_up", "Whether the database answered when it was last asked.", async function () {
    this.set((await load()) === null ? 0 : 1);
  });
  // One that is not known is left out: 0 would be a lie.
  const fromDatabase = (name: string, help: string, numberOf: (load: Load) => number) =>
    gauge(name, `${help} ${sameEverywhere}`, async function () {
      const known = await load();
      if (known === null) this.remove();
      else this.set(numberOf(known));
    });
  fromDatabase("collapsar_cluster_runs_queued", "Runs that wait for a worker.", ({ queued }) => queued);
  fromDatabase("collapsar_cluster_queue_wait_seconds", "How long the first of them has waited.", ({ waitedS }) => waitedS);
  fromDatabase("collapsar_cluster_leases_overdue", "Leases that ran out and were not yet taken back.", ({ overdue }) => overdue);
  labelled(
    "collapsar_cluster_runs_on_workers",
    `Runs that workers have, by status. ${sameEverywhere}`,
    "status",
    async function () {
      this.reset();
      for (const { status, count } of (await load())?.onWorkers ?? []) this.set({ status }, count);
    },
  );
  labelled(
    "collapsar_cluster_launcher_jobs",
    `Jobs that launchers ordered from a cluster, by kind of launcher and state; those that ended, for as long as they are kept. ${sameEverywhere}`,
    ["kind", "state"],
    async function () {
      this.reset();
      for (const { kind, state, count } of (await load())?.jobs ?? []) this.set({ kind, state }, count);
    },
  );
}

/** @returns null where it could not be read */
function cached<T>(read: () => Promise<T>): () => Promise<T | null> {
  let known: { at: number; value: Promise<T | null> } | null = null;
  return () => {
    if (known === null || performance.now() - known.at > freshMs)
      known = {
        at: performance.now(),
        value: read().catch((error) => {
          log.error("reading the load for /metrics", error);
          return null;
        }),
      };
    return known.value;
  };
}
