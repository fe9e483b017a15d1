import { ExperimentStore } from "../../../../../app/live/ExperimentStore.ts";
import type { RunStatus } from "../../../../../contract/status.ts";
import type { ExternalRunRow } from "../../../../../contract/wire/externalViews.ts";
import { aRow } from "../../builders.ts";

type Values = ExternalRunRow["config"]["values"];

/** A run that was trained elsewhere. */
export function externalRow(
  values: Values,
  last: Record<string, number> = {},
  more: { layers?: string[]; status?: RunStatus } = {},
): ExternalRunRow {
  const { layers, status = "finished" } = more;
  return {
    ...aRow({}, last, status),
    config: { kind: "external", values, ...(layers && { layers }) },
    dataHash: null,
    external: {
      source: "client",
      client: { name: "collapsar.py", version: "1.0" },
      heardAt: null,
      isTotalKnown: false,
      unknown: ["the data and their hash"],
    },
  };
}

/** Depths × seeds of NC1 = factor_seed/depth at the last of two layers. */
export const depthsAndSeeds = (more: Values = {}): ExternalRunRow[] =>
  [2, 4, 8].flatMap((depth) =>
    [0, 1].map((seed) =>
      externalRow(
        { depth, seed, ...more },
        { "train/nc1.ratio@2": (seed === 0 ? 2 : 0.5) / depth },
        { layers: ["stem", "pool"] },
      ),
    ),
  );

/** A store in which some runs have some series. */
export function storeWith(series: Record<string, { key: string; points: [number, number][] }[]>): ExperimentStore {
  const store = new ExperimentStore();
  store.addSeries(
    Object.entries(series).flatMap(([runId, all]) =>
      all.map(({ key, points }) => ({
        runId,
        key,
        steps: points.map(([step]) => step),
        values: points.map(([, value]) => value),
        total: points.length,
      })),
    ),
  );
  return store;
}
