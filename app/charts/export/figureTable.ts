import { type CsvFacts, csvHead, csvLine } from "../../../contract/csv.ts";
import { chartCsv } from "./chartCsv.ts";
import type { Figure, FigureTable, MapsFigure } from "./figure.ts";

const reading: CsvFacts = [["read", "pandas.read_csv(file, comment='#') or read.csv(file, comment.char='#')"]];

/** All numbers of a figure as CSV; its head says what they are. A text that a spreadsheet would run is marked as text. */
export function figureCsv(figure: Figure, facts: CsvFacts): string {
  const head: CsvFacts = [...facts, ...reading];
  const table = figure.table ?? (figure.kind === "maps" ? mapsTable(figure) : null);
  if (table === null && figure.kind === "chart") return chartCsv(figure.series, figure.x, figure.y.label, head);
  const { columns, rows } = table as FigureTable;
  return `${[...csvHead(head), csvLine(columns), ...rows.map(csvLine)].join("\r\n")}\r\n`;
}

/** One row an entry of the matrices. */
export const mapsTable = ({ maps }: MapsFigure): FigureTable => ({
  columns: ["map", "row", "column", "cosine", "standard deviation", "runs"],
  rows: maps.flatMap(({ title, names, cosines, deviations, count }) =>
    cosines.map((value, index) => [
      title,
      names[Math.floor(index / names.length)] ?? "",
      names[index % names.length] ?? "",
      value,
      deviations?.[index] ?? null,
      count,
    ]),
  ),
});
