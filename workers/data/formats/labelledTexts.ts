import { limits } from "../../../contract/limits.ts";
import { alikeWarning } from "./alikeNames.ts";
import { corrupt, FileFaults } from "./fileFaults.ts";
import { headerColumns, isHeader, type TableRow } from "./tableHeader.ts";
import { readLines, splitAtCr } from "./textLines.ts";

/** Texts with their classes, in file order. */
export interface LabelledTexts {
  texts: string[];
  /** Class of each text, 0 … K − 1. */
  labels: Uint16Array;
}

const maxLabel = 100;

/** Texts of a table, and the remarks about it. */
export interface TableTexts extends LabelledTexts {
  classNames: string[];
  warnings: string[];
}

/**
 * Lines `label<TAB>text`: the label is everything before the first tab. Where the first line names the columns, as in
 * `text<TAB>label`, those are read. Classes are numbered in the order of `classNames`, or, where that is null, in that of the
 * labels found: numbers by their value, words by their letters.
 * @throws Failure DATASET_CORRUPT naming file, lines (the first ones, and their number) and what was expected
 */
export function parseLabelledLines(bytes: Uint8Array, name: string, classNames: readonly string[] | null): TableTexts {
  const lines = splitAtCr(Array.from(readLines(bytes, name)));
  let blank = 0;
  while (lines.length > 0 && lines[lines.length - 1].text.trim() === "") {
    lines.pop();
    blank++;
  }
  const rows: TableRow[] = lines.map(({ text, number }) => ({ cells: text.split("\t"), place: `line ${number}` }));
  const table = readTable(rows, name, "tab", classNames);
  const warnings = [...table.warnings];
  if (blank > 1) warnings.push(`${blank} empty lines at the end of ${name} are skipped.`);
  return { ...table, warnings };
}

/**
 * Labels and texts of a table's rows. @param by what parts the cells: after a tab the rest of the line is text
 * @throws see parseLabelledLines
 */
export function readTable(rows: TableRow[], name: string, by: "tab" | "comma", classNames: readonly string[] | null): TableTexts {
  const header = classNames === null && rows.length > 0 ? headerColumns(rows[0].cells) : null;
  const headed = header !== null && isHeader(header, rows);
  const columns = headed ? header : { label: 0, text: 1, of: 2 };
  const other = by === "comma" && !headed ? otherSeparator(rows) : null;
  if (other !== null)
    throw corrupt(
      name,
      `is separated by ${other}, and a ".csv" is read as comma-separated: save it with commas, or as lines label<TAB>text in a ".tsv"`,
    );
  const faults = new FileFaults();
  const given: string[] = [];
  const texts: string[] = [];
  let [wider, quoted] = [0, 0];
  for (const { cells, place } of headed ? rows.slice(1) : rows) {
    const refuse = (what: string) => faults.add(corrupt(`${name}, ${place}:`, what));
    const whole = cells.join(by === "tab" ? "\t" : ",");
    if (cells.length < columns.of) {
      const none = cells.length < 2 ? `no ${by} in` : `${cells.length} of ${columns.of} columns in`;
      refuse(
        `expected ${headed ? `the columns of the first line` : `"label<${by.toUpperCase()}>text"`}, found ${none} ${quote(whole)}${hint(whole, by)}`,
      );
      continue;
    }
    if (cells.length > columns.of) wider++;
    const label = cells[columns.label].trim();
    // Everything after the last column's tab is text, tabs included.
    const text = (
      columns.text === columns.of - 1 && by === "tab" ? cells.slice(columns.text).join("\t") : cells[columns.text]
    ).trim();
    if (label === "") refuse(`expected a label before the ${by}, found none in ${quote(whole)}`);
    else if (label.length > maxLabel)
      refuse(`the label ${quote(label)} has ${label.length} characters, at most ${maxLabel} are read`);
    else if (classNames && !classNames.includes(label)) refuse(`expected the label ${listOf(classNames)}, found ${quote(label)}`);
    else if (text === "") refuse(`expected a text after the ${by}, found none`);
    if (by === "tab" && /^"(.|\n)*"$/.test(text)) quoted++;
    given.push(label);
    texts.push(text);
  }
  faults.throwIfAny(name, "lines");
  if (texts.length === 0) throw corrupt(name, `is empty: expected lines "label<TAB>text"`);
  const names = classNames ? [...classNames] : sortLabels([...new Set(given)]);
  if (names.length > limits.classes.max)
    throw corrupt(
      name,
      `has ${names.length} different labels, such as ${names.slice(0, 3).map(quote).join(", ")}; at most ${limits.classes.max} classes are read. Is the label in the first column?`,
    );
  const classOf = new Map(names.map((label, k) => [label, k]));
  const warnings = alikeWarning(name, names);
  if (headed)
    warnings.push(
      `The first line of ${name} names the columns (${rows[0].cells.map(quote).join(", ")}) and is not read as a sample.`,
    );
  if (wider > 0) warnings.push(widerWarning(wider, name, by, columns));
  if (quoted > texts.length / 10)
    warnings.push(`${quoted} of ${texts.length} texts of ${name} are in quotation marks, which are read as part of the text.`);
  return { texts, labels: Uint16Array.from(given, (label) => classOf.get(label)!), classNames: names, warnings };
}

const linesHave = (lines: number, name: string) =>
  `${lines} line${lines === 1 ? "" : "s"} of ${name} ${lines === 1 ? "has" : "have"}`;

/** What separates a table's cells, if it occurs before the first comma in every row; null if nothing does. */
function otherSeparator(rows: TableRow[]): string | null {
  const separators: [string, string][] = [
    [";", "semicolons"],
    ["\t", "tabs"],
    ["|", "vertical bars"],
  ];
  const found = separators.find(([sign]) => rows.length > 0 && rows.every(({ cells }) => cells[0].includes(sign)));
  return found?.[1] ?? null;
}

const widerWarning = (lines: number, name: string, by: "tab" | "comma", columns: { text: number; of: number }) =>
  by === "tab" && columns.text === columns.of - 1
    ? `${linesHave(lines, name)} more than ${columns.of} columns: all after the ${columns.of === 2 ? "first tab" : `column before`} is read as text.`
    : `${linesHave(lines, name)} more columns than are read.`;

const hint = (line: string, by: "tab" | "comma") => {
  if (/^\s*<(!doctype|html)/i.test(line)) return "; it looks like a web page: the download went wrong";
  if (/^\s*[{[]/.test(line)) return "; it looks like JSON: write it as lines label<TAB>text";
  return by === "tab" && /[,;]/.test(line) ? '; a comma-separated table is read if its name ends in ".csv"' : "";
};

function sortLabels(labels: string[]): string[] {
  const numeric = labels.every((label) => /^-?\d+$/.test(label));
  return labels.sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
}

const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
const listOf = (names: readonly string[]) => names.map((name) => `"${name}"`).join(" or ");
