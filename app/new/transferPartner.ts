import { transferProblem } from "../../contract/compatibility.ts";
import { type DatasetConfig, type DatasetId, datasetIds, ownDatasetIds } from "../../contract/datasetConfig.ts";
import { newDataset } from "./newDataset.ts";

/** A first suggestion for the second set: one that every chosen set's networks can read, and that is none of them where there is such. */
export function transferPartner(datasets: readonly DatasetConfig[]): DatasetId {
  const named = datasetIds.filter((id) => ownDatasetIds.every((own) => own !== id));
  const readable = named.filter((id) => datasets.every((dataset) => transferProblem(dataset, newDataset(id)) === null));
  return readable.find((id) => datasets.every((dataset) => dataset.id !== id)) ?? readable[0] ?? datasets[0]?.id ?? datasetIds[0];
}
