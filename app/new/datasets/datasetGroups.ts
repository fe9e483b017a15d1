import { type DatasetConfig, imbalanceOf, noiseRate } from "../../../contract/data/datasetConfig.ts";
import { isTokenTask, type TokenTaskConfig } from "../../../contract/data/tokenTasks.ts";

/** Data sets of a draft that are one set at several noise rates and imbalances: all combinations of the two. */
export interface DatasetGroup {
  /** The set itself, without noise and balanced, with the number of large classes of a two-level profile. */
  base: DatasetConfig;
  rates: number[];
  imbalances: number[];
  noiseSeed: number;
  /** Places of its members among the draft's data sets. */
  indexes: number[];
}

const hasNoise = (config: DatasetConfig): config is Exclude<DatasetConfig, { id: "random-labels" } | TokenTaskConfig> =>
  config.id !== "random-labels" && !isTokenTask(config);

/** Whether a set's labels may be noisy and its classes unequal: not where the labels are random anyway, or are the task. */
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
  const placed = datasets.map((config, index) => ({ config, index }));
  const alike = Map.groupBy(placed, ({ config }) => JSON.stringify(baseOf(config)));
  return [...alike.values()].flatMap((members) => {
    const joined = members.length > 1 ? joinedGroup(members) : null;
    return joined === null ? members.map((member) => groupOf(member, [member])) : [joined];
  });
}

type Placed = { config: DatasetConfig; index: number };

/** The group of several sets that are alike but for noise and imbalance; null where they are no full grid, or differ in seeds. */
function joinedGroup(members: readonly Placed[]): DatasetGroup | null {
  const [first] = members;
  if (first === undefined) return null;
  const group = groupOf(first, members);
  const combinations = distinct(members.map(({ config }) => `${noiseRate(config)} ${imbalanceOf(config)}`)).length;
  const isGrid = combinations === members.length && members.length === group.rates.length * group.imbalances.length;
  return isGrid && seedsOf(members).length <= 1 ? group : null;
}

const seedsOf = (members: readonly Placed[]) =>
  distinct(members.map(({ config }) => seedOf(config)).filter((seed) => seed !== null));

const groupOf = (first: Placed, members: readonly Placed[]): DatasetGroup => ({
  base: baseOf(first.config),
  rates: distinct(members.map(({ config }) => noiseRate(config))).sort((a, b) => a - b),
  imbalances: distinct(members.map(({ config }) => imbalanceOf(config))).sort((a, b) => b - a),
  noiseSeed: seedsOf(members)[0] ?? 0,
  indexes: members.map(({ index }) => index),
});

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

/** A set whose first t classes are large and all others small, or, null, of geometric sizes. */
export function withLargeClasses(base: DatasetConfig, large: number | null): DatasetConfig {
  const { largeClasses: _, ...geometric } = base as DatasetConfig & { largeClasses?: number };
  return (large === null ? geometric : { ...geometric, largeClasses: large }) as DatasetConfig;
}
