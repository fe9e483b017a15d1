import { type DatasetConfig, type DatasetId, datasetConfig } from "../../../contract/data/datasetConfig.ts";

/** A set with the schema's defaults; a folder or file of a person's own is still to be named. */
export function newDataset(id: DatasetId): DatasetConfig {
  const named = { folder: "name", file: "name" } as const;
  if (id === "image-folder") return { ...datasetConfig.parse({ id, folder: named.folder }), folder: "" } as DatasetConfig;
  if (id === "text-file") return { ...datasetConfig.parse({ id, file: named.file }), file: "" } as DatasetConfig;
  return datasetConfig.parse({ id });
}
