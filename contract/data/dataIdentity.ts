import type { DatasetConfig } from "./datasetConfig.ts";

/**
 * Everything of a config that the hash of its data is a function of: runs of equal identity have equal hashes, unless the data behind
 * the name changed or differ between workers. Seeds of the data, noise, imbalance and numbers a class are part of it, as the hash is of
 * the samples used and the labels trained on; what only decides how samples are read (side of pictures, words) is not.
 */
export function dataIdentity(config: DatasetConfig): string {
  const { labelNoise, ...rest } = { labelNoise: undefined, ...config } as Record<string, unknown>;
  const { size: _size, maxLength: _length, vocabulary: _words, ...identity } = rest;
  const noise = labelNoise as { rate: number } | undefined;
  const used = noise === undefined || noise.rate === 0 ? identity : { ...identity, labelNoise };
  return JSON.stringify(sorted(used));
}

const sorted = (value: unknown): unknown =>
  value === null || typeof value !== "object"
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)]),
      );
