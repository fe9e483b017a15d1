import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { ExperimentConfig } from "../../contract/experimentConfig.ts";
import type { RunConfig } from "../../contract/runConfig.ts";
import type { Evaluation, GeometrySnapshot, StartedEvent } from "../../contract/runEvents.ts";

/** A finished study as a file: what the pages show of it, without names of machines. */
export interface Sample {
  format: 1;
  name: string;
  note: string;
  tags: string[];
  config: ExperimentConfig;
  runs: SampleRun[];
}

export interface SampleRun {
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
  geometry: GeometrySnapshot[];
}

export function readSample(path: string): Sample {
  const sample = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as Sample;
  if (sample.format !== 1) throw new Error(`${path} has format ${sample.format}, not 1`);
  return sample;
}

/** @returns its size in bytes */
export function writeSample(path: string, sample: Sample): number {
  const bytes = gzipSync(JSON.stringify(sample), { level: 9 });
  writeFileSync(path, bytes);
  return bytes.length;
}
