import { type DatasetConfig, imbalanceOf, noiseRate } from "../../contract/datasetConfig.ts";

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

const differ = <T>(values: readonly T[]) => new Set(values).size > 1;

/**
 * Short names of data sets that differ in their noise or imbalance alone ("no noise", "noise 0.2", "imbalance 0.1"); null where
 * they differ in more, or in neither.
 */
export function disturbanceNames(datasets: readonly DatasetConfig[]): ((dataset: DatasetConfig) => string) | null {
  const [noise, imbalance] = [differ(datasets.map(noiseRate)), differ(datasets.map(imbalanceOf))];
  if (!noise && !imbalance) return null;
  if (differ(datasets.map((dataset) => JSON.stringify(withoutNoise(withoutImbalance(dataset)))))) return null;
  return (dataset) => {
    const [rate, ratio] = [noiseRate(dataset), imbalanceOf(dataset)];
    const parts = [
      ...(noise ? [rate > 0 ? `noise ${rate}` : "no noise"] : []),
      ...(imbalance ? [ratio < 1 ? `imbalance ${ratio}` : "balanced"] : []),
    ];
    return parts.join(" ");
  };
}
