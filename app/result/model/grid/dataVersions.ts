import { dataIdentity } from "../../../../contract/data/dataIdentity.ts";
import { type DatasetConfig, datasetTitle } from "../../../../contract/data/datasetConfig.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { type LineStyle, markers } from "../../../charts/lineStyle.ts";
import { shortHash } from "../../../text/shortHash.ts";

/** What tells on which data a run was trained, and on which it was probed after. */
export type WithData = Pick<RunRow, "config"> & Partial<Pick<RunRow, "dataHash" | "evaluation" | "last" | "ordinal">>;

/** Which of several data sets of one name a cell's runs are of. */
export interface DataTag {
  /** "data a1b2c3d4"; "" where all runs of the name have the same. */
  text: string;
  /** 0 for the data of the first run, 1 for the next, … */
  index: number;
}

/** One name with several data sets behind it. */
export interface DataConflict {
  name: string;
  use: "trained" | "probed" | "other";
  versions: { hash: string | null; runs: number[] }[];
}

export const sameData: DataTag = { text: "", index: 0 };

interface Use {
  use: DataConflict["use"];
  config: (item: WithData) => DatasetConfig | null;
  /** undefined: nothing of the run depends on the data yet. null: it does, and its hash was not noted. */
  hash: (item: WithData) => string | null | undefined;
  word: string;
}

const uses: readonly Use[] = [
  {
    use: "trained",
    config: ({ config }) => config.dataset,
    hash: ({ dataHash, last }) => dataHash ?? (last !== undefined && Object.keys(last).length > 0 ? dataHash : undefined),
    word: "data",
  },
  {
    use: "probed",
    config: ({ config }) => config.afterTraining?.transfer?.dataset ?? null,
    hash: ({ evaluation }) => evaluation?.transfer?.dataset.hash,
    word: "probed on",
  },
  {
    use: "other",
    config: ({ config }) => config.other?.dataset ?? null,
    hash: ({ evaluation }) => evaluation?.outOfDistribution?.dataset.hash,
    word: "second set",
  },
];

/** Hashes under each identity in the order of the runs, of one use. */
function versionsOf(items: readonly WithData[], { config, hash }: Use): Map<string, Map<string | null, WithData[]>> {
  const found = new Map<string, Map<string | null, WithData[]>>();
  for (const item of [...items].sort((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0))) {
    const [dataset, its] = [config(item), hash(item)];
    if (dataset === null || its === undefined) continue;
    const identity = dataIdentity(dataset);
    const versions = found.get(identity) ?? new Map<string | null, WithData[]>();
    found.set(identity, versions.set(its, [...(versions.get(its) ?? []), item]));
  }
  return found;
}

/** Names under which these runs were trained or probed on several data sets; hashes that differ because of the config do not count. */
export function dataConflicts(rows: readonly RunRow[]): DataConflict[] {
  return uses.flatMap((use) =>
    [...versionsOf(rows, use).values()]
      .filter((versions) => versions.size > 1)
      .map(
        (versions): DataConflict => ({
          name: datasetTitle(use.config([...versions.values()][0]?.[0] as RunRow) as DatasetConfig),
          use: use.use,
          versions: [...versions].map(([hash, runs]) => ({ hash, runs: runs.map(({ ordinal }) => (ordinal as number) + 1) })),
        }),
      ),
  );
}

/**
 * Tells runs apart whose data differ under one name, so that no mean, slope or line is over both. A run that has not begun goes with
 * the first.
 */
export function dataTagger(items: readonly WithData[]): (item: WithData) => DataTag {
  const conflicts = uses.map((use) => ({
    ...use,
    versions: new Map(
      [...versionsOf(items, use)].filter(([, versions]) => versions.size > 1).map(([identity, of]) => [identity, [...of.keys()]]),
    ),
  }));
  if (conflicts.every(({ versions }) => versions.size === 0)) return () => sameData;
  return (item) => {
    const parts = conflicts.flatMap(({ config, hash, versions, word }) => {
      const dataset = config(item);
      const hashes = dataset && versions.get(dataIdentity(dataset));
      if (!hashes) return [];
      const its = hash(item);
      const index = its === undefined ? 0 : hashes.indexOf(its);
      return [{ text: `${word} ${shortHash(hashes[index] ?? null)}`, index }];
    });
    return { text: parts.map(({ text }) => text).join(", "), index: Math.max(0, ...parts.map(({ index }) => index)) };
  };
}

/** A name with what tells its data from others of that name. */
export const withData = (label: string, { text }: DataTag): string => [label, text].filter((part) => part !== "").join(", ");

/** The same style with another marker for each further data set of the name. */
export const apart = (style: LineStyle, { index }: DataTag): LineStyle => ({
  ...style,
  marker: markers[(markers.indexOf(style.marker) + 3 * index) % markers.length] as LineStyle["marker"],
});
