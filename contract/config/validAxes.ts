import type { z } from "zod";
import { datasetConfig } from "../data/datasetConfig.ts";
import { limits } from "../limits.ts";
import { architectureConfig } from "./architecture.ts";
import { classifierConfig } from "./classifier.ts";
import { lossConfig } from "./loss.ts";
import { optimizerEntry } from "./optimizerConfig.ts";
import { regularizer } from "./regularizer.ts";
import { depth, width } from "./runConfig.ts";

export interface Entry<T> {
  value: T;
  /** Place on its axis. */
  at: number;
}

/** A grid whose values may be anything. */
interface UnfinishedGrid {
  datasets?: unknown;
  architectures?: unknown;
  depths?: unknown;
  widths?: unknown;
  losses?: unknown;
  classifiers?: unknown;
  regularizers?: unknown;
  optimizers?: unknown;
  training?: { optimizer?: unknown };
}

export type ValidAxes = ReturnType<typeof validAxes>;

/** What of a grid's axes is valid by itself, of a form that may still be unfinished: the rest is refused by the schema. */
export const validAxes = (config: UnfinishedGrid) => ({
  datasets: validEntries(datasetConfig, config.datasets),
  architectures: validEntries(architectureConfig, config.architectures),
  depths: valuesOf(validEntries(depth, config.depths)),
  widths: valuesOf(validEntries(width, config.widths)),
  losses: valuesOf(validEntries(lossConfig, config.losses)),
  classifiers: config.classifiers === undefined ? undefined : valuesOf(validEntries(classifierConfig, config.classifiers)),
  regularizers: validEntries(regularizer, config.regularizers),
  /** Of the axis, or the training's own where there is none. */
  optimizers: validEntries(optimizerEntry, config.optimizers ?? [config.training?.optimizer]),
});

/** The entries of an axis that are valid by themselves; those beyond the bound are refused as such, and not compared. */
function validEntries<T>(schema: z.ZodType<T>, values: unknown): Entry<T>[] {
  if (!Array.isArray(values)) return [];
  return values.slice(0, limits.axisValues).flatMap((value, at) => {
    const { success, data } = schema.safeParse(value);
    return success ? [{ value: data, at }] : [];
  });
}

const valuesOf = <T>(entries: Entry<T>[]): T[] => entries.map(({ value }) => value);
