import { type DatasetConfig, imbalanceOf, noiseRate } from "../../../contract/data/datasetConfig.ts";

/** Data sets of a draft that are one set at several noise rates and imbalances: all combinations of the two. */
export interface DatasetGroup {
  /** The set itself, without noise and balanced. */
  base: DatasetConfig;
  rates: number[];
  imbalances: number[];
  noiseSeed: number;
  /** Places of its members among the draft's data sets. */
  indexes: number[];
}

const hasNoise = (config: DatasetConfig): config is Exclude<DatasetConfig, { id: "random-labels" }> =>
  config.id !== "random-labels";

/** Whether a set's labels may be noisy and its classes unequal: not where the labels are random anyway. */
export const takesNoise = (config: DatasetConfig): boolean => hasNoise(config);

function baseOf(config: DatasetConfig): DatasetConfig {
  if (!hasNoise(config)) return config;
  const { labelNoise: _noise, imbalance: _imbalance, ...rest } = config;
  return (rest.id === "gaussian-clusters" ? { ...rest, imbalance: 1 } : rest) as DatasetConfig;
}

const seedOf = (config: DatasetConfig): number | null => (hasNoise(config) ? (config.labelNoise?.seed ?? null) : null);
const distinct = <T>(values: T[]): T[] => [...new Set(values)];

/** Joins sets that differ in noise and imbalance only, where they are all combinations of those; others stay alone. */
export function groupDatasets(datasets: readonly DatasetConfig[]): DatasetGroup[] {
  const buckets = new Map<string, number[]>();
  datasets.forEach((config, index) => {
    const key = JSON.stringify(baseOf(config));
    buckets.set(key, [...(buckets.get(key) ?? []), index]);
  });
  return [...buckets.values()].flatMap((indexes) => {
    const joined = groupOf(datasets, indexes);
    return joined === null ? indexes.map((index) => groupOf(datasets, [index]) as DatasetGroup) : [joined];
  });
}

function groupOf(datasets: readonly DatasetConfig[], indexes: number[]): DatasetGroup | null {
  const members = indexes.map((index) => datasets[index]);
  const rates = distinct(members.map(noiseRate)).sort((a, b) => a - b);
  const imbalances = distinct(members.map(imbalanceOf)).sort((a, b) => b - a);
  const seeds = distinct(members.map(seedOf).filter((seed) => seed !== null));
  const combinations = distinct(members.map((config) => `${noiseRate(config)} ${imbalanceOf(config)}`)).length;
  const complete = combinations === members.length && members.length === rates.length * imbalances.length;
  if ((!complete || seeds.length > 1) && members.length > 1) return null;
  return { base: baseOf(members[0]), rates, imbalances, noiseSeed: seeds[0] ?? 0, indexes };
}

/** The data sets that a group stands for; no rate stands for 0, and no imbalance for balanced. */
export function datasetsOfGroup(group: Omit<DatasetGroup, "indexes">): DatasetConfig[] {
  const { base } = group;
  if (!hasNoise(base)) return [base];
  const rates = group.rates.length === 0 ? [0] : group.rates;
  const imbalances = group.imbalances.length === 0 ? [1] : group.imbalances;
  return imbalances.flatMap((imbalance) =>
    rates.map(
      (rate): DatasetConfig =>
        ({
          ...base,
          ...(rate === 0 ? {} : { labelNoise: { rate, seed: group.noiseSeed } }),
          ...(imbalance === 1 ? {} : { imbalance }),
        }) as DatasetConfig,
    ),
  );
}

/** The draft's data sets with one group replaced, or with it taken out (null). */
export function withGroup(
  groups: readonly DatasetGroup[],
  at: number,
  next: Omit<DatasetGroup, "indexes"> | null,
): DatasetConfig[] {
  return groups.flatMap((group, index) => {
    if (index !== at) return datasetsOfGroup(group);
    return next === null ? [] : datasetsOfGroup(next);
  });
}
