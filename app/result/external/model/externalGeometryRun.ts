import type { ExternalRunRow } from "../../../../contract/wire/externalViews.ts";
import { compareValues, configKeys, configValue, isDepthKey } from "./configKeys.ts";

/** The run whose geometry is shown: the chosen one, else the deepest of those that sent class sums, else the first. */
export function externalGeometryRun(rows: readonly ExternalRunRow[], ordinal: number | null): ExternalRunRow | null {
  const chosen = rows.find((row) => row.ordinal === ordinal);
  if (chosen) return chosen;
  const depth = configKeys(rows).find(({ key, kind }) => kind === "number" && isDepthKey(key))?.key;
  const measured = rows.filter((row) => row.external.passes !== undefined);
  if (depth === undefined) return measured[0] ?? null;
  const at = (row: ExternalRunRow) => configValue(row.config, depth);
  const [deepest] = [...measured].sort((a, b) => compareValues(at(b) ?? 0, at(a) ?? 0) || a.ordinal - b.ordinal);
  return deepest ?? null;
}
