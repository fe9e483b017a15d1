import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("400 MB of features are measured in 100 MB of memory", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["tests/integration/imports/measureLarge.ts"]);
  const { bytes, grewBy, within } = JSON.parse(stdout) as { bytes: number; grewBy: number; within: number[] };
  expect(bytes).toBe(409_600_128);
  expect(grewBy).toBeLessThan(100_000_000);
  expect(within.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
  // 512 numbers of one in 20,000 samples are 1: 512·(1 − 1/20,000)
  expect(within[9]).toBeCloseTo(511.9744, 9);
});
