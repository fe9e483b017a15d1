import { layersOf } from "../../../contract/config/networkForm.ts";
import { isExternalConfig } from "../../../contract/external/externalConfig.ts";
import { seriesKey } from "../../../contract/metrics/seriesKey.ts";
import type { ExperimentSummary } from "../../../contract/wire/views.ts";
import type { Executor } from "../../../db/database.ts";
import { findDeepestRun, lockCounts, recountExperiment, storeNc1History } from "../../../db/queries/experiments.ts";
import { readSeries } from "../../../db/queries/series.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { noteExperiment } from "../notifications/noteExperiment.ts";
import { thinSeries } from "../series/thinSeries.ts";
import { toExperimentSummary } from "./toExperimentSummary.ts";

const historyPoints = 40;

/** Brings an experiment's row up to date with its runs and tells the pages. */
export async function refreshExperiment(
  context: ServiceContext,
  id: string,
  change: { touch: boolean; nc1History: boolean },
): Promise<ExperimentSummary | null> {
  const row = await context.database.transaction(async (tx) => {
    // First: what another server read of its runs earlier must not be stored later.
    await lockCounts(tx, id);
    if (change.nc1History) await updateNc1History(tx, id);
    const counted = await recountExperiment(tx, id, change.touch);
    if (counted) await noteExperiment(tx, context.publicUrl, counted);
    return counted;
  });
  if (!row || row.removedAt !== null) return null;
  const summary = toExperimentSummary(row, context.dispatch.slots());
  context.changes.publish(id, [{ kind: "experiment", summary }]);
  context.changes.listChanged("experiments");
  return summary;
}

/** NC1 of the deepest run's last layer, for the list's sparkline. */
export async function updateNc1History(tx: Executor, id: string): Promise<void> {
  const deepest = await findDeepestRun(tx, id);
  if (!deepest) return;
  const { config } = deepest;
  const layer = isExternalConfig(config) ? (config.layers?.length ?? 1) : layersOf(config);
  const [series] = await readSeries(tx, [deepest.id], [seriesKey("train", "nc1.ratio", layer)]);
  // A run that begins again has none: what an earlier attempt measured is void.
  const { last, history } = series
    ? { last: series.values.at(-1)!, history: thinSeries(series, historyPoints).values }
    : { last: null, history: null };
  await storeNc1History(tx, id, last, history);
}
