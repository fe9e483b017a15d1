/** A line of a table, in cells. */
export interface TableRow {
  cells: string[];
  /** For errors: "line 7". */
  place: string;
}

const labelWords = new Set(["label", "labels", "class", "category", "target", "sentiment", "intent", "topic", "polarity", "y"]);
const textWords = new Set([
  "text",
  "texts",
  "sentence",
  "review",
  "content",
  "message",
  "tweet",
  "comment",
  "document",
  "body",
  "title",
  "utterance",
  "x",
]);

/** Which columns are read, of how many. */
export interface Columns {
  label: number;
  text: number;
  of: number;
}

/** The columns that a first line names; null if it names none. */
export function headerColumns(cells: string[]): Columns | null {
  const words = cells.map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .toLowerCase(),
  );
  const label = words.findIndex((word) => labelWords.has(word));
  const text = words.findIndex((word) => textWords.has(word));
  return label < 0 || text < 0 ? null : { label, text, of: cells.length };
}

/** A first line names the columns only if its label is not a class of the other lines. */
export const isHeader = (columns: Columns, rows: TableRow[]): boolean => {
  const name = rows[0].cells[columns.label].trim();
  return rows.length > 1 && !rows.some(({ cells }, at) => at > 0 && cells[columns.label]?.trim() === name);
};
