"use client";
import { createContext, useContext } from "react";
import type { CsvFacts } from "../../../contract/csv.ts";
import type { FigureSource } from "./figureFacts.ts";

/** Of what study or run the charts of a page are, and which program drew them: stated at the head of each file that is saved. */
export const ExportFactsContext = createContext<FigureSource>({ name: "", facts: [] });

/** The head of a table, as of now. */
export function useExportHead(): (table: string, more?: CsvFacts) => CsvFacts {
  const { facts } = useContext(ExportFactsContext);
  return (table, more = []) => [
    ["table", table],
    ...facts,
    ["exported", new Date().toISOString()],
    ["read", "pandas.read_csv(file, comment='#') or read.csv(file, comment.char='#')"],
    ...more,
  ];
}
