import { storableText } from "../../contract/wireText.ts";
import { groupSign, personLocale, plainDigits, readNumber } from "./readNumber.ts";

interface ReadNumbers {
  /** Each number once, in order of their size. */
  values: number[];
  /** What could not be read, to be left in the field. */
  rest: string;
  /** Why, with the way out; null if all was read. */
  problem: string | null;
}

interface ListRules {
  /** Values that fit. */
  atMost: number;
  /** Whether a value is within the bounds of the field: what can be read in two ways is read in the one that fits. */
  isValid?: (value: number) => boolean;
  locale?: string;
}

const range = /^(-?\d+)(?:-|\.\.|–)(-?\d+)$/;
const natural = /^[+-]?(0|[1-9]\d*)?(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * Reads "2, 3,5 8", ranges "0-4" and "0..4", and any mix of them. Commas part the numbers of a list and, in many languages, decimals
 * or thousands: a text that is one number as well as several within the field's bounds is refused, with both ways to write it.
 */
export function readNumbers(typed: string, { atMost, isValid = () => true, locale = personLocale() }: ListRules): ReadNumbers {
  const values = new Set<number>();
  const rest: string[] = [];
  let problem: string | null = null;
  const refuse = (token: string, why: string) => {
    problem ??= why;
    rest.push(token);
  };
  const bySemicolon = typed.includes(";");
  for (const token of partsOf(typed).flatMap((part) => tokensOf(part, isValid, locale))) {
    const text = plainDigits(token);
    const words = text.split(" ");
    if (words.length > 1 && !words.some((word) => /^0/.test(word)) && words.map(Number).every(isValid)) {
      refuse(
        token,
        `“${token}” is not clear: write “${words.join("; ")}” for ${words.length} numbers, or “${words.join("")}” for one.`,
      );
      continue;
    }
    if (/^[+-]?0\d/.test(text)) {
      refuse(token, unclear(token));
      continue;
    }
    const ends = range.exec(text);
    if (ends !== null) {
      const [from, to] = [Number(ends[1]), Number(ends[2])];
      const count = Math.abs(to - from) + 1;
      if (count > atMost)
        refuse(token, `${token} is ${count.toLocaleString("en")} values; at most ${atMost} fit. Choose a shorter range.`);
      else for (let value = Math.min(from, to); value <= Math.max(from, to); value++) values.add(value);
      continue;
    }
    const one = readNumber(token, locale);
    const several = bySemicolon ? null : severalIn(text);
    // As one number it may be clear here, or be one of two that are both meant as one.
    const alone = onesIn(text);
    if (several?.every(isValid)) {
      const other = alone.find(isValid);
      if (other === undefined) for (const value of several) values.add(value);
      else
        refuse(
          token,
          `“${token}” is not clear: write “${several.join("; ")}” for ${several.length} numbers, or “${other}” for one.`,
        );
      continue;
    }
    if ("problem" in one) refuse(token, several === null || alone.length > 0 ? one.problem : unclear(token));
    else if (one.value !== null) values.add(one.value);
  }
  return { values: [...values].sort((a, b) => a - b), rest: rest.join(bySemicolon ? "; " : ", "), problem };
}

const unclear = (token: string) => `“${storableText(token, 30)}” is not clear: write numbers as “2, 3, 5” or a range as “0-4”.`;

/** Parts that stand apart: at semicolons, and at commas before a blank. */
const partsOf = (typed: string): string[] =>
  typed
    .split(/;|,(?=\s|$)/)
    .map((part) => part.trim())
    .filter(Boolean);

/**
 * A part's numbers, which blanks part; or the part itself where the blanks may part thousands: "10 000" is one number, since nobody
 * writes 000 for a number of its own.
 */
function tokensOf(part: string, isValid: (value: number) => boolean, locale: string): string[] {
  const words = part.split(/\s+/u);
  if (words.length === 1) return words;
  const plain = words.map(plainDigits);
  if (plain.some((word) => /^0\d/.test(word))) return [part];
  const isGrouped = plain.every((word, index) => (index === 0 ? /^[1-9]\d{0,2}$/ : /^\d{3}$/).test(word));
  return isGrouped && groupSign(locale) === " " && isValid(Number(plain.join(""))) ? [part] : words;
}

/** The numbers of a comma-separated text; null if it is not such a list. */
function severalIn(text: string): number[] | null {
  const parts = text.split(",");
  if (parts.length < 2 || !parts.every((part) => part !== "" && natural.test(part))) return null;
  return parts.map(Number);
}

/** What a text with commas may be as one number: with decimals behind its comma, or with thousands between them. */
function onesIn(text: string): number[] {
  const ones: number[] = [];
  if (/^[+-]?\d+,\d+$/.test(text)) ones.push(Number(text.replace(",", ".")));
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(text)) ones.push(Number(text.replaceAll(",", "")));
  return ones;
}
