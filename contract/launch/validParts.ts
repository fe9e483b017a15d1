import type { z } from "zod";
import { type ArchitectureConfig, architectureConfig } from "../config/architecture.ts";
import type { ExperimentConfig } from "../config/experimentConfig.ts";
import { width } from "../config/runConfig.ts";
import { type DatasetConfig, datasetConfig } from "../data/datasetConfig.ts";
import { type CountOwnSet, type DatasetSizes, datasetSizes } from "../data/datasetSizes.ts";
import { limits } from "../limits.ts";

export interface Entry<T> {
  value: T;
  at: number;
}

/** The parts of a config that are valid by themselves: the rest is refused by the schema. */
export interface ValidParts {
  datasets: (Entry<DatasetConfig> & { sizes: DatasetSizes })[];
  architectures: Entry<ArchitectureConfig>[];
  widths: number[];
}

export const validParts = (config: ExperimentConfig, countOwn: CountOwnSet): ValidParts => ({
  datasets: validEntries(datasetConfig, config.datasets).map((entry) => ({
    ...entry,
    sizes: datasetSizes(entry.value, countOwn),
  })),
  architectures: validEntries(architectureConfig, config.architectures),
  widths: validEntries(width, config.widths).map(({ value }) => value),
});

/** The entries of an axis that are valid by themselves, with their places; those beyond the bound are refused as such. */
export function validEntries<T>(schema: z.ZodType<T>, values: unknown): Entry<T>[] {
  if (!Array.isArray(values)) return [];
  return values.slice(0, limits.axisValues).flatMap((value, at) => {
    const { success, data } = schema.safeParse(value);
    return success ? [{ value: data, at }] : [];
  });
}
