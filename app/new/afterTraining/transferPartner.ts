import { transferProblem } from "../../../contract/config/compatibility.ts";
import { type DatasetConfig, type DatasetId, datasetIds, ownDatasetIds } from "../../../contract/data/datasetConfig.ts";
import { newDataset } from "../datasets/newDataset.ts";

/** Tried first: sets of their own kind, and not another cut of the same pictures. */
const preferred: readonly DatasetId[] = ["mnist", "fashion-mnist", "cifar10", "sentence-polarity", "gaussian-clusters"];

/** A first suggestion for the second set: one that every chosen set's networks can read, and none of them where there is such. */
export function transferPartner(datasets: readonly DatasetConfig[]): DatasetId {
  const named = [...new Set([...preferred, ...datasetIds])].filter((id) => ownDatasetIds.every((own) => own !== id));
  const readable = named.filter((id) => datasets.every((dataset) => transferProblem(dataset, newDataset(id)) === null));
  const another = readable.find((id) => datasets.every((dataset) => dataset.id !== id));
  return another ?? readable[0] ?? datasets[0]?.id ?? "mnist";
}
