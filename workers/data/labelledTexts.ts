import { Failure } from "../../contract/failure.ts";

/** Texts with their classes, in file order. */
export interface LabelledTexts {
  texts: string[];
  /** Class of each text, 0 … K − 1. */
  labels: Uint16Array;
}

/** A line of a text file: its text, and where it begins, for errors. */
export interface TextLine {
  text: string;
  /** From 1. */
  number: number;
}

const bounds = { lines: 5_000_000, lineBytes: 1_000_000 };

/**
 * The lines of UTF-8 text; ends of line are \n or \r\n, and a byte order mark is left out.
 * @throws Failure DATASET_CORRUPT naming file, line and byte where the text is not UTF-8 or a line is too long
 */
export function* readLines(bytes: Uint8Array, name: string): Generator<TextLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let number = 1; from < bytes.length; number++) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    const corrupt = (what: string) => new Failure("DATASET_CORRUPT", `${name}, line ${number} (byte ${from}): ${what}.`);
    if (number > bounds.lines) throw corrupt(`there are more than ${bounds.lines} lines`);
    if (to - from > bounds.lineBytes) throw corrupt(`the line has ${to - from} bytes, at most ${bounds.lineBytes} are read`);
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(from, to));
    } catch {
      throw corrupt("expected UTF-8, found other bytes");
    }
    yield { text: text.endsWith("\r") ? text.slice(0, -1) : text, number };
    from = to + 1;
  }
}

/**
 * Lines `label<TAB>text`: the label is what stands before the first tab. Classes are numbered in the order of
 * `classNames`, or, where that is null, in that of the labels found: numbers by their value, words by their letters.
 * @throws Failure DATASET_CORRUPT naming file, line and what was expected
 */
export function parseLabelledLines(
  bytes: Uint8Array,
  name: string,
  classNames: readonly string[] | null,
): LabelledTexts & { classNames: string[] } {
  const given: string[] = [];
  const texts: string[] = [];
  for (const { text: line, number } of readLines(bytes, name)) {
    const corrupt = (what: string) => new Failure("DATASET_CORRUPT", `${name}, line ${number}: ${what}.`);
    const tab = line.indexOf("\t");
    if (tab < 0) throw corrupt(`expected "label<TAB>text", found no tab in ${quote(line)}`);
    const label = line.slice(0, tab).trim();
    if (label === "") throw corrupt(`expected a label before the tab, found none in ${quote(line)}`);
    if (label.length > 100) throw corrupt(`the label ${quote(label)} has ${label.length} characters, at most 100 are read`);
    if (classNames && !classNames.includes(label))
      throw corrupt(`expected the label ${listOf(classNames)}, found ${quote(label)}`);
    const text = line.slice(tab + 1).trim();
    if (text === "") throw corrupt("expected a text after the tab, found none");
    given.push(label);
    texts.push(text);
  }
  if (texts.length === 0) throw new Failure("DATASET_CORRUPT", `${name} is empty: expected lines "label<TAB>text".`);
  const names = classNames ? [...classNames] : sortLabels([...new Set(given)]);
  if (names.length > 1000)
    throw new Failure("DATASET_CORRUPT", `${name} has ${names.length} different labels; at most 1000 classes are read.`);
  const classOf = new Map(names.map((label, k) => [label, k]));
  return { texts, labels: Uint16Array.from(given, (label) => classOf.get(label)!), classNames: names };
}

function sortLabels(labels: string[]): string[] {
  const numeric = labels.every((label) => /^-?\d+$/.test(label));
  return labels.sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
}

const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
const listOf = (names: readonly string[]) => names.map((name) => `"${name}"`).join(" or ");
