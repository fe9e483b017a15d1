import type { AxisKind } from "../../../charts/axes/plotCoordinates.ts";
import {
  type ConfigKey,
  type ConfigValue,
  configValue,
  depthRank,
  followsFrom,
  isDepthKey,
  valueId,
  type WithValues,
} from "./configKeys.ts";

/** What a curve over external runs is over: a key of their configs, or the steps of their training. */
export type ExternalAxis = { of: "step" } | { of: "key"; key: string };

export const stepAxis: ExternalAxis = { of: "step" };

export const sameAxis = (a: ExternalAxis, b: ExternalAxis): boolean =>
  a.of === b.of && (a.of !== "key" || b.of !== "key" || a.key === b.key);

/** Keys that can be on the x axis: what varies, but seeds; a depth first, then numbers, then categories. */
export function axisKeys(keys: readonly ConfigKey[]): ConfigKey[] {
  const varying = keys.filter((key) => key.values.length > 1 && !key.isSeed);
  const order = ({ key, kind }: ConfigKey) => (kind === "category" ? Number.POSITIVE_INFINITY : depthRank(key));
  return varying.toSorted((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
}

/** The axis when none is chosen: a depth, else the first number that varies, else the steps. */
export function defaultAxis(rows: readonly WithValues[], keys: readonly ConfigKey[]): ExternalAxis {
  const numbers = axisKeys(keys).filter((key) => key.kind === "number");
  const first = numbers.find((key) => isDepthKey(key.key)) ?? numbers.find((key) => !isName(rows, key)) ?? numbers[0];
  return first === undefined ? stepAxis : { of: "key", key: first.key };
}

/** A key that every run has another value of names the runs, as their starting times do: it groups nothing. */
const isName = (rows: readonly WithValues[], { values, missing }: ConfigKey): boolean =>
  rows.length > 2 && missing === 0 && values.length === rows.length;

/** Keys that can make a line each beside this axis: all that vary without it, but seeds. */
export const lineKeys = (keys: readonly ConfigKey[], axis: ExternalAxis): ConfigKey[] =>
  keys.filter((key) => key.varies && !key.isSeed && !(axis.of === "key" && axis.key === key.key));

/** Of these, those that do by default: not names of runs, and not what follows from the place on the axis. */
export const defaultLines = (rows: readonly WithValues[], keys: readonly ConfigKey[], axis: ExternalAxis): string[] =>
  lineKeys(keys, axis)
    .filter((key) => !isName(rows, key) && !(axis.of === "key" && followsFrom(rows, key.key, axis.key)))
    .map(({ key }) => key);

/** Keys that change along with the axis: what is seen over it may be due to them. */
export const confounded = (rows: readonly WithValues[], keys: readonly ConfigKey[], axis: ExternalAxis): string[] =>
  axis.of === "step"
    ? []
    : lineKeys(keys, axis)
        .filter((key) => key.values.length > 1 && !isName(rows, key) && followsFrom(rows, key.key, axis.key))
        .map(({ key }) => key);

/** How a key's numbers lie on an axis: doublings for depths and small whole numbers that grow, decades where they span one and a half. */
export function axisKind({ key, kind, values }: ConfigKey): AxisKind {
  const numbers = values as number[];
  if (kind !== "number" || numbers.length === 0 || numbers.some((value) => !(value > 0))) return "linear";
  const ratio = Math.max(...numbers) / Math.min(...numbers);
  if (isDepthKey(key) || (ratio >= 4 && ratio <= 1024 && numbers.every(Number.isInteger))) return "log2";
  return ratio >= 30 ? "log10" : "linear";
}

/** Places of a key's values on its axis: numbers their own, categories 0, 1, 2, … in order. */
export function placesOnKey(key: ConfigKey): (run: WithValues) => number | null {
  const numbers = new Map(key.values.map((value: ConfigValue, index) => [valueId(value), index]));
  return ({ config }) => {
    const value = configValue(config, key.key);
    if (value === undefined) return null;
    return key.kind === "number" ? (value as number) : (numbers.get(valueId(value)) ?? null);
  };
}

/** The axis that is drawn: the one asked for, where some run has such a key, else the default. */
export function axisInEffect(rows: readonly WithValues[], keys: readonly ConfigKey[], asked: ExternalAxis | null): ExternalAxis {
  if (asked?.of === "step" || (asked?.of === "key" && keys.some(({ key }) => key === asked.key))) return asked;
  return defaultAxis(rows, keys);
}
