import { architectureLabel } from "../../../contract/config/architecture.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { datasetLabel } from "../../../contract/data/datasetConfig.ts";
import type { WorkerTrouble, WorkerView } from "../../../contract/wire/views.ts";
import type { Executor } from "../../../db/database.ts";
import { listLeasedRuns } from "../../../db/queries/runs.ts";
import { listWorkerRows, type StoredWorker } from "../../../db/queries/workers.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

/** The machines seen lately, with what each runs. */
export async function listWorkers(context: ServiceContext): Promise<WorkerView[]> {
  const { orm } = context.database;
  const leased = Map.groupBy(await listLeasedRuns(orm), (run) => run.workerId);
  return (await listWorkerRows(orm)).map((worker) => {
    const connection = context.dispatch.connected(worker.id);
    return {
      id: worker.id,
      name: worker.name,
      local: worker.local,
      version: worker.version,
      connected: connection !== null,
      lastSeenAt: worker.lastSeenAt.toISOString(),
      machine: worker.machine,
      slots: worker.slots,
      ephemeral: worker.ephemeral,
      endsAt: worker.endsAt?.toISOString() ?? null,
      devices: worker.devices,
      datasets: worker.datasets,
      ownSets: worker.ownSets,
      system: connection?.system ?? null,
      drained: worker.drained,
      trouble: troubleOf(worker),
      runs: (leased.get(worker.id) ?? []).map(({ config, workerId: _, ...run }) => ({
        ...run,
        label: runLabel(config),
      })),
    };
  });
}

function troubleOf({ trouble }: StoredWorker): WorkerTrouble | null {
  if (trouble === null) return null;
  const { message, since, until } = trouble;
  return { message, since, until };
}

const runLabel = (config: RunConfig) =>
  `${architectureLabel(config.architecture, config)}, depth ${config.depth}, width ${config.width}, ${datasetLabel(config.dataset)}, seed ${config.seed}`;

/** @param db the transaction that holds the only connection, where there is one */
export const listConnectedWorkers = async (context: ServiceContext, db: Executor = context.database.orm) =>
  (await listWorkerRows(db)).filter(({ id }) => context.dispatch.connected(id) !== null);
