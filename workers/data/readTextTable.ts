import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { parse } from "csv-parse/sync";
import { corrupt } from "./fileFaults.ts";
import { parseLabelledLines, readTable, type TableTexts } from "./labelledTexts.ts";
import { readBytes } from "./readFolder.ts";
import type { TableRow } from "./tableHeader.ts";
import { readLines } from "./textLines.ts";

const maxBytes = 500_000_000;

/** Endings of files that are listed as tables; what is read does not depend on them but for ".csv". */
export const isTextTable = (name: string): boolean => /\.(tsv|txt|csv|tab)(\.gz)?$/i.test(name);

/**
 * The texts of a person's own table, gzipped or not: a comma table where its name ends in ".csv" (quotes as in RFC 4180), else
 * lines `label<TAB>text`; see parseLabelledLines.
 * @param most bytes read, packed and unpacked
 * @throws Failure DATASET_CORRUPT naming the lines
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
    throw corrupt(name, tooLarge ? `decompresses to more than the ${most} bytes that are read` : "is no intact gzip file");
  }
}

/** A first line that names no columns is a row like the others: label, then text. */
function readCommaTable(bytes: Uint8Array, name: string): TableTexts {
  for (const _ of readLines(bytes, name)); // its refusals: encoding, line lengths
  let rows: TableRow[];
  try {
    // With `info` the parser gives these objects, which its types do not know.
    const records = parse(bytes, { bom: true, relax_column_count: true, skip_empty_lines: true, info: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    rows = records.map(({ record, info }) => ({ cells: record, place: `line ${info.lines}` }));
  } catch (error) {
    throw corrupt(name, `is no table parted by commas: ${(error as Error).message.replace(/\.$/, "")}`);
  }
  return readTable(rows, name, "comma", null);
}
