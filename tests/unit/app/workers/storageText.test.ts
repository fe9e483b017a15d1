import { expect, test } from "vitest";
import { storageSummary, tableTitle } from "../../../../app/workers/storage/storageText.ts";

test("what is stored is said in one line; an external database's log is nobody's here", () => {
  const storage = { bytes: 12_400_000, logBytes: 33_600_000, fileBytes: 1_200_000_000, tables: [] };
  expect(storageSummary(storage)).toBe("database 12.4 MB, its log 33.6 MB, files of runs 1.2 GB");
  expect(storageSummary({ ...storage, logBytes: null, fileBytes: 0 })).toBe("database 12.4 MB, files of runs 0 B");
});

test("tables go by what they hold, or by their own name", () => {
  expect(["series_chunks", "geometry_snapshots", "shares"].map(tableTitle)).toEqual([
    ...["Measurements", "Pictures of the geometry", "shares"],
  ]);
});
