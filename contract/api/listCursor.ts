import { z } from "zod";
import { apiSorts } from "./apiRequests.ts";

const sortings = { sort: z.enum(apiSorts), direction: z.enum(["asc", "desc"]) };
/** Microseconds since 1970. */
const instant = z.string().regex(/^\d{1,16}$/);
const place = z.union([
  z.strictObject({ ...sortings, sort: z.enum(["created", "updated"]), value: instant, id: z.uuid() }),
  z.strictObject({ ...sortings, sort: z.literal("name"), value: z.string().max(500), id: z.uuid() }),
]);
/** Where a page of a list ended, and how it was sorted. */
export type ListCursor = z.infer<typeof place>;

export const writeCursor = (cursor: ListCursor): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(cursor))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** @returns null for what is none */
export function readCursor(text: string): ListCursor | null {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    const { data } = place.safeParse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
    return data && !data.value.includes("\0") ? data : null;
  } catch {
    return null;
  }
}
