import type { ExternalValue } from "../../../../contract/external/externalConfig.ts";
import { externalLimits } from "../../../../contract/external/externalLimits.ts";
import { storableText } from "../../../../contract/wireText.ts";
import type { Delimiter } from "./tableForm.ts";

/** How programs write that there is no number. */
const none = /^(|-|–|nan|na|n\/a|null|none|undefined)$/i;
const infinite = /^[+-]?(inf|infinity|∞)$/i;
const decimalPoint = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$/;
const decimalComma = /^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d{1,4})?$/;

/** A number as it stands in a cell: finite, "infinite" (also NaN where it says so), null for none, undefined for another text. */
export type CellNumber = number | "not finite" | null | undefined;

/** @param delimiter of the table: where it is no comma, "0,5" is a half */
export function readNumber(cell: string, delimiter: Delimiter): CellNumber {
  const text = cell.trim();
  if (none.test(text)) return /^nan$/i.test(text) ? "not finite" : null;
  if (infinite.test(text)) return "not finite";
  const plain = delimiter !== "," && decimalComma.test(text) ? text.replace(",", ".") : text;
  if (!decimalPoint.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : "not finite";
}

/** Digits that float64 holds exactly. */
const exactDigits = 15;
/** What counts as a text though it has digits alone: "007", and ids that are too long for a number. */
const isNumberLikeText = (text: string) =>
  /^[+-]?(0\d+|\d+)$/.test(text) && (/^[+-]?0\d/.test(text) || text.length > exactDigits);

/** A value of a config: number, true or false, text; null where the cell is empty. */
export function readValue(cell: string, delimiter: Delimiter): ExternalValue | null {
  const text = cell.trim();
  if (none.test(text) && !/^none$/i.test(text)) return null;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const number = isNumberLikeText(text) ? undefined : readNumber(text, delimiter);
  return typeof number === "number" ? number : storableText(text, externalLimits.valueLength);
}
