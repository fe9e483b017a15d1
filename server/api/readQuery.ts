import type { z } from "zod";
import type { Route } from "./defineRoute.ts";
import { invalid } from "./refusal.ts";

type Schema = z.ZodType & { _zod: { def: { type: string; innerType?: z.ZodType; in?: z.ZodType; options?: z.ZodType[] } } };

/** What a parameter is below its defaults. */
function innermost(schema: z.ZodType): Schema {
  const { type, innerType, in: before } = (schema as Schema)._zod.def;
  if (innerType && type !== "array") return innermost(innerType);
  return type === "pipe" && before ? innermost(before) : (schema as Schema);
}
const typeOf = (schema: z.ZodType): string => innermost(schema)._zod.def.type;

/** Whether a parameter may be given several times. */
export const isList = (schema: z.ZodType): boolean => typeOf(schema) === "array";

/** A parameter's text as its schema wants it; what does not fit stays as it is, for the schema to refuse. */
function typed(schema: z.ZodType, text: string): unknown {
  const type = typeOf(schema);
  if (type === "number" || type === "int") return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

/**
 * The parameters behind the "?" by the route's schema; `share` stands beside them.
 * @throws Refusal 400 naming the parameter: unknown, given twice, or of the wrong kind
 */
export function readQuery(route: Route, search: URLSearchParams): Record<string, unknown> {
  const shape: Record<string, z.ZodType> = route.query?.shape ?? {};
  const given: [string, unknown][] = [];
  const issues: { path: string[]; message: string }[] = [];
  for (const name of new Set(search.keys())) {
    if (name === "share") continue;
    const texts = search.getAll(name);
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (schema === undefined)
      issues.push({ path: [name], message: `there is no such parameter; there are: ${Object.keys(shape).join(", ") || "none"}` });
    else if (isList(schema)) given.push([name, texts]);
    else if (texts.length > 1) issues.push({ path: [name], message: `is given ${texts.length} times: give it once` });
    else given.push([name, typed(schema, texts[0]!)]);
  }
  if (issues.length > 0) throw invalid(issues, ["query"]);
  const parsed = route.query?.safeParse(Object.fromEntries(given));
  if (parsed?.error) throw invalid(parsed.error.issues, ["query"]);
  return parsed?.data ?? {};
}
