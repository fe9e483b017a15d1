import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import type { DatasetConfig } from "../../../contract/data/datasetConfig.ts";
import { ownNameOf } from "../../../contract/data/ownSet.ts";

/** What a study's own data sets are called where their names are hidden, by kind and name. */
export type NeutralNames = ReadonlyMap<string, string>;

const keyOf = ({ id, name }: { id: string; name: string }) => `${id}/${name}`;

/** `data-set-1`, `data-set-2` …, in the order in which the study's grid names its own sets: the same in every answer. */
export function neutralNames(config: Pick<ExperimentConfig, "datasets" | "afterTraining">): NeutralNames {
  const transfer = config.afterTraining?.transfer?.dataset;
  const own = [...config.datasets, ...(transfer ? [transfer] : [])].flatMap((dataset) => ownNameOf(dataset) ?? []);
  return new Map([...new Set(own.map(keyOf))].map((key, index) => [key, `data-set-${index + 1}`]));
}

export function hideOwnSet(dataset: DatasetConfig, names: NeutralNames): DatasetConfig {
  const own = ownNameOf(dataset);
  if (own === null) return dataset;
  const name = names.get(keyOf(own)) ?? "data-set";
  if (dataset.id === "image-folder") return { ...dataset, folder: name };
  return dataset.id === "text-file" ? { ...dataset, file: name } : dataset;
}

export function hideOwnSets(config: ExperimentConfig, names: NeutralNames): ExperimentConfig {
  const { datasets, afterTraining } = config;
  const transfer = afterTraining?.transfer;
  return {
    ...config,
    datasets: datasets.map((dataset) => hideOwnSet(dataset, names)),
    ...(transfer && {
      afterTraining: { ...afterTraining, transfer: { ...transfer, dataset: hideOwnSet(transfer.dataset, names) } },
    }),
  };
}
