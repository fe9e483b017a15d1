import { createHash } from "node:crypto";
import type { ExternalRunConfig } from "../../../contract/external/externalConfig.ts";
import { externalLimits } from "../../../contract/external/externalLimits.ts";
import type { ReceivedEvents } from "../../../contract/external/externalRequests.ts";
import { logKey } from "../../../contract/metrics/seriesKey.ts";
import { decodeSums } from "./decodeSums.ts";
import { type MeasuredSplit, measureSums, withLayers } from "./measureSums.ts";

export type ReceivedEvent = ReceivedEvents["events"][number];

/** An event with what is stored of it. */
export interface PreparedEvent {
  seq: number;
  at: number;
  step: number | null;
  values: Record<string, number>;
  lists: Record<string, (number | null)[]>;
  missing: Record<string, string>;
  /** What of it cannot be measured or kept, in words for people. */
  warnings: string[];
  line: { level: "info" | "warning" | "error"; text: string } | null;
  end: { code: "FINISHED" | "CRASHED"; message: string } | null;
  split: MeasuredSplit | null;
  /** The measured layers of the run, once it is stored; absent: as before. */
  layers?: string[];
}

/** Splits under way or just measured: a request that gave up waiting for its answer finds them when it comes again. */
const underWay = new Map<string, Promise<PreparedEvent>>();
const kept = 64;

/**
 * Works out what is stored of events that are not stored yet; outside of a transaction, for many classes take their time.
 * @param name of the attempt, unique
 */
export async function prepareEvents(
  name: string,
  config: ExternalRunConfig,
  events: readonly ReceivedEvent[],
): Promise<PreparedEvent[]> {
  const prepared: PreparedEvent[] = [];
  let layers = config.layers ?? [];
  for (const event of events) {
    const key = event.event.kind === "sums" ? digestOf([name, layers, event]) : null;
    const known = key === null ? undefined : underWay.get(key);
    const work = known ?? prepare(event, layers, config.objective);
    if (key !== null && !known) {
      underWay.set(key, work);
      work.catch(() => underWay.delete(key));
      for (const [oldest] of underWay) if (underWay.size > kept) underWay.delete(oldest);
    }
    const one = await work;
    layers = one.layers ?? layers;
    prepared.push(one);
  }
  return prepared;
}

const digestOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("base64");

async function prepare(
  { seq, at, event }: ReceivedEvent,
  layers: string[],
  objective: ExternalRunConfig["objective"],
): Promise<PreparedEvent> {
  const nothing: PreparedEvent = {
    ...{ seq, at, step: "step" in event ? (event.step ?? null) : null, values: {}, lists: {}, missing: {}, warnings: [] },
    ...{ line: null, end: null, split: null },
  };
  switch (event.kind) {
    case "log":
      return { ...nothing, line: { level: event.level, text: event.text } };
    case "finished":
      return { ...nothing, end: { code: "FINISHED", message: "" } };
    case "failed":
      return { ...nothing, end: { code: "CRASHED", message: event.message.trim() || "Its program ended with an error." } };
    case "scalars":
      return { ...nothing, ...scalars(event.values) };
    case "sums": {
      const { sums, warnings } = decodeSums(event);
      const extended = withLayers(layers, sums);
      if (extended === null) {
        const text = `A run has at most ${externalLimits.layers} layers: those of step ${event.step} are left out.`;
        return { ...nothing, warnings: [...warnings, text] };
      }
      const split = await measureSums(sums, extended, objective);
      const { values, missing, lists } = split;
      return {
        ...nothing,
        values,
        lists,
        missing,
        warnings,
        split,
        ...(extended.length > layers.length && { layers: extended }),
      };
    }
  }
}

function scalars(given: Record<string, number>): Pick<PreparedEvent, "values" | "warnings"> {
  const values: Record<string, number> = {};
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const key = logKey(name);
    if (key === null) warnings.push(`A value was logged under a name without visible characters: it is left out.`);
    else if (key in values) warnings.push(`Two values are both called "${key.slice(4)}": the first one is kept.`);
    else values[key] = value;
  }
  return { values, warnings };
}
