"use client";
import { createContext, useContext } from "react";
import type { CsvFacts } from "../../../contract/csv.ts";

/** Of what study or run the charts of a page are, and which program drew them: stated at the head of each table that is saved. */
export const ExportFactsContext = createContext<CsvFacts>([]);

/** The head of a table, as of now. */
export function useExportHead(): (table: string, more?: CsvFacts) => CsvFacts {
  const facts = useContext(ExportFactsContext);
  return (table, more = []) => [
    ["table", table],
    ...facts,
    ["exported", new Date().toISOString()],
    ["read", "pandas.read_csv(file, comment='#') or read.csv(file, comment.char='#')"],
    ...more,
  ];
}
