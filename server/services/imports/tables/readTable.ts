import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { importLimits } from "../../../../contract/wire/imports.ts";
import { storableText } from "../../../../contract/wireText.ts";
import { counted, quoted, refuseFile } from "../refuse.ts";
import type { UploadedFile } from "../uploadedFile.ts";
import { decodeText } from "./decodeText.ts";
import { type Delimiter, readForm, type TableForm } from "./tableForm.ts";

export interface Row {
  /** As many as there are columns. */
  cells: string[];
  /** Number of the line on which it ends, from 1. */
  line: number;
}

/** A table of a file; its rows are read anew each time. */
export interface Table {
  file: UploadedFile;
  /** Names of the columns, each once. */
  columns: string[];
  delimiter: Delimiter;
  rows(): AsyncGenerator<Row>;
}

/** @throws Failure INVALID naming the first that has other columns than the first of all */
export function requireSameColumns([first, ...others]: readonly Table[]): void {
  for (const { file, columns } of others)
    if (columns.join("\n") !== first!.columns.join("\n"))
      throw refuseFile(
        file.name,
        ` has other columns than ${first!.file.name}: import tables with different columns one by one.`,
      );
}

const maxNameLength = 1_000;

/**
 * Opens a CSV table: the separator is a comma, a semicolon, a tab or "|", found by itself; UTF-8, or UTF-16 with its mark.
 * @throws Failure INVALID for what is none, or too large
 */
export async function openTable(file: UploadedFile): Promise<Table> {
  if (file.bytes > importLimits.tableBytes)
    throw refuseFile(
      file.name,
      ` has ${counted(file.bytes)} bytes; a table may have at most ${counted(importLimits.tableBytes)}. Divide it, or export fewer columns.`,
    );
  const form = await readForm(file);
  for await (const { cells } of readRows(file, form)) {
    if (cells.length > importLimits.columns)
      throw refuseFile(
        file.name,
        ` has ${counted(cells.length)} columns; at most ${counted(importLimits.columns)} are read. Export fewer of them.`,
      );
    const columns = nameColumns(cells);
    return { file, columns, delimiter: form.delimiter, rows: () => readBody(file, form, columns.length) };
  }
  throw refuseFile(file.name, " has no header: its first row must name the columns.");
}

/** Each name once: "loss", "loss (2)". */
function nameColumns(cells: string[]): string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, at) => {
    const name = storableText(cell.trim(), maxNameLength) || `column ${at + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

async function* readBody(file: UploadedFile, form: TableForm, width: number): AsyncGenerator<Row> {
  let isHeader = true;
  for await (const row of readRows(file, form)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    if (row.cells.length !== width)
      throw refuseFile(
        file.name,
        `, line ${counted(row.line)}: has ${counted(row.cells.length)} ${row.cells.length === 1 ? "cell" : "cells"}; the header names ${counted(width)} columns. A cell with a separator in it must stand in quotes.`,
      );
    yield row;
  }
}

async function* readRows(file: UploadedFile, { encoding, delimiter, skipped }: TableForm): AsyncGenerator<Row> {
  const parser = parse({
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: importLimits.rowLength,
  });
  const text = Readable.from(withoutHead(decodeText(file, encoding), skipped.characters));
  // What goes wrong on the way comes out of the parser.
  pipeline(text, parser, () => undefined);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>)
      yield { cells: record, line: info.lines + skipped.lines };
  } catch (error) {
    throw error instanceof CsvError ? refuseRow(error, file, skipped.lines) : error;
  } finally {
    text.destroy();
  }
}

async function* withoutHead(text: AsyncIterable<string>, characters: number): AsyncGenerator<string> {
  let left = characters;
  for await (const part of text) {
    const kept = part.slice(left);
    left = Math.max(0, left - part.length);
    if (kept !== "") yield kept;
  }
}

function refuseRow(error: CsvError, { name }: UploadedFile, skippedLines: number): Error {
  const lines = Number((error as unknown as { lines?: number }).lines ?? 0) + skippedLines;
  const place = `, line ${counted(lines)}: `;
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return refuseFile(name, `${place}the table ends within a cell that was opened by a quote and never closed.`);
    case "CSV_MAX_RECORD_SIZE":
      return refuseFile(
        name,
        `${place}a row has more than ${counted(importLimits.rowLength)} characters. Perhaps a quote was opened and never closed.`,
      );
    case "CSV_INVALID_CLOSING_QUOTE":
    case "INVALID_OPENING_QUOTE":
      return refuseFile(
        name,
        `${place}a quote stands within a cell. A cell with quotes must stand in quotes, and have each of them twice.`,
      );
    default:
      return refuseFile(name, `${place}cannot be read: ${quoted(error.message, 120)}`);
  }
}
