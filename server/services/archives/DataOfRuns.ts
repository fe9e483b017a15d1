import { datasetLabel } from "../../../contract/data/datasetConfig.ts";
import type { ResolvedDataset } from "../../../contract/data/resolvedDataset.ts";
import { type AnyRunConfig, isExternalConfig } from "../../../contract/external/externalConfig.ts";

interface Data {
  label: string;
  sha256: string;
  classes: number;
  trainCounts: number[];
  testCounts: number[];
  /** Ordinals. */
  runs: number[];
}

/** On which data runs were trained: each once, with its hash. */
export class DataOfRuns {
  private readonly known = new Map<string, Data>();

  add({ config, dataset, ordinal }: { config: AnyRunConfig; dataset: ResolvedDataset | null; ordinal: number }): void {
    // Of data that are somebody else's nothing is known.
    if (dataset === null || isExternalConfig(config)) return;
    const label = datasetLabel(config.dataset);
    const key = `${label} ${dataset.hash}`;
    const { hash: sha256, classes, trainCounts, testCounts } = dataset;
    const data = this.known.get(key) ?? { label, sha256, classes, trainCounts, testCounts, runs: [] };
    data.runs.push(ordinal);
    this.known.set(key, data);
  }

  list(): Data[] {
    return [...this.known.values()];
  }
}
