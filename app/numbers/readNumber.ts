import { storableText } from "../../contract/wireText.ts";
/** What was typed into a field: a number, nothing yet, or a text that is refused with the reason and the way out. */
export type ReadNumber = { value: number } | { value: null } | { problem: string };

interface Writing {
  /** What a person of this language puts between whole and decimals, and between thousands. */
  decimal: string;
  group: string;
  /** Groups of two digits above the last thousand, as in India. */
  inLakhs: boolean;
}

const writings = new Map<string, Writing>();

function writingOf(locale: string): Writing {
  let known = writings.get(locale);
  if (known === undefined) {
    const parts = formatOf(locale).formatToParts(12_345_678.5);
    const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
    const groups = parts.filter((part) => part.type === "integer").map((part) => part.value.length);
    known = { decimal: plainSign(of("decimal")), group: plainSign(of("group")), inLakhs: groups.at(-2) === 2 };
    writings.set(locale, known);
  }
  return known;
}

function formatOf(locale: string): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale, { useGrouping: "always" });
  } catch {
    return new Intl.NumberFormat("en");
  }
}

/** Blanks, apostrophes and the Arabic signs in one form each. */
const plainSign = (text: string) =>
  text
    .replace(/[\s\u00a0\u2007\u2009\u202f]/gu, " ")
    .replace(/[’ʼ′]/gu, "'")
    .replaceAll("٫", ",")
    .replaceAll("٬", "'");

/** Digits of any script as 0–9, minus signs as "-", and separators in one form each. */
export function plainDigits(text: string): string {
  const digits = text.replace(/\p{Nd}/gu, (sign) => (sign.length === 1 ? digitOf(sign) : sign));
  return plainSign(digits)
    .replace(/[−‒﹣－]/gu, "-")
    .replace(/＋/gu, "+");
}

/** Decimal digits of a script lie side by side from its zero on. */
function digitOf(sign: string): string {
  const code = sign.charCodeAt(0);
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCharCode(zero - 1))) zero--;
  return String((code - zero) % 10);
}

const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const threes = (sign: string) => new RegExp(`^[+-]?[1-9]\\d{0,2}(${sign}\\d{3})+$`);

/** What a person of this language puts between thousands; blanks of all kinds are one. */
export const groupSign = (locale: string): string => writingOf(locale).group;

/** The language of the person's browser. */
export const personLocale = (): string => (typeof navigator === "object" && navigator.language) || "en";

/**
 * Reads a number as a person of this language writes it, or as programs do (0.005, 1e-3). What could be two numbers ("1.500" where
 * a point parts thousands) is refused rather than guessed: never another number than was meant.
 */
export function readNumber(typed: string, locale: string = personLocale()): ReadNumber {
  const text = plainDigits(typed).trim();
  if (text === "") return { value: null };
  const shown = `“${storableText(typed.trim(), 30)}”`;
  const { decimal, group, inLakhs } = writingOf(locale);
  const bare = text.replace(/[ '.,]/g, "");

  // Blanks and apostrophes part thousands and nothing else.
  for (const sign of [" ", "'"]) {
    if (!text.includes(sign)) continue;
    const [whole = "", ...rest] = text.split(/[.,](?=\d*$)/);
    if (!threes(sign).test(whole)) return refuse(shown, "write the number without spaces, such as 1000");
    return done(`${whole.replaceAll(sign, "")}${rest.length > 0 ? `.${rest[0]}` : ""}`, shown);
  }
  const [points, commas] = [text.split(".").length - 1, text.split(",").length - 1];
  if (commas === 0 && points <= 1) {
    if (!plain.test(text)) return refuse(shown, wayOut(typed));
    // "1.500" is fifteen hundred to some: where a point parts thousands it is asked for again.
    if (points === 1 && group === "." && threes("\\.").test(text))
      return refuse(shown, `write ${bare} or ${Number(text)}${Number.isInteger(Number(text)) ? ".0" : "0"}: it could be either`);
    return done(text, shown);
  }
  if (points > 0 && commas > 0) {
    const last = text.lastIndexOf(".") > text.lastIndexOf(",") ? "." : ",";
    const [whole = "", decimals = "", ...more] = text.split(last);
    const other = last === "." ? "," : "\\.";
    if (more.length > 0 || !/^\d+$/.test(decimals) || !threes(other).test(whole)) return refuse(shown, wayOut(typed));
    return done(`${whole.replace(/[.,]/g, "")}.${decimals}`, shown);
  }
  if (points > 1) return threes("\\.").test(text) && group === "." ? done(bare, shown) : refuse(shown, wayOut(typed));
  if (commas > 1) {
    const grouped = threes(",").test(text) || (inLakhs && /^[+-]?[1-9]\d?(,\d{2})*,\d{3}$/.test(text));
    return grouped ? done(bare, shown) : refuse(shown, wayOut(typed));
  }
  // One comma.
  const asDecimal = text.replace(",", ".");
  const isGrouped = threes(",").test(text);
  if (isGrouped && decimal !== ",") return done(bare, shown);
  if (isGrouped) return refuse(shown, `write ${bare} or ${Number(asDecimal)}: it could be either`);
  if (decimal === "," && plain.test(asDecimal) && !text.endsWith(",")) return done(asDecimal, shown);
  return refuse(shown, plain.test(asDecimal) && !text.endsWith(",") ? `write ${asDecimal}, with a decimal point` : wayOut(typed));
}

function wayOut(typed: string): string {
  if (typed.includes("_")) return "write the number without “_”, such as 1000";
  if (/[\p{No}\p{Nl}]/u.test(typed) || typed.includes("/")) return "write a fraction in decimals, such as 0.5";
  if (typed.includes("%")) return "write a share in decimals, such as 0.05 for 5 %";
  return "write it as 0.005, 1000 or 1e-3";
}

const refuse = (shown: string, how: string): ReadNumber => ({ problem: `${shown} is not clear: ${how}.` });

function done(text: string, shown: string): ReadNumber {
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: `${shown} is too large: numbers here go up to about 1e308.` };
  if (value === 0 && /[1-9]/.test(text.split(/e/i)[0] as string))
    return { problem: `${shown} is too small: write 0 or at least 1e-300.` };
  if (/^[+-]?\d+$/.test(text) && !Number.isSafeInteger(value))
    return {
      problem: `${shown} has too many digits: whole numbers here are exact up to ${Number.MAX_SAFE_INTEGER.toLocaleString("en")}.`,
    };
  return { value };
}

/** A number as shown in a field: written so that it reads back as the same number in every language. */
export function writeNumber(value: number): string {
  const text = String(value);
  return /^-?[1-9]\d{0,2}\.\d{3}$/.test(text) ? `${text}0` : text;
}
