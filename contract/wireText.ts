import { z } from "zod";

/** U+FFFD, what stands for a character that cannot be kept. */
const replacement = "\ufffd";

/**
 * A text as Postgres and JSON can keep it: NUL and halves of surrogate pairs are replaced, and what is too long is cut between
 * code points, with "…" at its end.
 */
export function storableText(text: string, maxLength: number): string {
  const kept = text.replaceAll("\0", replacement).toWellFormed();
  if (kept.length <= maxLength) return kept;
  const cut = kept.slice(0, maxLength - 1);
  // The cut may go through a pair.
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** A text that a worker sends. It is mended rather than refused: a label with an odd character must not cost a run. */
export const wireText = (maxLength: number) => z.string().overwrite((text) => storableText(text, maxLength));

/**
 * A text that a person typed: mended in the same way, and refused where it is too long, since they can shorten it themselves.
 * @param what begins the message: "a note"
 */
export const typedText = (maxLength: number, what: string) =>
  z
    .string()
    .overwrite((text) => storableText(text, Number.POSITIVE_INFINITY))
    .max(maxLength, `${what} has at most ${maxLength} characters`);

/** Whether a person can see anything of it: blanks, controls and marks that draw nothing do not count. */
export const isVisible = (text: string): boolean => /[^\p{Z}\p{C}\p{M}\u115f\u1160\u3164\uffa0\u2800]/u.test(text);
