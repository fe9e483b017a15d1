import { createHash } from "node:crypto";
import { type ExternalValue, externalKey } from "../../../../contract/external/externalConfig.ts";
import { externalLimits } from "../../../../contract/external/externalLimits.ts";
import { encodePoints } from "../../../../db/seriesCodec.ts";
import { canonicalJson } from "../../experiments/makeRuns.ts";
import { uuidOf } from "../../external/uuidOf.ts";
import { counted, quoted } from "../refuse.ts";
import type { Draft, DraftPoints, DraftRun } from "./draft.ts";

/** A run as it is stored. */
export interface SettledRun extends Omit<DraftRun, "values" | "series"> {
  values: Record<string, ExternalValue>;
  /** Steps rise, each once. */
  series: Map<string, DraftPoints>;
  points: number;
  firstStep: number | null;
  lastStep: number | null;
  /** The same for the same content, and for no other. */
  runKey: string;
}

/** The axis that a run's name becomes. */
const nameKey = "run";

/**
 * Puts a draft's runs in the form in which they are stored: steps in order, the last value of a step that stands twice, axes that tell
 * runs apart, and keys that follow from the content.
 */
export function settleDraft(draft: Draft): SettledRun[] {
  const { runs, problems } = draft;
  const keys = chooseKeys(draft);
  const settled = runs.map((run) => {
    const series = new Map<string, DraftPoints>();
    for (const [key, points] of [...run.series].sort(([a], [b]) => (a < b ? -1 : 1)))
      series.set(key, inOrder(points, key, draft));
    const values: Record<string, ExternalValue> = {};
    for (const key of keys) {
      const value = run.values.get(key);
      if (value !== undefined) values[key] = value;
    }
    return { ...run, ...spanOf(series), values, series };
  });
  // Names are an axis only where there must be one: otherwise each run would be a line of its own.
  const configs = settled.map(({ values }) => canonicalJson(values));
  if (settled.length > 0 && (new Set(configs).size < settled.length || keys.length === 0))
    for (const run of settled) run.values = { [nameKey]: run.name, ...run.values };
  if (settled.length === 0) problems.error("There is no run in these files.");
  else if (settled.every(({ points }) => points === 0))
    problems.error("There is no number of any metric in these files: nothing could be drawn.");
  const seen = new Map<string, number>();
  return settled.map((run) => {
    const content = digestOf(run);
    // Two runs that are alike in everything stay two.
    const copy = seen.get(content) ?? 0;
    seen.set(content, copy + 1);
    return { ...run, runKey: uuidOf(`collapsar import ${content} ${copy}`) };
  });
}

/** Axes of a draft: those that differ between runs first, as far as there is room for them. */
function chooseKeys({ runs, problems }: Draft): string[] {
  const different = new Map<string, Set<ExternalValue | undefined>>();
  for (const { values } of runs) for (const key of values.keys()) different.set(key, different.get(key) ?? new Set());
  for (const [key, found] of different) for (const { values } of runs) found.add(values.get(key));
  const all = [...different].map(([key, found]) => ({ key, isConstant: found.size < 2 }));
  const room = externalLimits.keys - 1;
  if (all.length <= room) return all.map(({ key }) => key);
  const sorted = [...all.filter(({ isConstant }) => !isConstant), ...all.filter(({ isConstant }) => isConstant)];
  const left = sorted.slice(room);
  const what = left.every(({ isConstant }) => isConstant) ? "that are alike in all runs" : "of the config";
  problems.warn(
    `A run keeps at most ${room} values of its config: ${counted(left.length)} ${what} are left out (${left
      .slice(0, 3)
      .map(({ key }) => quoted(key, 40))
      .join(", ")}${left.length > 3 ? ", …" : ""}).`,
  );
  const kept = new Set(sorted.slice(0, room).map(({ key }) => key));
  return all.map(({ key }) => key).filter((key) => kept.has(key));
}

/** A key under which a value is kept; null where nothing of it can be seen. */
export function axisKey(name: string): string | null {
  const key = externalKey(name);
  return key === "__proto__" ? null : key;
}

function inOrder(points: DraftPoints, key: string, { problems }: Draft): DraftPoints {
  const { steps, values } = points;
  let rises = true;
  for (let at = 1; at < steps.length && rises; at++) rises = steps[at]! > steps[at - 1]!;
  if (rises) return points;
  const order = Array.from(steps, (_, at) => at).sort((a, b) => steps[a]! - steps[b]! || a - b);
  const sorted: DraftPoints = { steps: [], values: [] };
  for (const at of order) {
    const last = sorted.steps.length - 1;
    if (last >= 0 && sorted.steps[last] === steps[at]) {
      if (!Object.is(sorted.values[last], values[at]))
        problems.count(
          "twice",
          () => `${key} at step ${counted(steps[at]!)}`,
          (count, first) =>
            `Points at a step that their series has already: ${count} (the first: ${first}). The last one counts. If they are of different runs, say which column tells these apart.`,
        );
      sorted.values[last] = values[at]!;
    } else {
      sorted.steps.push(steps[at]!);
      sorted.values.push(values[at]!);
    }
  }
  return sorted;
}

function spanOf(series: Map<string, DraftPoints>) {
  let [points, firstStep, lastStep]: [number, number | null, number | null] = [0, null, null];
  for (const { steps } of series.values()) {
    points += steps.length;
    firstStep = Math.min(firstStep ?? Number.POSITIVE_INFINITY, steps[0]!);
    lastStep = Math.max(lastStep ?? 0, steps.at(-1)!);
  }
  return { points, firstStep, lastStep };
}

function digestOf({ name, values, series, status }: Omit<SettledRun, "runKey">): string {
  const hash = createHash("sha256").update(canonicalJson({ name, values, status }));
  for (const [key, points] of series) {
    const { steps, values: numbers } = encodePoints(points);
    hash.update(`\0${key}\0${points.steps.length}\0`).update(steps).update(numbers);
  }
  return hash.digest("hex");
}
