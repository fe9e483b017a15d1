import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchInput } from "../../../contract/config/experimentConfig.ts";
import { noCounts } from "../../../contract/status.ts";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { insertAttempt } from "../../../db/queries/attempts.ts";
import { insertExperiment, recountExperiment } from "../../../db/queries/experiments.ts";
import { recordTimes } from "../../../db/queries/runProgress.ts";
import { insertRuns } from "../../../db/queries/runs.ts";
import { makeRuns } from "../../../server/services/experiments/makeRuns.ts";
import { started } from "../../support/builders/events.ts";
import { grid } from "../../support/builders/studies.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";

const dataDir = mkdtempSync(join(tmpdir(), "collapsar-pack-times-"));
let database: Database;
beforeAll(async () => {
  await copyFreshDatabase(dataDir);
  database = await openDatabase({ dataDir, url: null }, (error) => {
    throw error;
  });
});
afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const orm = () => database.orm;
const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + 1_000 * second);
const spent = { steps: 1_000, trainingMs: 10_000, measurements: 0, measuringMs: 0, evaluatingMs: 0 };
const expected = { startMs: 1_000, stepMs: 10, measureMs: 0, measurements: 0, evaluateMs: 0 };

/** Runs of one study, given to one slot at second 0. */
async function given(count: number): Promise<{ id: string; runs: string[] }> {
  const { config } = launchInput.parse({
    name: "times",
    config: grid({ seeds: Array.from({ length: count }, (_, seed) => seed) }),
  });
  const id = randomUUID();
  await insertExperiment(orm(), {
    ...{ id, name: "times", note: "", tags: [], config, priority: "normal" as const },
    ...{ counts: noCounts, status: "queued" as const, launchedById: null },
  });
  const packId = randomUUID();
  const rows = makeRuns(id, config).map((row) => ({
    ...row,
    ...{ status: "leased" as const, attempt: 1, packId, packRuns: count, expected, totalSteps: 1_000 },
  }));
  const runs = (await insertRuns(orm(), rows)).sort((a, b) => a.ordinal - b.ordinal).map((run) => run.id);
  return { id, runs };
}

/** It trains for ten seconds until `end`, together with `mates`. */
async function ends(id: string, end: number, mates: string[] = []) {
  const pack = mates.length > 0 ? { runs: mates.length + 1, place: 0, with: mates } : undefined;
  await insertAttempt(orm(), {
    ...{ runId: id, number: 1, lease: randomUUID(), leasedAt: at(0), startedAt: at(end - 10), endedAt: at(end) },
    started: { ...started(), ...(pack && { pack }) } as never,
  });
  await orm().execute(
    sql`update runs set status = 'finished', step = 1000, step_ms = 10, pack_runs = ${mates.length + 1} where id = ${id}::uuid`,
  );
  await recordTimes(orm(), id, spent);
}
const startMs = async (runs: string[]) => {
  const { rows } = await orm().execute<{ id: string; ms: number }>(
    sql`select id, (times->>'startMs')::float8 as ms from runs where id = any(${sql.param(runs)}::uuid[])`,
  );
  return runs.map((id) => rows.find((row) => row.id === id)!.ms);
};

test("a run that waits in its process for the one before it took no longer to start for that", async () => {
  const { id, runs } = await given(4);
  // Two together from second 2, a third alone from second 13, and the fourth has not begun.
  await ends(runs[0]!, 12, [runs[1]!]);
  await ends(runs[1]!, 12.5, [runs[0]!]);
  await ends(runs[2]!, 23.5);
  expect(await startMs(runs.slice(0, 3))).toEqual([2_000, 2_500, 1_000]);
  const { workLeftMs, maxLeftMs } = (await recountExperiment(orm(), id, false))!;
  // The fourth is the only one that its slot still has: half of the pack's steps, or a run's own, whichever is the median.
  expect(workLeftMs).toBe(5_000 + 1_000);
  expect(maxLeftMs).toBe(5_000 + 1_000);
});

test("a pack of four of which nothing is known yet is expected to last as long as its runs would alone", async () => {
  const { id } = await given(4);
  const { workLeftMs, maxLeftMs } = (await recountExperiment(orm(), id, false))!;
  expect([workLeftMs, maxLeftMs]).toEqual([4 * 11_000, 44_000]);
});
