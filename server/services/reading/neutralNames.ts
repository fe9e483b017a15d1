import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import type { DatasetConfig } from "../../../contract/data/datasetConfig.ts";
import { ownNameOf } from "../../../contract/data/ownSet.ts";
import {
  type AnyExperimentConfig,
  type ExternalRunConfig,
  isExternal,
  isExternalConfig,
} from "../../../contract/external/externalConfig.ts";
import type { Executor } from "../../../db/database.ts";
import type { StoredExperiment } from "../../../db/queries/experiments.ts";
import { listConfigTexts } from "../../../db/queries/externalRuns.ts";

/** What a study's own data sets are called where their names are hidden, by kind and name. */
export type NeutralNames = ReadonlyMap<string, string>;

const keyOf = ({ id, name }: { id: string; name: string }) => `${id}/${name}`;

/** `data-set-1`, `data-set-2` …, in the order in which the study's grid names its own sets: the same in every answer. */
export function neutralNames(config: Pick<ExperimentConfig, "datasets" | "afterTraining" | "other">): NeutralNames {
  const transfer = config.afterTraining?.transfer?.dataset;
  const second = [transfer, config.other?.dataset].filter((set) => set !== undefined);
  const own = [...config.datasets, ...second].flatMap((dataset) => ownNameOf(dataset) ?? []);
  return new Map([...new Set(own.map(keyOf))].map((key, index) => [key, `data-set-${index + 1}`]));
}

export function hideOwnSet(dataset: DatasetConfig, names: NeutralNames): DatasetConfig {
  const own = ownNameOf(dataset);
  if (own === null) return dataset;
  const name = names.get(keyOf(own)) ?? "data-set";
  if (dataset.id === "image-folder") return { ...dataset, folder: name };
  return dataset.id === "text-file" ? { ...dataset, file: name } : dataset;
}

/** The same of any study: what a person wrote into the configs of their own programs is named after its key. */
export const neutralNamesOf = async (db: Executor, experiment: StoredExperiment): Promise<NeutralNames> =>
  isExternal(experiment) ? neutralValues(await listConfigTexts(db, experiment.id)) : neutralNames(experiment.config);

/** `optimizer-1`, `optimizer-2` …, in the order in which the study's runs have them. */
function neutralValues(texts: { key: string; text: string }[]): NeutralNames {
  const counts = new Map<string, number>();
  return new Map(
    texts.map(({ key, text }) => {
      const number = (counts.get(key) ?? 0) + 1;
      counts.set(key, number);
      return [keyOf({ id: key, name: text }), `${key}-${number}`];
    }),
  );
}

/** Numbers and true or false tell nothing of who ran it; texts may be paths and names. */
export const hideTexts = (config: ExternalRunConfig, names: NeutralNames): ExternalRunConfig => ({
  ...config,
  values: Object.fromEntries(
    Object.entries(config.values).map(([key, value]) => [
      key,
      typeof value === "string" ? (names.get(keyOf({ id: key, name: value })) ?? key) : value,
    ]),
  ),
});

/** An external study's own config has no names. */
export function hideOwnSets<Config extends AnyExperimentConfig>(config: Config, names: NeutralNames): Config;
export function hideOwnSets(config: AnyExperimentConfig, names: NeutralNames): AnyExperimentConfig {
  if (isExternalConfig(config)) return config;
  const { datasets, afterTraining, other } = config;
  const transfer = afterTraining?.transfer;
  return {
    ...config,
    datasets: datasets.map((dataset) => hideOwnSet(dataset, names)),
    ...(transfer && {
      afterTraining: { ...afterTraining, transfer: { ...transfer, dataset: hideOwnSet(transfer.dataset, names) } },
    }),
    ...(other && { other: { ...other, dataset: hideOwnSet(other.dataset, names) } }),
  };
}
