import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { parse } from "csv-parse/sync";
import { Failure } from "../../../contract/failure.ts";
import { corrupt } from "./fileFaults.ts";
import { parseLabelledLines, readTable, type TableTexts } from "./labelledTexts.ts";
import { readBytes } from "./readFolder.ts";
import type { TableRow } from "./tableHeader.ts";
import { readLines } from "./textLines.ts";

const maxBytes = 500_000_000;

/** A table that unpacks to more than was to be read of it. */
export class TooManyBytes extends Failure {
  constructor(name: string, most: number) {
    super("DATASET_CORRUPT", `${name} decompresses to more than the ${most} bytes that are read: split it.`);
  }
}

/** Endings of files that are listed as tables; what is read does not depend on them but for ".csv". */
export const isTextTable = (name: string): boolean => /\.(tsv|txt|csv|tab)(\.gz)?$/i.test(name);

/**
 * The texts of a person's own table, gzipped or not: a comma table where its name ends in ".csv" (quotes as in RFC 4180), else
 * lines `label<TAB>text`; see parseLabelledLines.
 * @param most bytes read, packed and unpacked
 * @throws Failure DATASET_CORRUPT naming the lines; TooManyBytes
 */
export async function readTextTable(path: string, name: string, most = maxBytes): Promise<TableTexts> {
  const bytes = await unpacked(await readBytes(path, name, most), name, most);
  return /\.csv(\.gz)?$/i.test(name) ? readCommaTable(bytes, name) : parseLabelledLines(bytes, name, null);
}

async function unpacked(bytes: Uint8Array, name: string, most: number): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: most });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw tooLarge ? new TooManyBytes(name, most) : corrupt(name, "is not a valid gzip file: copy or download it again");
  }
}

/** A first line that names no columns is a row like the others: label, then text. */
function readCommaTable(bytes: Uint8Array, name: string): TableTexts {
  for (const _ of readLines(bytes, name)); // its refusals: encoding, line lengths
  // Ends of lines may be of several kinds in one file; a \r after which no line of its own begins is text.
  const split = commaRows(bytes, name, ["\r\n", "\n", "\r"]);
  const hasPieces = bytes.includes(10) && split.some(({ cells }) => cells.length < 2);
  return readTable(hasPieces ? commaRows(bytes, name, ["\r\n", "\n"]) : split, name, "comma", null);
}

function commaRows(bytes: Uint8Array, name: string, ends: string[]): TableRow[] {
  try {
    // With `info` the parser gives these objects, which its types do not know.
    const options = { bom: true, relax_column_count: true, skip_empty_lines: true, record_delimiter: ends, info: true };
    const records = parse(bytes, options) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record, place: `line ${info.lines}` }));
  } catch (error) {
    throw corrupt(name, `is not a comma-separated table: ${(error as Error).message.replace(/\.$/, "")}`);
  }
}
