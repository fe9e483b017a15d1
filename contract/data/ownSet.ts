import { z } from "zod";
import { limits } from "../limits.ts";
import { wireText } from "../wireText.ts";
import { classNames } from "./classNames.ts";
import { type DatasetConfig, ownDatasetIds } from "./datasetConfig.ts";

const counts = z.array(z.int().min(0)).max(limits.classes.max);

/** A set of a person's own as a worker finds it in its data-set folder, looked at without decoding a picture. */
export const ownSet = z.strictObject({
  id: z.enum(ownDatasetIds),
  /** Of the folder or file, as it is written there. */
  name: wireText(255).min(1),
  /** Why it cannot be used, with the way out; null if it can. */
  problem: wireText(1000).nullable(),
  /** What to know before it is used. */
  warnings: z.array(wireText(500)).max(20),
  /** [K], in the order of the classes' numbers; empty where a problem leaves them unknown. */
  classNames,
  /** Samples of each class in the folder's training part, or in the whole table [K]; empty where a problem leaves them unknown. */
  trainCounts: counts,
  /** The same of the folder's test part; null of a table, which the config divides. */
  testCounts: counts.nullable(),
});
export type OwnSet = z.infer<typeof ownSet>;

/** Sets listed of one worker. */
export const maxOwnSets = 2_000;

/**
 * worker → server "ownSets": all of them, after each hello and whenever the folder changes. A long list comes in parts, numbered from 0 in
 * order; it takes the place of the former one with its last part.
 */
export const ownSetsPart = z.strictObject({
  part: z.int().min(0).max(maxOwnSets),
  of: z.int().min(1).max(maxOwnSets),
  sets: z.array(ownSet).max(maxOwnSets),
});
export type OwnSetsPart = z.infer<typeof ownSetsPart>;

/** What a config calls the set of a person's own that it uses; null for other sets. */
export function ownNameOf(config: DatasetConfig): { id: OwnSet["id"]; name: string } | null {
  if (config.id === "image-folder") return { id: config.id, name: config.folder };
  return config.id === "text-file" ? { id: config.id, name: config.file } : null;
}

/** The set a config names, among those of a worker. */
export function findOwnSet(sets: readonly OwnSet[], config: DatasetConfig): OwnSet | null {
  const named = ownNameOf(config);
  return (named && sets.find((set) => set.id === named.id && set.name === named.name)) ?? null;
}

/** Texts of a class of n that are test texts: a share, at least one and never all. */
export const testCountOf = (n: number, testShare: number): number => Math.min(n - 1, Math.max(1, Math.round(testShare * n)));

/**
 * Samples of each class that a config has to choose from [K], before it takes a number a class.
 * @returns null where they are not known
 */
export function countsThere(set: OwnSet, config: DatasetConfig): { train: number[]; test: number[] } | null {
  if (set.problem !== null || set.trainCounts.length === 0) return null;
  if (set.testCounts !== null) return { train: set.trainCounts, test: set.testCounts };
  const test = set.trainCounts.map((n) => testCountOf(n, "testShare" in config ? config.testShare : 0));
  return { train: set.trainCounts.map((n, k) => n - (test[k] ?? 0)), test };
}
