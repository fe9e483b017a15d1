import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { parse } from "csv-parse";
import { FileRange } from "../formats/bytes.ts";
import type { OpenedFile } from "../formats/openedFile.ts";
import type { Scratch } from "../formats/scratch.ts";
import { placeArray, type StoredArray } from "../formats/storedArray.ts";
import { counted, quoted, unreadable } from "../formats/unreadable.ts";
import { featureLimits } from "./featureLimits.ts";
import { roleOf } from "./roleOf.ts";

const blockBytes = 1_000_000;

/** What a CSV file of features has. */
export interface CsvFeatures {
  arrays: [features: StoredArray, labels: StoredArray];
  /** Where labels are texts: those, sorted; label k is the k-th of them. */
  classNames: string[] | null;
}

/**
 * Features of a CSV file: one sample a line, one column its label, all others numbers. A first line without numbers names the columns.
 * Read line by line; the numbers go to the scratch disk as float64.
 * @param labelColumn name of the label's column; else that which is called a label, else the last
 * @throws Failure INVALID naming line, column and what was expected
 */
export async function readCsv(file: OpenedFile, scratch: Scratch, labelColumn?: string): Promise<CsvFeatures> {
  const rows = createReadStream(file.path).pipe(
    parse({
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      delimiter: [",", ";", "\t"],
      max_record_size: featureLimits.lineLength,
    }),
  );
  const numbers = new Column(await scratch.newPath(), scratch, file.name);
  const labels: Float64Array[] = [];
  const names = new Map<string, number>();
  let block = new Float64Array(65_536);
  let [samples, width, at, areTexts] = [0, -1, -1, false];
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (width < 0) {
        width = record.length;
        if (width < 2 || width > featureLimits.columns)
          throw unreadable(
            file.name,
            `has ${counted(width)} columns in line ${info.lines}; 2 to ${counted(featureLimits.columns)} were expected: features, and one label`,
          );
        const isHead = record.every((text) => text !== "" && !isNumber(text));
        at = labelAt(record, isHead, labelColumn, file.name);
        if (isHead) continue;
      }
      if (samples === featureLimits.samples)
        throw unreadable(file.name, `has more than ${counted(featureLimits.samples)} samples, the limit`);
      const label = record[at]!;
      if (samples === 0) areTexts = !isNumber(label);
      if (!areTexts && !isNumber(label))
        throw unreadable(
          file.name,
          `has the label ${quoted(label)} in line ${counted(info.lines)}; a number was expected, as in the lines before`,
        );
      if (areTexts && !names.has(label)) names.set(label, names.size);
      const place = samples % block.length;
      block[place] = areTexts ? names.get(label)! : Number(label);
      await numbers.add(record, at, info.lines);
      samples++;
      if (place === block.length - 1) {
        labels.push(block);
        block = new Float64Array(block.length);
      }
    }
  } catch (error) {
    throw error instanceof Error && (error as { code?: string }).code?.startsWith("CSV_")
      ? unreadable(file.name, `cannot be read as CSV: ${error.message}`)
      : error;
  } finally {
    rows.destroy();
    await numbers.end();
  }
  if (samples === 0) throw unreadable(file.name, "has no samples: one a line was expected");
  labels.push(block.subarray(0, samples % block.length));
  const sorted = [...names.keys()].sort();
  const order = new Map(sorted.map((name, k) => [names.get(name)!, k]));
  const flat = new Float64Array(samples);
  let done = 0;
  for (const part of labels) {
    flat.set(areTexts ? part.map((label) => order.get(label)!) : part, done);
    done += part.length;
  }
  const wide = FileRange.of(await scratch.file(numbers.path, file.name));
  const kept = Buffer.from(flat.buffer);
  return {
    arrays: [
      placeArray({ label: file.name, name: "features", type: "f8", shape: [samples, width - 1], bytes: wide, from: 0 }),
      {
        name: "labels",
        type: "f8",
        shape: [samples],
        chunks: async function* () {
          yield new Float64Array(kept.buffer, kept.byteOffset, samples);
        },
      },
    ],
    classNames: areTexts ? sorted : null,
  };
}

const isNumber = (text: string) => text !== "" && (Number.isFinite(Number(text)) || /^[+-]?(nan|inf|infinity)$/i.test(text));

/** A number of a cell; what is none becomes NaN here and is refused by its line. */
const numberOf = (text: string) => (text === "" ? Number.NaN : Number(text));

function labelAt(record: string[], isHead: boolean, wanted: string | undefined, name: string): number {
  if (wanted !== undefined) {
    const found = isHead ? record.indexOf(wanted) : -1;
    if (found >= 0) return found;
    throw unreadable(
      name,
      isHead
        ? `has no column ${quoted(wanted)} for the labels: it has ${record
            .slice(0, 12)
            .map((one) => quoted(one))
            .join(", ")}`
        : `has no first line with names of columns, so no column ${quoted(wanted)} for the labels`,
    );
  }
  const named = isHead ? record.flatMap((one, at) => (roleOf(one) === "labels" ? [at] : [])) : [];
  return named.length === 1 ? named[0]! : record.length - 1;
}

/** The feature columns, written as they come. */
class Column {
  readonly path: string;
  private readonly scratch: Scratch;
  private readonly name: string;
  private readonly out;
  private buffer = Buffer.allocUnsafe(blockBytes);
  private used = 0;

  constructor(path: string, scratch: Scratch, name: string) {
    this.path = path;
    this.scratch = scratch;
    this.name = name;
    this.out = createWriteStream(path, { flags: "wx", mode: 0o600 });
  }

  async add(record: string[], labelAt: number, line: number): Promise<void> {
    for (let j = 0; j < record.length; j++) {
      if (j === labelAt) continue;
      const value = numberOf(record[j]!);
      if (!Number.isFinite(value))
        throw unreadable(
          this.name,
          `has ${quoted(record[j]!)} in line ${counted(line)}, column ${j + 1}; a finite number was expected`,
        );
      if (this.used + 8 > this.buffer.length) await this.flush();
      this.buffer.writeDoubleLE(value, this.used);
      this.used += 8;
    }
  }

  private async flush(): Promise<void> {
    await this.scratch.reserve(this.used, this.name);
    const part = this.buffer.subarray(0, this.used);
    this.buffer = Buffer.allocUnsafe(blockBytes);
    this.used = 0;
    if (!this.out.write(part)) await once(this.out, "drain");
  }

  async end(): Promise<void> {
    if (this.used > 0) await this.flush();
    this.out.end();
    await finished(this.out);
  }
}
