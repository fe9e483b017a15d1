import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { ExperimentConfig } from "../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Evaluation, GeometrySnapshot, StartedEvent } from "../../contract/wire/runEvents.ts";

/** A finished study as a file: what the pages show of it, without names of machines. */
export interface RecordedExperiment {
  name: string;
  note: string;
  tags: string[];
  config: ExperimentConfig;
  runs: RecordedRun[];
}

export interface RecordedRun {
  config: RunConfig;
  stepMs: number | null;
  started: StartedEvent;
  missing: Record<string, string>;
  /** What was found after training; absent where nothing was asked for. */
  evaluation?: Evaluation;
  /** Every list of steps once; the series name theirs by its place. */
  steps: number[][];
  /** key → [place of its steps, values as they were measured (of six digits in the oldest recordings)] */
  series: Record<string, [number, number[]]>;
  /** Key of a list → its numbers at some steps, rounded to four digits, null for a class without one; absent in older recordings. */
  lists?: Record<string, [step: number, numbers: (number | null)[]][]>;
  /** For pictures: rounded. */
  geometry: GeometrySnapshot[];
}

/** Format 1 has the values as numbers of six digits; format 2 keeps every bit of them. */
interface StoredRecording extends Omit<RecordedExperiment, "runs"> {
  format: 1 | 2;
  /** What the file is and how exact; in format 2. */
  about?: string;
  runs: (Omit<RecordedRun, "series"> & { series: Record<string, [number, number[] | string]> })[];
}

const about =
  "A recorded study of Collapsar. Series: float64 at full precision, little-endian, as planes (the first byte of all values, then the second, …), in base64; each beside the place of its steps in `steps`. Lists (of each class, spectra): at some steps, rounded to 4 digits. Geometry: rounded to 3 digits, for pictures only.";

/** @throws Error naming the file and its format, where this program does not know it */
export function readRecording(path: string): RecordedExperiment {
  const { format, about: _, ...recording } = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as StoredRecording;
  if (format !== 1 && format !== 2) throw new Error(`${path} has format ${format}; this program reads 1 and 2`);
  return { ...recording, runs: recording.runs.map((run) => ({ ...run, series: mapValues(run.series, decode) })) };
}

/** @returns its size in bytes */
export function writeRecording(path: string, recording: RecordedExperiment): number {
  const runs = recording.runs.map((run) => ({ ...run, series: mapValues(run.series, encode) }));
  const bytes = gzipSync(JSON.stringify({ format: 2, about, ...recording, runs } satisfies StoredRecording), { level: 9 });
  writeFileSync(path, bytes);
  return bytes.length;
}

const mapValues = <A, B>(series: Record<string, [number, A]>, change: (values: A) => B) =>
  Object.fromEntries(Object.entries(series).map(([key, [place, values]]) => [key, [place, change(values)] as [number, B]]));

const bytesOfNumber = 8;

/** In planes, as neighbouring values share their exponents: what is alike lies together and packs. */
function encode(values: number[]): string {
  const bytes = Buffer.alloc(values.length * bytesOfNumber);
  const one = Buffer.alloc(bytesOfNumber);
  for (const [at, value] of values.entries()) {
    one.writeDoubleLE(value);
    for (let plane = 0; plane < bytesOfNumber; plane++) bytes.writeUInt8(one.readUInt8(plane), plane * values.length + at);
  }
  return bytes.toString("base64");
}

function decode(stored: number[] | string): number[] {
  if (typeof stored !== "string") return stored;
  const bytes = Buffer.from(stored, "base64");
  const count = bytes.length / bytesOfNumber;
  const one = Buffer.alloc(bytesOfNumber);
  return Array.from({ length: count }, (_, at) => {
    for (let plane = 0; plane < bytesOfNumber; plane++) one.writeUInt8(bytes.readUInt8(plane * count + at), plane);
    return one.readDoubleLE();
  });
}
