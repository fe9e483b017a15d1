import { compareTexts } from "../../model/grid/gridAxes.ts";

/** One value of a caller's config. */
export type ConfigValue = number | string | boolean;
export type ConfigValues = Readonly<Record<string, ConfigValue>>;
export interface WithValues {
  config: { values: ConfigValues };
}

/** A key of the configs of a study's runs, with all that they have under it. */
export interface ConfigKey {
  key: string;
  /** number: whatever runs have under it is a number. */
  kind: "number" | "category";
  /** Different values, in order. */
  values: readonly ConfigValue[];
  /** Runs without it. */
  missing: number;
  /** The runs differ in it. */
  varies: boolean;
  /** Runs that differ in such keys alone are repetitions of one another. */
  isSeed: boolean;
}

/** The words of a key's last part: "model.randomSeed" is of "random" and "seed". */
const lastWords = (key: string): string[] =>
  (key.split(".").at(-1) ?? "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[\s_-]+/)
    .filter((word) => word !== "");

export const isSeedKey = (key: string): boolean => lastWords(key).at(-1) === "seed";

const depthNames = ["depth", "layers", "numlayers", "nlayers"];
/** How much a key's name says that it is a depth: 0 the most. */
export const depthRank = (key: string): number => {
  const rank = depthNames.indexOf(lastWords(key).join(""));
  return rank < 0 ? depthNames.length : rank;
};
export const isDepthKey = (key: string): boolean => depthRank(key) < depthNames.length;

/** The value of a config under a key; undefined where it has none. */
export const configValue = ({ values }: WithValues["config"], key: string): ConfigValue | undefined =>
  Object.hasOwn(values, key) ? values[key] : undefined;

/** Tells values apart, also the number 1 and the text "1". */
export const valueId = (value: ConfigValue | undefined): string => (value === undefined ? "" : `${typeof value} ${value}`);

/** A value for people; "–" where there is none. */
export function configValueText(value: ConfigValue | undefined): string {
  if (value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(6)));
}

const kinds = ["number", "boolean", "string"];

/** Numbers by size, texts by the numbers in them, what is missing last. */
export function compareValues(a: ConfigValue | undefined, b: ConfigValue | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  return kinds.indexOf(typeof a) - kinds.indexOf(typeof b) || Number(a) - Number(b);
}

/** The keys of some runs' configs, by name. */
export function configKeys(rows: readonly WithValues[]): ConfigKey[] {
  const found = new Map<string, Map<string, ConfigValue>>();
  const counts = new Map<string, number>();
  for (const { config } of rows)
    for (const [key, value] of Object.entries(config.values)) {
      const known = found.get(key) ?? new Map<string, ConfigValue>();
      found.set(key, known.set(valueId(value), value));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return [...found]
    .map(([key, known]): ConfigKey => {
      const values = [...known.values()].sort(compareValues);
      const missing = rows.length - (counts.get(key) ?? 0);
      return {
        ...{ key, values, missing },
        kind: values.every((value) => typeof value === "number") ? "number" : "category",
        varies: values.length > 1 || missing > 0,
        isSeed: isSeedKey(key),
      };
    })
    .sort((a, b) => compareTexts(a.key, b.key));
}

/** Whether a key's value follows from that of another: "model" of "depth", where each depth is of one model. */
export function followsFrom(rows: readonly WithValues[], key: string, other: string): boolean {
  const seen = new Map<string, string>();
  for (const { config } of rows) {
    const at = valueId(configValue(config, other));
    const value = valueId(configValue(config, key));
    if ((seen.get(at) ?? value) !== value) return false;
    seen.set(at, value);
  }
  return true;
}

/** A key as its column is named: its last part, where no other key ends alike. */
export function keyNamer(keys: readonly Pick<ConfigKey, "key">[]): (key: string) => string {
  const short = (key: string) => key.split(".").at(-1) || key;
  const counts = new Map<string, number>();
  for (const { key } of keys) counts.set(short(key), (counts.get(short(key)) ?? 0) + 1);
  return (key) => (counts.get(short(key)) === 1 ? short(key) : key);
}
