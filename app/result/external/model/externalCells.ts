import {
  type ConfigKey,
  type ConfigValue,
  compareValues,
  configValue,
  configValueText,
  keyNamer,
  valueId,
  type WithValues,
} from "./configKeys.ts";

type Row = WithValues & { ordinal: number };

/** Runs that agree on some keys. */
export interface ExternalCell<Run> {
  key: string;
  label: string;
  /** Of each of the keys. */
  values: readonly (ConfigValue | undefined)[];
  members: Run[];
}

/** Runs in order of their values under some keys, and of when they were opened. */
export const compareRuns =
  (keys: readonly string[]) =>
  (a: Row, b: Row): number => {
    for (const key of keys) {
      const difference = compareValues(configValue(a.config, key), configValue(b.config, key));
      if (difference !== 0) return difference;
    }
    return a.ordinal - b.ordinal;
  };

/** Names runs by their values under some keys: "adam, width 64". */
export function runNamer(all: readonly ConfigKey[], keys: readonly string[]): (run: WithValues) => string {
  const nameOf = keyNamer(all);
  const kinds = new Map(all.map(({ key, values }) => [key, values.every((value) => typeof value === "string")]));
  return ({ config }) =>
    keys
      .map((key) => {
        const value = configValue(config, key);
        if (value === undefined) return `no ${nameOf(key)}`;
        return kinds.get(key) ? String(value) : `${nameOf(key)} ${configValueText(value)}`;
      })
      .join(", ");
}

/** Keys by which runs are told apart: all that vary, or else all there are. */
export function namingKeys(keys: readonly ConfigKey[]): string[] {
  const varying = keys.filter((key) => key.varies);
  return (varying.length > 0 ? varying : keys.slice(0, 3)).map(({ key }) => key);
}

/** Groups runs that agree on some keys; cells and members are ordered by value, never by when they were made. */
export function externalCells<Run extends Row>(
  rows: readonly Run[],
  all: readonly ConfigKey[],
  keys: readonly string[],
): ExternalCell<Run>[] {
  const nameOf = runNamer(all, keys);
  const cells = new Map<string, ExternalCell<Run>>();
  const seeds = all.filter((key) => key.isSeed).map(({ key }) => key);
  for (const row of [...rows].sort(compareRuns([...keys, ...seeds]))) {
    const values = keys.map((key) => configValue(row.config, key));
    // Charts name what belongs to a line "<key>/…".
    const key = JSON.stringify(values.map(valueId)).replaceAll("/", "\\u002f");
    const cell = cells.get(key);
    if (cell) cell.members.push(row);
    else cells.set(key, { key, label: nameOf(row), values, members: [row] });
  }
  return [...cells.values()];
}

/** "seed 0", or the run's number where no key is a seed. */
export function seedText(all: readonly ConfigKey[], run: Row): string {
  const seeds = all.filter((key) => key.isSeed && configValue(run.config, key.key) !== undefined);
  const nameOf = keyNamer(all);
  if (seeds.length === 0) return `run ${run.ordinal + 1}`;
  return seeds.map(({ key }) => `${nameOf(key)} ${configValueText(configValue(run.config, key))}`).join(", ");
}
