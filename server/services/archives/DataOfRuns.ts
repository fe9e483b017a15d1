import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { datasetLabel } from "../../../contract/data/datasetConfig.ts";
import type { ResolvedDataset } from "../../../contract/data/resolvedDataset.ts";

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

  add({ config, dataset, ordinal }: { config: RunConfig; dataset: ResolvedDataset | null; ordinal: number }): void {
    if (dataset === null) return;
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
