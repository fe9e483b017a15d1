import { formatCount } from "../../text/formatNumber.ts";
export const noteBounds = {
  /** Quotes and lists within each other. */
  depth: 40,
  brackets: 2_000,
  /** Signs of emphasis and code. */
  marks: 4_000,
  /** Formulas of one note that are set; further ones stay text. */
  formulas: 200,
} as const;

const deepLine = new RegExp(`^(?:[ \\t]*(?:>|(?:[-+*]|\\d{1,9}[.)])[ \\t])){${noteBounds.depth + 1}}`, "m");
const signsIn = (text: string, sign: RegExp) => text.match(sign)?.length ?? 0;

/**
 * Why a note is not set as Markdown: what takes a parser many seconds, or all of its stack, is found by counting.
 * @returns null if it can be set
 */
export function tangledBy(text: string): string | null {
  if (deepLine.test(text)) return `quotes or lists are nested more than ${noteBounds.depth} deep`;
  if (signsIn(text, /[[\]]/g) > noteBounds.brackets) return `it has more than ${formatCount(noteBounds.brackets)} brackets`;
  if (signsIn(text, /[*_~`]/g) > noteBounds.marks)
    return `it has more than ${formatCount(noteBounds.marks)} emphasis or code markers`;
  return null;
}
