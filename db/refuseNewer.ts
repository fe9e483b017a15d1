import { readFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { Failure } from "../contract/failure.ts";
import { onlyRow } from "./onlyRow.ts";

type Asks = Pick<pg.Pool, "query">;

/**
 * Tables of a newer program may mean something else by now, so that an older one must leave them alone.
 * @param migrationsFolder the migrations that this program knows
 * @returns whether some of those have not been made
 * @throws Failure CONFLICT if the database has had others since
 */
export async function refuseNewer(db: Asks, migrationsFolder: string): Promise<boolean> {
  const journal = JSON.parse(readFileSync(join(migrationsFolder, "meta/_journal.json"), "utf8")) as {
    entries: { when: number }[];
  };
  const newest = Math.max(...journal.entries.map(({ when }) => when));
  const known = await db.query<{ name: string | null }>("select to_regclass('drizzle.__drizzle_migrations')::text as name");
  if (onlyRow(known.rows).name === null) return true;
  const { rows } = await db.query<{ made: string | null }>(
    "select max(created_at)::text as made from drizzle.__drizzle_migrations",
  );
  const made = Number(onlyRow(rows).made ?? 0);
  if (made > newest)
    throw new Failure(
      "CONFLICT",
      `This database was upgraded by a newer Collapsar (tables of ${day(made)}; this program knows those of ${day(newest)}). Start that version, or restore a backup made before the upgrade. Nothing was changed.`,
    );
  return made < newest;
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
