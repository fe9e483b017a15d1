import type { ColumnChoice, PlannedColumn } from "../../contract/wire/imports.ts";

const prefix = "collapsar.import.columns ";
/** Tables that are remembered; the oldest are forgotten. */
const mostKept = 30;

/** Tables with the same columns in the same order are one. */
const keyOf = (columns: readonly PlannedColumn[]): string => {
  let hash = 0xcbf29ce484222325n;
  for (const unit of columns.map(({ column }) => column).join("\u0000"))
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit.codePointAt(0) ?? 0)) * 0x100000001b3n);
  return `${prefix}${columns.length} ${hash.toString(36)}`;
};

/** What this browser last took the columns of such a table for; null: there was none. */
export function recallColumns(columns: readonly PlannedColumn[]): ColumnChoice[] | null {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(columns)) ?? "null") as { choices: ColumnChoice[] } | null;
    return Array.isArray(kept?.choices) ? kept.choices : null;
  } catch {
    return null; // no storage, or not ours
  }
}

/** Remembers them for tables with the same columns; an empty list forgets them. */
export function rememberColumns(columns: readonly PlannedColumn[], choices: readonly ColumnChoice[]): void {
  try {
    if (choices.length === 0) {
      localStorage.removeItem(keyOf(columns));
      return;
    }
    localStorage.setItem(keyOf(columns), JSON.stringify({ at: Date.now(), choices }));
    const all = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    const timeOf = (key: string) => Number(/"at":(\d+)/.exec(localStorage.getItem(key) ?? "")?.[1] ?? 0);
    for (const key of all.sort((a, b) => timeOf(b) - timeOf(a)).slice(mostKept)) localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}
