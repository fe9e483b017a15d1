import type { z } from "zod";

type Schema = z.ZodType & { _zod: { def: Record<string, unknown> & { type: string } } };
const defOf = (schema: z.ZodType) => (schema as Schema)._zod.def;

/** Wrappers that add nothing to what a value may be. */
const wrappers = ["optional", "nullable", "default", "prefault", "readonly", "catch", "nonoptional"];

function unwrap(schema: z.ZodType): z.ZodType {
  const def = defOf(schema);
  if (wrappers.includes(def.type)) return unwrap(def.innerType as z.ZodType);
  return def.type === "pipe" ? unwrap(def.in as z.ZodType) : schema;
}

/**
 * Places of a schema where any text may stand, e.g. `versions.{value}` or `datasets[].folder`: enums, literals, uuids and numbers are
 * none. What stands below a union is named by the option's literal, e.g. `(log).text`.
 */
export function freeTexts(schema: z.ZodType, place = ""): string[] {
  const inner = unwrap(schema);
  const def = defOf(inner);
  const at = (name: string) => (place === "" ? name : `${place}.${name}`);
  switch (def.type) {
    case "string":
      return def.format === "uuid" ? [] : [place];
    case "object":
      return Object.entries(def.shape as Record<string, z.ZodType>).flatMap(([name, field]) => freeTexts(field, at(name)));
    case "array":
      return freeTexts(def.element as z.ZodType, `${place}[]`);
    case "record":
      return [...freeTexts(def.keyType as z.ZodType, at("{key}")), ...freeTexts(def.valueType as z.ZodType, at("{value}"))];
    case "tuple":
      return (def.items as z.ZodType[]).flatMap((item, index) => freeTexts(item, `${place}[${index}]`));
    case "union":
      return (def.options as z.ZodType[]).flatMap((option) => freeTexts(option, `${place}${nameOf(option)}`));
    case "number":
    case "int":
    case "boolean":
    case "enum":
    case "literal":
    case "null":
    case "custom":
      return [];
    default:
      throw new Error(`a schema of type "${def.type}" at "${place}": say here whether it holds texts`);
  }
}

/** Places of `freeTexts` at which a value holds a text with the mark in it. */
export function markedTexts(schema: z.ZodType, value: unknown, mark: RegExp, place = ""): string[] {
  if (value === undefined || value === null) return [];
  const inner = unwrap(schema);
  const def = defOf(inner);
  const at = (name: string) => (place === "" ? name : `${place}.${name}`);
  switch (def.type) {
    case "string":
      return mark.test(value as string) ? [place] : [];
    case "object":
      return Object.entries(def.shape as Record<string, z.ZodType>).flatMap(([name, field]) =>
        markedTexts(field, (value as Record<string, unknown>)[name], mark, at(name)),
      );
    case "array":
      return (value as unknown[]).flatMap((item) => markedTexts(def.element as z.ZodType, item, mark, `${place}[]`));
    case "record":
      return Object.entries(value as Record<string, unknown>).flatMap(([key, item]) => [
        ...markedTexts(def.keyType as z.ZodType, key, mark, at("{key}")),
        ...markedTexts(def.valueType as z.ZodType, item, mark, at("{value}")),
      ]);
    case "union":
      return (def.options as z.ZodType[])
        .filter((option) => option.safeParse(value).success)
        .flatMap((option) => markedTexts(option, value, mark, `${place}${nameOf(option)}`));
    default:
      return [];
  }
}

/** The literal that tells an option of a union apart. */
function nameOf(option: z.ZodType): string {
  const def = defOf(unwrap(option));
  if (def.type !== "object") return "";
  for (const field of Object.values(def.shape as Record<string, z.ZodType>)) {
    const inner = defOf(field);
    if (inner.type === "literal") return `(${(inner.values as unknown[]).join("|")})`;
  }
  return "";
}
