import { createHash, randomUUID } from "node:crypto";
import { type ExperimentConfig, expandGrid } from "../../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { mostSteps } from "../../../contract/config/trainingConfig.ts";
import { packKey } from "../../../contract/pack/packKey.ts";
import { type ExpectedTimes, expectedTimes } from "../times/expectedTimes.ts";

/** A cell's digest: the same config always gives the same one, whatever the order of its keys. */
export function cellDigest(config: RunConfig): string {
  return createHash("sha256").update(canonicalJson(config)).digest("base64url").slice(0, 22);
}

/** JSON whose keys are in order at every depth: equal values are equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}

/**
 * Rows for the cells of a grid that an experiment does not have yet, numbered on from `lastOrdinal`.
 * @param expect what a run's parts should take
 * @throws Failure GRID_TOO_LARGE
 */
export function makeRuns(
  experimentId: string,
  config: ExperimentConfig,
  present: { cells: ReadonlySet<string>; lastOrdinal: number } = { cells: new Set(), lastOrdinal: -1 },
  wanted: (cell: RunConfig) => boolean = () => true,
  expect: (run: RunConfig) => ExpectedTimes = expectedTimes,
) {
  let ordinal = present.lastOrdinal;
  return expandGrid(config)
    .filter(wanted)
    .map((runConfig) => ({ config: runConfig, cell: cellDigest(runConfig) }))
    .filter(({ cell }) => !present.cells.has(cell))
    .map((row) => ({
      ...row,
      id: randomUUID() as string,
      experimentId,
      ordinal: ++ordinal,
      packKey: packKey(row.config),
      totalSteps: mostSteps(row.config.training),
      expected: expect(row.config),
    }));
}
