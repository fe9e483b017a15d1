import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import { storageSummary, tableTitle } from "../../../../app/workers/storage/storageText.ts";
import * as clusterSchema from "../../../../db/clusterSchema.ts";
import * as notificationSchema from "../../../../db/notificationSchema.ts";
import * as peopleSchema from "../../../../db/peopleSchema.ts";
import * as schema from "../../../../db/schema.ts";

test("what is stored is said in one line; an external database's log is nobody's here", () => {
  const storage = { bytes: 12_400_000, logBytes: 33_600_000, fileBytes: 1_200_000_000, tables: [] };
  expect(storageSummary(storage)).toBe("database 12.4 MB, its log 33.6 MB, files of runs 1.2 GB");
  expect(storageSummary({ ...storage, logBytes: null, fileBytes: 0 })).toBe("database 12.4 MB, files of runs 0 B");
});

test("tables go by what they hold; one of another program's by its own name", () => {
  expect(["series_chunks", "geometry_snapshots", "sessions", "worker_tokens", "queue", "of_another"].map(tableTitle)).toEqual([
    ...["Measurements", "Pictures of the geometry", "Sign-ins that are open", "Workers’ tokens", "Queue", "of_another"],
  ]);
});

test("every table of the program has a title in words, and no two the same", () => {
  const tables = [schema, clusterSchema, peopleSchema, notificationSchema]
    .flatMap((module) => Object.values<unknown>(module))
    .filter((each) => is(each, PgTable))
    .map(getTableName);
  expect(tables.length).toBeGreaterThanOrEqual(25);
  const titles = tables.map(tableTitle);
  expect(tables.filter((name) => tableTitle(name) === name)).toEqual([]);
  expect(new Set(titles).size).toBe(tables.length);
});
