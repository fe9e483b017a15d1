import { type Column, type SQL, sql } from "drizzle-orm";

/** column = any(values), the values as one array parameter: a list of a thousand does not make a thousand parameters. */
export function anyOf(column: Column, values: readonly string[], type: "uuid" | "text"): SQL {
  return sql`${column} = any(${sql.param(values)}::${sql.raw(type)}[])`;
}
