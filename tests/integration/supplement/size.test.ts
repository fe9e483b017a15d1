import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openDatabase } from "../../../db/openDatabase.ts";
import { importRecording } from "../../../server/recordings/importRecordings.ts";
import { readRecording } from "../../../server/recordings/recordingFile.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";
import { dataOf, fetchReport, textOf } from "./readReport.ts";

/** Runs of the paper's largest study. */
const runCount = 210;
const maxBytes = 5_000_000;

const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test(`the report of ${runCount} runs with measured numbers has at most 5 MB`, async () => {
  const folder = join(projectRoot, "server/recordings/kept");
  const largest = readdirSync(folder)
    .map((name) => readRecording(join(folder, name)))
    .filter(({ config }) => config.depths.length > 3)
    .sort((a, b) => b.runs.length - a.runs.length)[0];
  // The same curves under other seeds, each number changed in its last digits.
  const runs = Array.from({ length: runCount }, (_, at) => {
    const run = largest.runs[at % largest.runs.length];
    const round = Math.floor(at / largest.runs.length);
    const series = Object.fromEntries(
      Object.entries(run.series).map(([key, [place, values]]) => [
        key,
        [place, values.map((value, i) => value * (1 + 1e-3 * Math.sin(at + i)))],
      ]),
    );
    return {
      ...run,
      config: { ...run.config, seed: run.config.seed + 100 * round },
      geometry: [],
      series: series as typeof run.series,
    };
  });
  await copyFreshDatabase(dataDir);
  const database = await openDatabase({ dataDir, url: null }, (error) => {
    throw error;
  });
  const id = await database.transaction((tx) => importRecording(tx, { ...largest, runs }));
  await database.close();
  const server = await TestServer.start({ dataDir });
  try {
    const { status, html } = await fetchReport(server, id);
    expect(status).toBe(200);
    const bytes = Buffer.byteLength(html);
    console.log(
      `report of ${runCount} runs: ${(bytes / 1e6).toFixed(2)} MB, of which data ${(JSON.stringify(dataOf(html)).length / 1e6).toFixed(2)} MB unpacked`,
    );
    expect(bytes).toBeLessThan(maxBytes);
    expect(dataOf(html).detail.runs).toHaveLength(runCount);
    expect(/<table[^>]*data-testid="runs"[\s\S]*?<\/table>/.exec(textOf(html))![0].match(/<tr/g)).toHaveLength(runCount + 1);
  } finally {
    await server.stop();
  }
});
