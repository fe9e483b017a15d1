import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { loadDataset } from "../../../workers/data/resolve/loadDataset.ts";

test("a table of a million lines", async () => {
  const root = mkdtempSync(join(tmpdir(), "lines-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, "mine.tsv"), Array.from({ length: 1_000_000 }, (_, i) => `${i % 2}\tword${i % 97} number`).join("\n"));
  const config = datasetConfig.parse({ id: "text-file", file: "mine.tsv", maxLength: 4, vocabulary: 50 });
  const { resolved } = await loadDataset(config, { folder: root, cache: join(root, "cache") });
  expect(resolved.trainCounts).toEqual([400_000, 400_000]);
});
