import { readdirSync } from "node:fs";
import { join } from "node:path";
import { architectureLabel } from "../../contract/config/architecture.ts";
import { regularizerLabel } from "../../contract/config/regularizer.ts";
import { datasetLabel } from "../../contract/data/datasetConfig.ts";
import { isUnconverged, leaveOutRule } from "../../contract/theory/isUnconverged.ts";
import { type RecordedExperiment, type RecordedRun, readRecording } from "../../server/recordings/recordingFile.ts";
import { projectRoot } from "../support/processes/server.ts";

/** Runs of a recording that differ in depth and seed alone. */
export interface Line {
  /** Architecture, data set, loss, width, regularizer. */
  parts: string[];
  runs: RecordedRun[];
  /** Those that count in means and slopes, by the rule that the pages go by. */
  kept: RecordedRun[];
}

export interface Recording {
  id: string;
  sample: RecordedExperiment;
  lines: Line[];
}

const samples = join(projectRoot, "server/recordings");
const suffix = ".json.gz";
const pathOf = (id: string) => join(samples, id === "first-light" ? "" : "kept", `${id}${suffix}`);

/** The ids of the recordings that come with the program: that of their preset. */
export const recordingIds = (): string[] =>
  [...readdirSync(samples), ...readdirSync(join(samples, "kept"))]
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));

const opened = new Map<string, Recording>();

/** @throws if there is no such recording */
export function recordingOf(id: string): Recording {
  const known = opened.get(id) ?? { id, ...openRecording(pathOf(id)) };
  opened.set(id, known);
  return known;
}

export function openRecording(path: string): Omit<Recording, "id"> {
  const sample = readRecording(path);
  const names = [...new Set(sample.runs.map((run) => partsOf(run).join()))];
  const lines = names.map((name): Line => {
    const runs = sample.runs.filter((run) => partsOf(run).join() === name);
    return { parts: partsOf(runs[0]), runs, kept: runs.filter((run) => counts(run, sample)) };
  });
  return { sample, lines };
}

/** Last value of a series, NaN where it does not exist. */
export const lastValue = (run: RecordedRun, key: string): number => run.series[key]?.[1].at(-1) ?? Number.NaN;

export const depthsOf = (runs: readonly RecordedRun[]): number[] =>
  [...new Set(runs.map((run) => run.config.depth))].sort((a, b) => a - b);

export const atDepth = (runs: readonly RecordedRun[], depth: number): RecordedRun[] =>
  runs.filter((run) => run.config.depth === depth);

/** Which parts of a line's name differ between the lines of a recording. */
export function differingParts({ lines }: Pick<Recording, "lines">): boolean[] {
  return lines[0].parts.map((_, i) => new Set(lines.map(({ parts }) => parts[i])).size > 1);
}

/** What tells a line from the others of its recording. */
export function settingOf(line: Line, recording: Pick<Recording, "lines">): string {
  const differs = differingParts(recording);
  return line.parts.filter((_, i) => differs[i]).join(", ");
}

function partsOf({ config }: RecordedRun): string[] {
  return [
    architectureLabel(config.architecture, config),
    datasetLabel(config.dataset),
    config.loss.toUpperCase(),
    `d = ${config.width}`,
    regularizerLabel(config.regularizer),
  ];
}

function counts(run: RecordedRun, { config }: RecordedExperiment): boolean {
  const accuracy = lastValue(run, "train/accuracy");
  const last: Record<string, number> = Number.isFinite(accuracy) ? { "train/accuracy": accuracy } : {};
  const judged = { status: "finished" as const, config: run.config, last, optimum: run.started.optimum };
  return !isUnconverged(judged, leaveOutRule(config.convergence));
}
