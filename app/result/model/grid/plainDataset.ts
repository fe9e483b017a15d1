import {
  type DatasetConfig,
  datasetLabel,
  datasetTitle,
  imbalanceOf,
  imbalanceText,
  noiseRate,
} from "../../../../contract/data/datasetConfig.ts";
import { isTokenTask, tokenTaskTraits } from "../../../../contract/data/tokenTasks.ts";

/** A data set without its label noise. */
export function withoutNoise(dataset: DatasetConfig): DatasetConfig {
  if (!("labelNoise" in dataset)) return dataset;
  const { labelNoise: _, ...clean } = dataset;
  return clean;
}

/** A data set without its imbalance. */
export function withoutImbalance(dataset: DatasetConfig): DatasetConfig {
  if (dataset.id === "gaussian-clusters") return { ...dataset, imbalance: 1 };
  if (!("imbalance" in dataset)) return dataset;
  const { imbalance: _, ...balanced } = dataset;
  return balanced;
}

/** What a data set may differ in from others, each in words; in the order in which a name says them. */
const traits: readonly ((dataset: DatasetConfig) => string | null)[] = [
  datasetTitle,
  (dataset) => ("classes" in dataset ? `K=${dataset.classes}` : null),
  (dataset) => (isTokenTask(dataset) ? null : dataset.trainPerClass === null ? "all samples" : `n=${dataset.trainPerClass}`),
  ...Array.from(
    { length: 6 },
    (_, at) => (dataset: DatasetConfig) => (isTokenTask(dataset) ? (tokenTaskTraits(dataset)[at] ?? null) : null),
  ),
  (dataset) => ("dimension" in dataset ? `${dataset.dimension} dimensions` : null),
  (dataset) => ("separation" in dataset ? `separation ${dataset.separation}` : null),
  (dataset) => ("size" in dataset ? `${dataset.size} pixels` : null),
  (dataset) => ("maxLength" in dataset ? `${dataset.maxLength} tokens` : null),
  (dataset) => ("vocabulary" in dataset ? `${dataset.vocabulary} words` : null),
  (dataset) => ("dataSeed" in dataset ? `data seed ${dataset.dataSeed}` : null),
  (dataset) => (noiseRate(dataset) > 0 ? `noise ${noiseRate(dataset)}` : "no noise"),
  (dataset) => (imbalanceOf(dataset) < 1 ? imbalanceText(dataset) : "balanced"),
];

/**
 * Short names of data sets beside each other: what they differ in ("no noise", "separation 2", "MNIST"), or their label where
 * they do not.
 */
export function datasetNamer(datasets: readonly DatasetConfig[]): (dataset: DatasetConfig) => string {
  const differing = traits.filter((trait) => new Set(datasets.map(trait).filter((text) => text !== null)).size > 1);
  if (differing.length === 0) return datasetLabel;
  return (dataset) => {
    const parts = differing.map((trait) => trait(dataset)).filter((text) => text !== null);
    return parts.length === 0 ? datasetLabel(dataset) : parts.join(" ");
  };
}
