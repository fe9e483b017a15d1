import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { expandGrid, experimentConfig } from "../../../contract/config/experimentConfig.ts";
import { presets } from "../../../contract/presets/presets.ts";
import { noCounts } from "../../../contract/status.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { recountExperiment } from "../../../db/queries/experiments.ts";
import { insertRuns } from "../../../db/queries/runs.ts";
import { experiments } from "../../../db/schema.ts";

const { config: base } = presets.find(({ id }) => id === "first-light")!;

test("the time left of grown runs is that of a line's depths one after the other, of others that of the longest run", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  const database = await openDatabase({ dataDir, url: null }, (error) => {
    throw error;
  });
  onTestFinished(async () => {
    await database.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  /** Depth L takes L ms a step, 100 steps. */
  const leftOf = async (grown: boolean) => {
    const training = { ...base.training, steps: 100, ...(grown && { grown: {} }) };
    const config = experimentConfig.parse({ ...base, depths: [2, 3, 5], seeds: [0, 1], training });
    const id = randomUUID();
    await database.orm.insert(experiments).values({ id, name: "", note: "", tags: [], config, counts: noCounts });
    const rows = expandGrid(config).map((run, ordinal) => ({
      ...{ id: randomUUID(), experimentId: id, ordinal, cell: String(ordinal), config: run, totalSteps: 100 },
      expected: { startMs: 0, stepMs: run.depth, measureMs: 0, evaluateMs: 0, measurements: 0 },
    }));
    await insertRuns(database.orm, rows);
    const row = await recountExperiment(database.orm, id, false);
    return { work: row?.workLeftMs, longest: row?.maxLeftMs };
  };
  expect(await leftOf(false)).toEqual({ work: 2_000, longest: 500 });
  expect(await leftOf(true)).toEqual({ work: 2_000, longest: 1_000 });
});
