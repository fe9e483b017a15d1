import type { z } from "zod";
import { type RunConfig, runConfig } from "./runConfig.ts";

/** What is read of a schema's definition to find its fields. */
interface Definition {
  type: string;
  shape?: Record<string, z.core.$ZodType>;
  options?: z.core.$ZodType[];
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
}

/** Paths of the values that a schema describes, e.g. "training.schedule.name"; a list is one value. */
function pathsOf(schema: z.core.$ZodType, prefix = ""): string[] {
  const { type, shape, options, innerType, in: input } = schema._zod.def as unknown as Definition;
  if (shape) return Object.entries(shape).flatMap(([name, part]) => pathsOf(part, prefix ? `${prefix}.${name}` : name));
  if (options) return [...new Set(options.flatMap((option) => pathsOf(option, prefix)))];
  const inner = innerType ?? (type === "pipe" ? input : undefined);
  return inner ? pathsOf(inner, prefix) : [prefix];
}

/** Every field that a run's config may have, by its path: the columns of a table have these names whatever a study varies. */
export const configColumns: readonly string[] = pathsOf(runConfig);

/** The values of a config by column; a field that it does not have is not there, a list is one text. */
export function configCells(config: RunConfig): Record<string, string | number | boolean> {
  const cells: Record<string, string | number | boolean> = {};
  const walk = (value: unknown, path: string) => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) cells[path] = value.join(" ");
    else if (typeof value === "object")
      for (const [name, part] of Object.entries(value)) walk(part, path ? `${path}.${name}` : name);
    else cells[path] = value as string | number | boolean;
  };
  walk(config, "");
  return cells;
}
