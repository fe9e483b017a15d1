import { hasManyClasses, isOfFewClasses, notMeasuredText } from "../../../../contract/metrics/classLimit.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { countOf } from "../../../text/formatNumber.ts";

type Counted = Pick<RunRow, "classes">;

/** Whether all runs that have begun have too many classes for what is shown: the pictures, or a metric. */
export function isBeyondClasses(rows: readonly Counted[], what: string): boolean {
  if (what !== "geometry" && !isOfFewClasses(what)) return false;
  const begun = rows.filter((row) => row.classes !== null);
  return begun.length > 0 && begun.every((row) => hasManyClasses(row.classes as number));
}

/** "3 of 6 runs not measured above 64 classes"; null where none is concerned. */
export function classLimitText(rows: readonly Counted[], what: string): string | null {
  if (what !== "geometry" && !isOfFewClasses(what)) return null;
  const many = rows.filter((row) => row.classes !== null && hasManyClasses(row.classes)).length;
  if (many === 0) return null;
  return many === rows.length ? notMeasuredText : `${many} of ${countOf(rows.length, "run")} ${notMeasuredText}`;
}

/** In place of a panel that would stay empty. */
export const notMeasured = `${notMeasuredText.charAt(0).toUpperCase()}${notMeasuredText.slice(1)}.`;
