/** What a table is, one line each. */
export type CsvFacts = readonly (readonly [name: string, value: string])[];

type Cell = string | number | boolean | null | undefined;

/** One line of a CSV table. A text that a spreadsheet would run as a formula is marked as text by an apostrophe. */
export const csvLine = (cells: readonly Cell[]): string => cells.map(csvCell).join(",");

/** Quoted also where a comment sign stands in it: whoever skips comments does so outside of quotes. */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return "";
  // String(-0) is "0", which is another number.
  if (typeof value !== "string") return Object.is(value, -0) ? "-0" : String(value);
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n#]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Lines above a table that say what it is: "# name: value". A spreadsheet shows each in one cell of its own, so a comma becomes a
 * semicolon there, and nothing in it can open a quoted cell.
 */
export function csvHead(facts: CsvFacts): string[] {
  return facts.map(([name, value]) =>
    `# ${name}: ${value}`
      .replaceAll(",", ";")
      .replaceAll('"', "'")
      .replace(/[\r\n\t]+/g, " "),
  );
}
